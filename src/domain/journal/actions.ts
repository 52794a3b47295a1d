/**
 * What a decision asks of the world. Each action says how the world should be, so doing it twice is doing it once.
 * Journaled as JSON: add a kind when you must, never rename one.
 */

import type { Digest, Percent, ProcessId, UnitRef } from "../names.ts";
import type { RevertRequest } from "./revert.ts";
import type { Phase } from "../validation-result.ts";

export type Action =
  /** `on`: on these instances only; else on all that are ready. */
  | { readonly kind: "ensure-installed"; readonly unit: UnitRef; readonly on?: readonly string[] }
  /** Runs the validations of a phase and records their results as evidence. Owed until every result is in. */
  | {
      readonly kind: "ensure-validated";
      readonly unit: UnitRef;
      readonly phase: Phase;
      readonly deployment: string;
      readonly on?: readonly string[];
      /** Proves that a rollback worked: asks what the environment lists for that, filed under a scope of its own. */
      readonly isRollback?: true;
    }
  /**
   * Exactly these weights, nothing else of this process gets traffic. Empty: no traffic at all. `with`: in one write with what is owed so
   * of these processes, or not at all, because paths change their owner between them.
   */
  | {
      readonly kind: "ensure-weights";
      readonly process: ProcessId;
      readonly weights: readonly Weight[];
      readonly with?: readonly ProcessId[];
    }
  /** Schedules and subscriptions fire in exactly this version of the process; null: in none. */
  | { readonly kind: "ensure-armed"; readonly process: ProcessId; readonly digest: Digest | null }
  | { readonly kind: "ensure-removed"; readonly unit: UnitRef }
  /** The pin is put back by a commit, after the traffic. Owed until it is written, proposed, or a person has moved the pin. */
  | { readonly kind: "ensure-reverted"; readonly process: ProcessId; readonly request: RevertRequest };

export interface Weight {
  readonly unit: UnitRef;
  readonly weight: Percent;
  /** Only its targets on these instances; else on all that are ready. */
  readonly on?: readonly string[];
}

/**
 * Equal keys ask for the same of the same thing. With whom paths change owner is no part of it, so that the same traffic is never owed twice:
 * `doesFor` says which of them is to be done.
 */
export function actionKey(action: Action): string {
  switch (action.kind) {
    case "ensure-installed":
      return `${action.kind} ${action.unit.process} ${action.unit.digest} ${scopeOf(action.on)}`;
    case "ensure-removed":
      return `${action.kind} ${action.unit.process} ${action.unit.digest}`;
    case "ensure-validated":
      return `${action.kind} ${action.deployment} ${action.phase} ${validationScope(action)}`;
    case "ensure-weights":
      return `${action.kind} ${action.process} ${action.weights.map((w) => `${w.unit.digest}=${w.weight}@${scopeOf(w.on)}`).join(" ")}`;
    case "ensure-reverted":
      return `${action.kind} ${action.process} ${action.request.id}`;
    case "ensure-armed":
      return `${action.kind} ${action.process} ${action.digest ?? "none"}`;
  }
}

/**
 * Whether what is owed does for what is wanted. Traffic that is owed together with others stays so when the same is wanted again without
 * them, as by what only keeps it in order; but when it is wanted together with others, nothing else does.
 */
export function doesFor(owed: Action, wanted: Action): boolean {
  return actionKey(owed) === actionKey(wanted) && ["", partnersOf(owed)].includes(partnersOf(wanted));
}

function partnersOf(action: Action): string {
  return action.kind === "ensure-weights" ? scopeOf(action.with) : "";
}

/** What the results of a validation are filed under. */
export function validationScope({ on, isRollback }: Pick<Extract<Action, { kind: "ensure-validated" }>, "on" | "isRollback">): string {
  return isRollback ? "rollback" : scopeOf(on);
}

/** Names a set of instances; "" is all of them. */
export function scopeOf(on: readonly string[] | undefined): string {
  return on === undefined ? "" : on.toSorted().join("+");
}

export function processOf(action: Action): ProcessId {
  return "unit" in action ? action.unit.process : action.process;
}
