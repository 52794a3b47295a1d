/** One thing that a validation asks, and how its answer is told from not having been able to ask. */

import type { EnvironmentSpec } from "../../domain/desired/environment.ts";
import type { Phase, ValidationName, ValidationResult } from "../../domain/validation-result.ts";
import type { EnvironmentName, Instant, UnitRef } from "../../domain/names.ts";
import type { Check } from "../../domain/desired/version.ts";
import { findInstalled } from "../../domain/observed/observation.ts";
import type { Installed, Inventory } from "../../domain/desired/unit.ts";
import type { Ports } from "../ports.ts";

export interface Question {
  readonly validation: ValidationName;
  /** Which one of its kind; "" when there is only one. */
  readonly subject: string;
  /** Resolves with what was seen. Throws `Failure` when it is not as it should be; anything else thrown means that it could not be asked. */
  readonly ask: () => Promise<string>;
  /** It sends requests to a version, so not too many are asked at the same time; loads one after the other. */
  readonly turn?: "request" | "load";
}

/** An answer that is a failure of the version, not of asking. */
export class Failure extends Error {}

/** What was seen must not be held against the version, and proves nothing for it: no result is recorded. */
export class SaysNothing extends Error {}

/** What is validated, where, and what is known of it already. */
export interface Subject {
  readonly environment: EnvironmentName;
  readonly unit: UnitRef;
  readonly ports: Ports;
  readonly spec: EnvironmentSpec;
  readonly phase: Phase;
  /** What its results are filed under. */
  readonly scope: string;
  /** Only on these instances; null: on all where it is installed. */
  readonly on: readonly string[] | null;
  /** Whether it is asked to prove that a rollback worked. */
  readonly isRollback: boolean;
  /** Results of this deployment so far. */
  readonly validationResults: readonly ValidationResult[];
  /** When its deployment's time is over; null: nothing waits for it with a clock in hand. */
  readonly deadline: Instant | null;
  /** Whether its deployment still goes on with it; what takes long asks now and then. */
  isUnderWay(): Promise<boolean>;
}

/** A subject with the checks of its version; before anything is installed there is nothing to send them to. */
export interface Asked extends Subject {
  readonly checks: readonly Check[];
}

export function installedOf({ installed }: Inventory, unit: UnitRef): Installed | null {
  return findInstalled(
    installed.filter((candidate) => candidate.process === unit.process),
    unit.digest,
  );
}

/** A question that is answered already: by not having been able to ask. */
export function unanswerable(validation: ValidationName, subject: string, error: unknown): Question {
  const reason = error instanceof Error ? error : new Error(String(error));
  return { validation, subject, ask: () => Promise.reject(reason) };
}

/** `1 node`, `2 nodes`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** What an error says, in one line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
