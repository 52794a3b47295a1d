/** The recreate strategy: the old version is taken out before the new one comes in. */

import { describe } from "vitest";
import type { RolloutState } from "../../../src/domain/journal/rollout.ts";
import { nextRecreate } from "../../../src/domain/strategies/recreate.ts";
import { candidate, known } from "./rolling-values.ts";
import { policy, type PolicyRow } from "./strategy-table.ts";

const table = (rows: readonly PolicyRow[]): void =>
  policy((rollout, view) => nextRecreate({ ...rollout, strategy: { kind: "recreate" } }, candidate, view), rows);

const noTraffic = ["traffic ", "arm 1.0.0"];
const cleared = { stableWeight: known(0) };
const unhealthy = { kind: "unhealthy", why: "it answers 500" } as const;

describe("recreate", () => {
  table([
    {
      when: "valid: take the traffic from the old version first",
      state: { kind: "validating" },
      goesTo: { kind: "clearing", since: 1_000 },
      does: noTraffic,
      why: "taking the traffic from 1.0.0",
    },
    {
      when: "valid, and nothing runs yet: install at once",
      state: { kind: "validating" },
      rollout: { stable: null },
      goesTo: { kind: "installing" },
      does: ["install 1.1.0"],
    },
    { when: "the old version still has traffic: take it again", state: { kind: "clearing", since: 0 }, does: noTraffic },
    {
      when: "requests are in flight: wait for them",
      state: { kind: "clearing", since: 900 },
      view: { ...cleared, stableInFlight: known(1) },
      why: "in flight",
      wakeAt: 1_100,
    },
    {
      when: "requests are in flight after drainTimeout: remove it all the same",
      state: { kind: "clearing", since: 0 },
      view: { ...cleared, stableInFlight: known(1), now: 3_000 },
      goesTo: { kind: "removing" },
      does: ["remove 1.0.0"],
    },
    {
      when: "nothing is in flight: remove the old version",
      state: { kind: "clearing", since: 0 },
      view: cleared,
      goesTo: { kind: "removing" },
      does: ["remove 1.0.0"],
    },
    { when: "the old version is still installed: remove it again", state: { kind: "removing" }, does: ["remove 1.0.0"] },
    {
      when: "the old version is gone: install the new one",
      state: { kind: "removing" },
      view: { stableInstalled: known(false) },
      goesTo: { kind: "installing" },
      does: ["install 1.1.0"],
    },
    {
      when: "installed: check it before it gets traffic",
      state: { kind: "installing" },
      view: { candidateReady: known(true) },
      goesTo: { kind: "checking" },
      does: ["validate during"],
    },
    {
      when: "checks passed: give it the traffic",
      state: { kind: "checking" },
      view: { during: { kind: "healthy" } },
      goesTo: { kind: "switching" },
      does: ["traffic 1.1.0=100", "arm 1.1.0"],
    },
    {
      when: "a check fails: reject it, and the old version gets the traffic back",
      state: { kind: "checking" },
      view: { during: unhealthy },
      goesTo: { kind: "rejected", why: "it answers 500", since: 1_000, hadTraffic: false, trigger: "validation" } satisfies RolloutState,
      does: ["traffic 1.0.0=100", "arm 1.0.0"],
    },
    {
      when: "rejected, and the old version was removed: put it back first",
      state: { kind: "rejected", why: "bad", since: 0, hadTraffic: false, trigger: "validation" },
      view: { stableInstalled: known(false), stableWeight: known(0), stableArmed: known(false) },
      does: ["install 1.0.0", "traffic 1.0.0=100", "arm 1.0.0"],
      why: "bad",
    },
  ]);
});
