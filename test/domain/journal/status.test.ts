/** Which difference of a status is worth a new row in the journal. */

import { expect, it } from "vitest";
import { isSameStatus, type ProcessStatus } from "../../../src/domain/journal/status.ts";
import { status } from "../../support/decision-values.ts";
import { saying } from "../../support/reason.ts";

const one = status();

it.each<[string, ProcessStatus | null, ProcessStatus | null, boolean]>([
  ["only the time since when it is so is none", one, { ...one, since: 99 }, true],
  ["another desired version is", one, { ...one, desired: "1.2.0" }, false],
  ["no desired version is", one, { ...one, desired: null }, false],
  ["another sync is", one, { ...one, sync: "Synced" }, false],
  ["another health is", one, { ...one, health: "Degraded" }, false],
  ["another phase is", one, { ...one, phase: "Running" }, false],
  ["another text of the reason is", one, { ...one, reason: { ...one.reason, text: "other" } }, false],
  ["another code of the reason is", one, { ...one, reason: saying(one.reason.text, "Frozen") }, false],
  ["another share of the traffic is", one, { ...one, actual: [{ version: "1.0.0", weight: 90 }] }, false],
  ["another version with traffic is", one, { ...one, actual: [{ version: "1.0.1", weight: 100 }] }, false],
  ["a version more is", one, { ...one, actual: [...one.actual, { version: "1.1.0", weight: 0 }] }, false],
  ["the first status is", null, one, false],
  ["the last status is", one, null, false],
  ["none twice is none", null, null, true],
])("a difference of a status: %s", (...[, before, after, expected]) => {
  expect(isSameStatus(before, after)).toBe(expected);
});
