/**
 * All gates, in their order: the first that is blocked is the reason that people see. Controller, plan, validation and status ask this
 * list, so that none of them knows a rule of its own.
 */

import { concurrency } from "./concurrency.ts";
import { dependencies } from "./dependencies.ts";
import { engineKind } from "./engine-kind.ts";
import { frozen } from "./frozen.ts";
import type { Blocked, Gate, GateAnswer, ProposedChange } from "./gate.ts";
import { quarantined } from "./quarantined.ts";
import { refusedBefore } from "./refused-before.ts";
import { removable } from "./removable.ts";
import { usableEnvironment } from "./usable-environment.ts";
import { usablePin } from "./usable-pin.ts";
import { versionStatus } from "./version-status.ts";

export type GateName =
  | "environment"
  | "engine"
  | "version-status"
  | "pin"
  | "quarantine"
  | "refused-before"
  | "freeze"
  | "removal"
  | "dependencies"
  | "concurrency";

interface Place {
  readonly gate: Gate;
  /** What it asks, for people. */
  readonly question: string;
  /** Somebody has to act before it opens, so the process is shown as degraded; else it only waits. */
  readonly isFault: boolean;
}

/** A gate that is added to the names does not compile before it has its place here. */
const gates: Readonly<Record<GateName, Place>> = {
  environment: { gate: usableEnvironment, question: "Can environment.yaml be used?", isFault: true },
  engine: { gate: engineKind, question: "Is there an engine of its kind?", isFault: true },
  "version-status": { gate: versionStatus, question: "May a version of this status run here?", isFault: true },
  pin: { gate: usablePin, question: "Can the pinned version run?", isFault: true },
  quarantine: { gate: quarantined, question: "Is it out of quarantine?", isFault: true },
  "refused-before": { gate: refusedBefore, question: "Has it not failed here before?", isFault: true },
  freeze: { gate: frozen, question: "Is the environment open for changes?", isFault: false },
  removal: { gate: removable, question: "Is it safe to remove it?", isFault: false },
  dependencies: { gate: dependencies, question: "Do its dependencies run?", isFault: false },
  concurrency: { gate: concurrency, question: "Is there room for one more deployment?", isFault: false },
};

/** In their order. */
export const gateNames = Object.keys(gates) as readonly GateName[];

export interface GateVerdict {
  readonly name: GateName;
  readonly question: string;
  readonly answer: GateAnswer;
}

/** Every gate with its answer, also those behind one that is blocked. */
export function askEveryGate(change: ProposedChange): readonly GateVerdict[] {
  return gateNames.map((name) => ({ name, question: gates[name].question, answer: gates[name].gate(change) }));
}

export interface Hold extends Blocked {
  readonly gate: GateName;
  readonly isFault: boolean;
}

/** The first gate that is blocked; null: the change may begin. `among`: only these. */
export function firstBlocked(change: ProposedChange, among: readonly GateName[] = gateNames): Hold | null {
  for (const name of among) {
    const answer = gates[name].gate(change);
    if (answer.kind === "blocked") return { ...answer, gate: name, isFault: gates[name].isFault };
  }
  return null;
}
