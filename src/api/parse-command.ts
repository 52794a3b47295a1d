/** Orders over the wire: what a person asks for comes in. */

import { checked, Mismatch, type Validator } from "../domain/checked.ts";
import { PinionError } from "../domain/errors.ts";
import type { CommandSpec } from "../domain/journal/commands.ts";
import type { Person } from "../domain/journal/people.ts";
import { commandRequest } from "../generated/validators/commands.mjs";
import type { CommandRequest } from "../schemas/commands.ts";

/** A command as it is posted: environment and time are the controller's to add. */
export interface PostedCommand {
  /** Null: any. Who wants to be able to ask twice chooses one. */
  readonly id: string | null;
  readonly by: Person;
  readonly reason: string;
  readonly spec: CommandSpec;
}

/** @throws PinionError `usage/invalid` that names the field. */
export function parseCommandRequest(body: unknown): PostedCommand {
  const { id = null, by, reason, spec } = parseRequest(commandRequest, body);
  const email = by.email?.trim() ?? "";
  return { id, by: { name: by.name.trim(), email: email === "" ? null : email }, reason: reason?.trim() ?? "", spec: filledIn(spec) };
}

function filledIn(spec: CommandRequest["spec"]): CommandSpec {
  if (spec.kind === "promote") return { ...spec, isFull: spec.isFull ?? false };
  if (spec.kind === "rollback") return { ...spec, to: spec.to ?? null };
  return spec;
}

/** Whether a text can name a command. */
export function isCommandId(text: string): boolean {
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
