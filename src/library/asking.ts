/** Who gives a command, and waiting until something is so. */

import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { PinionError } from "../domain/errors.ts";
import type { Command, CommandResult } from "../domain/journal/commands.ts";
import type { Person } from "../domain/journal/people.ts";
import type { Clock } from "../ports/clock.ts";
import { parseCommandRequest } from "../api/parse-command.ts";
import { objectAt } from "./known-fields.ts";
import type { PinionCommand } from "./pinion.ts";

/** How often is looked while something is waited for, in milliseconds. */
export const lookEveryMs = 100;

/** `Ann <ann@example.com>`, or a name alone; default: the user who is logged in. @throws `usage/invalid`. */
export function personOf(userId: string | undefined): Person {
  const text = userId ?? userName();
  if (typeof (text as unknown) !== "string") throw new PinionError("usage/invalid", "who gives a command is named by a text");
  const { name, email } = /^(?<name>[^<>]+?)\s*(?:<(?<email>[^<>\s]+)>)?$/u.exec(text.trim())?.groups ?? {};
  if (name === undefined) throw new PinionError("usage/invalid", `"${text}" names nobody: it is "Name <email>" or a name`);
  return { name, email: email ?? null };
}

/** A user id without an entry in the system's list has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "library";
  }
}

/** As the controller takes it; the time is the controller's to add. @throws `usage/invalid`. */
export function toCommandRequest(given: PinionCommand): Omit<Command, "at"> {
  const { id = randomUUID(), environment, spec, userId, reason = "" } = objectAt(given, "the command") as unknown as PinionCommand;
  const command = parseCommandRequest({ id, by: personOf(userId), reason, spec });
  return { id, environment, spec: command.spec, by: command.by, why: command.reason };
}

/** @throws `command/refused`. */
export function orThrow(result: CommandResult): CommandResult {
  if (result.kind === "refused") throw new PinionError("command/refused", result.why);
  return result;
}

interface Waiting {
  readonly clock: Clock;
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null;
  readonly signal?: AbortSignal | undefined;
  readonly everyMs?: number;
}

/** Looks until there is something to be seen; null: not in time, or given up. */
export async function until<T>(
  { clock, timeoutMs, signal, everyMs = lookEveryMs }: Waiting,
  look: () => Promise<T | null>,
): Promise<T | null> {
  const deadline = timeoutMs === null ? null : clock.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (signal?.aborted || (deadline !== null && clock.now() >= deadline)) return null;
    await clock.sleep(everyMs, signal);
  }
}
