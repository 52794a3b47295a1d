/**
 * What a decision asks of the world. Each action says how the world should be, so doing it twice is doing it once.
 * Journaled as JSON: add a kind when you must, never rename one.
 */

import type { Digest, Percent, ProcessId, UnitRef } from "./names.ts";

/** When a validation runs, as the seed names it. */
export type Phase = "pre" | "during" | "post";

export type Action =
  | { readonly kind: "ensure-installed"; readonly unit: UnitRef }
  /** Runs the validations of a phase and records their results as evidence. Owed until every result is in. */
  | { readonly kind: "ensure-validated"; readonly unit: UnitRef; readonly phase: Phase; readonly deployment: string }
  /** Exactly these weights, nothing else of this process gets traffic. Empty: no traffic at all. */
  | { readonly kind: "ensure-weights"; readonly process: ProcessId; readonly weights: readonly Weight[] }
  /** Schedules and subscriptions fire in exactly this version of the process; null: in none. */
  | { readonly kind: "ensure-armed"; readonly process: ProcessId; readonly digest: Digest | null }
  | { readonly kind: "ensure-removed"; readonly unit: UnitRef };

export interface Weight {
  readonly unit: UnitRef;
  readonly weight: Percent;
}

/** Equal keys mean the same wish about the same thing. */
export function actionKey(action: Action): string {
  switch (action.kind) {
    case "ensure-installed":
    case "ensure-removed":
      return `${action.kind} ${action.unit.process} ${action.unit.digest}`;
    case "ensure-validated":
      return `${action.kind} ${action.deployment} ${action.phase}`;
    case "ensure-weights":
      return `${action.kind} ${action.process} ${action.weights.map((w) => `${w.unit.digest}=${w.weight}`).join(" ")}`;
    case "ensure-armed":
      return `${action.kind} ${action.process} ${action.digest ?? "none"}`;
  }
}

export function processOf(action: Action): ProcessId {
  return "unit" in action ? action.unit.process : action.process;
}
