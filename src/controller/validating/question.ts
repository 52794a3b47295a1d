/** One thing that a validation asks, and how its answer is told from not having been able to ask. */

import type { ValidationName } from "../../domain/evidence.ts";
import type { EnvironmentName, UnitRef } from "../../domain/names.ts";
import { findInstalled } from "../../domain/seen.ts";
import type { Installed, Inventory } from "../../domain/unit.ts";
import type { Ports } from "../ports.ts";
import { type LoadedUnit, loadUnit } from "../units.ts";

export interface Question {
  readonly validation: ValidationName;
  /** Which one of its kind; "" when there is only one. */
  readonly subject: string;
  /** Resolves with what was seen. Throws `Failure` when it is not as it should be; anything else thrown means that it could not be asked. */
  readonly ask: () => Promise<string>;
  /** It sends requests to a version, so not too many are asked at the same time. */
  readonly isRequest?: true;
}

/** An answer that is a failure of the version, not of asking. */
export class Failure extends Error {}

/** What is validated, where. */
export interface Subject {
  readonly environment: EnvironmentName;
  readonly unit: UnitRef;
  readonly ports: Ports;
}

/** A version that cannot be loaded is one failed or unknown validation, not an accident. */
export async function tryLoad({ environment, unit, ports }: Subject): Promise<LoadedUnit | { readonly question: Question }> {
  try {
    return await loadUnit(unit, environment, ports);
  } catch (error) {
    const failed = error instanceof Error ? error : new Error(String(error));
    return { question: { validation: "process_validation", subject: "", ask: () => Promise.reject(failed) } };
  }
}

export function installedOf({ installed }: Inventory, unit: UnitRef): Installed | null {
  return findInstalled(
    installed.filter((candidate) => candidate.process === unit.process),
    unit.digest,
  );
}

/** `1 node`, `2 nodes`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
