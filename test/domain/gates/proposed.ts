/** A change that every gate lets go, and what it is about, in few words. */

import type { Blocked, GateAnswer, ProposedChange } from "../../../src/domain/gates/gate.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import { pin, spec } from "../plan/snapshots.ts";

export { pin, spec };

/** `orders` 2.0.0, which is new here. */
export function proposed(parts: Partial<ProposedChange> = {}): ProposedChange {
  return {
    environment: "production",
    process: "orders",
    now: 1_000,
    pinned: pin("orders", "2.0.0"),
    runsIn: null,
    spec: spec(),
    findings: [],
    record: "new",
    quarantined: null,
    refused: null,
    freeze: null,
    dependencies: { isForecast: false, serving: () => null, coming: () => null },
    running: 0,
    whyKept: null,
    ...parts,
  };
}

/** `orders` 2.0.0 with errors of these codes. */
export function broken(...codes: readonly string[]): PinnedVersion {
  const finding = (code: string): Finding => ({
    file: "pins.yaml",
    line: 3,
    column: 1,
    pointer: "",
    code,
    severity: "error",
    message: `it is ${code}`,
    hint: `Fix ${code}.`,
  });
  return { kind: "broken", process: "orders", version: "2.0.0", findings: codes.map(finding) };
}

/** `open`, or the code of the reason why not. */
export function codeOf(answer: GateAnswer): string {
  return answer.kind === "open" ? "open" : answer.code;
}

/** @throws where the gate is open. */
export function blockedBy(answer: GateAnswer): Blocked {
  if (answer.kind === "open") throw new Error(`open: ${answer.text}`);
  return answer;
}
