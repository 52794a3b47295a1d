/** What people tell a controller to do. Journaled, then decided about like everything else: carried out, or refused with the reason. */

import type { EnvironmentName, Instant, ProcessId, Version } from "../names.ts";
import { describePerson, type Person } from "./people.ts";

export type CommandSpec =
  | { readonly kind: "pause" | "resume" | "abort" | "retry" | "recover"; readonly process: ProcessId }
  /** `isFull`: all the steps that are left; else only the one that waits. */
  | { readonly kind: "promote"; readonly process: ProcessId; readonly isFull: boolean }
  /** `to` null: the last good version before the pinned one. */
  | { readonly kind: "rollback"; readonly process: ProcessId; readonly to: Version | null }
  | { readonly kind: "freeze" | "unfreeze" };

export interface Command {
  /** The same id is the same command, given twice. */
  readonly id: string;
  readonly environment: EnvironmentName;
  readonly by: Person;
  /** "" where none is needed. */
  readonly why: string;
  readonly at: Instant;
  readonly spec: CommandSpec;
}

export interface CommandResult {
  readonly id: string;
  readonly kind: "done" | "refused";
  /** One line for people: what happens now, or why not. */
  readonly why: string;
  readonly at: Instant;
}

/** Nothing new is deployed, nothing gets more traffic. Going back is always allowed. */
export interface Freeze {
  readonly by: Person;
  readonly why: string;
  readonly at: Instant;
  /** How much time was lost, in all runs, when it began; absent in what older releases wrote. */
  readonly lostMs?: number;
}

/** Who, and why if that was said. */
export function signature({ by, why }: { readonly by: Person; readonly why: string }): string {
  return why === "" ? describePerson(by) : `${describePerson(by)}: ${why}`;
}

export function describeFreeze(freeze: Freeze): string {
  return `frozen by ${signature(freeze)}`;
}
