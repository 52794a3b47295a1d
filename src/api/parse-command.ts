/** Orders over the wire: what a person asks for comes in. */

import { checked, Mismatch, type Validator } from "../domain/checked.ts";
import { PinionError } from "../domain/errors.ts";
import type { OrderWish } from "../domain/journal/commands.ts";
import type { Person } from "../domain/journal/people.ts";
import { commandRequest } from "../generated/validators/commands.mjs";
import type { CommandRequest } from "../schemas/commands.ts";

/** An order as it is posted: environment and time are the controller's to add. */
export interface OrderRequest {
  /** Null: any. Who wants to be able to ask twice chooses one. */
  readonly id: string | null;
  readonly by: Person;
  readonly reason: string;
  readonly wish: OrderWish;
}

/** @throws PinionError `usage/invalid` that names the field. */
export function parseOrderRequest(body: unknown): OrderRequest {
  const { id = null, by, reason, wish } = parseRequest(commandRequest, body);
  const email = by.email?.trim() ?? "";
  return { id, by: { name: by.name.trim(), email: email === "" ? null : email }, reason: reason?.trim() ?? "", wish: wishOf(wish) };
}

function wishOf(wish: CommandRequest["wish"]): OrderWish {
  if (wish.kind === "promote") return { ...wish, isFull: wish.isFull ?? false };
  if (wish.kind === "rollback") return { ...wish, to: wish.to ?? null };
  return wish;
}

/** Whether a text can name an order. */
export function isOrderId(text: string): boolean {
  return /^[\w.-]{1,100}$/u.test(text);
}

/** What a caller has sent. @throws PinionError `usage/invalid` that names the field. */
export function parseRequest<T>(isValid: Validator<T>, value: unknown): T {
  try {
    return checked(isValid, value);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new PinionError("usage/invalid", error.message, { cause: error });
  }
}
