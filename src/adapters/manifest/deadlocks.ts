/** Which pins of a change would wait for each other, found before it is merged: it takes the commit that it starts from, too. */

import type { Finding } from "../../domain/finding.ts";
import type { Snapshot } from "../../domain/desired/snapshot.ts";
import { type Deadlock, deadlocksOf } from "../../domain/plan/deadlocks.ts";
import { changedPins } from "../../domain/plan/pin-changes.ts";
import { asWarning, finding } from "./document/findings.ts";
import type { EnvironmentRecord } from "./environment/read-environment.ts";
import type { ReadCommit } from "./repository-reader.ts";

/** At each pin that would wait. They break no pin: the version is fine, and what runs keeps running. */
export function deadlockFindings({ resolved }: Pick<ReadCommit, "resolved">, base: Snapshot): readonly Finding[] {
  return [...resolved.values()].flatMap(({ record, snapshot }) => {
    const from = base.environments.get(record.name) ?? null;
    return from === null ? [] : deadlocksOf(changedPins(from, snapshot), from, snapshot).flatMap((one) => findingsOf(one, record));
  });
}

function findingsOf({ processes, reason, isWayBack }: Deadlock, { pins }: EnvironmentRecord): readonly Finding[] {
  return processes.flatMap((process) => {
    const pin = pins.get(process);
    if (pin === undefined) return [];
    const found = finding({ ...pin, pointer: `/${process}` }, "pin/deadlock", reason);
    return [isWayBack ? asWarning(found) : found];
  });
}
