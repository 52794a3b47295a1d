/** What becomes of a command: carried out or refused, by what is under way. */

import { describe, expect, it } from "vitest";
import { execute } from "../../../src/domain/commands/execute.ts";
import type { Executed, Given } from "../../../src/domain/commands/executed.ts";
import type { CommandSpec } from "../../../src/domain/journal/commands.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import { now, person, request, rollout, row, unit } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { spec } from "../../support/spec.ts";

const process = "orders";
const installing = rollout();
const shifting: RolloutState = { kind: "shifting", step: 1, weight: 20, since: 900 };
const watched = rollout({ strategy: canary, state: shifting });
const fiveSteps = { ...canary, steps: [...canary.steps, { kind: "weight", weight: 80 } as const] };
const waitingForPerson = rollout({ strategy: fiveSteps, state: { kind: "shifting", step: 3, weight: 50, since: 400 } });
const waiting = rollout({
  strategy: { ...blueGreen(), switchTrafficDelayMs: 5_000 },
  state: { kind: "waiting", since: 900 },
});
const pausing = rollout({
  strategy: { kind: "rolling", batchSize: 1, batchDelayMs: 0, maxUnavailable: 1, healthCheckIntervalMs: 100 },
  state: { kind: "pausing", done: ["one"], since: 900 },
});
const unjudged = rollout({ state: { kind: "baking", since: 0, until: now } });
const judging = rollout({ state: { kind: "baking", since: 0, until: now + 1 } });
const goingBack = rollout({ state: { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" } });
const healing = rollout({ kind: "self-heal" });
const paused = { by: { name: "Bob", email: null }, why: "", at: 700 };

function blueGreen() {
  return {
    kind: "blue-green",
    healthCheckUrl: null,
    healthCheckTimeoutMs: 1,
    switchTrafficDelayMs: 0,
    keepOldVersion: true,
    warm: { count: 1, maxAgeMs: null },
  } as const;
}

function give(commandSpec: CommandSpec, before: ProcessState): Executed {
  const command = { id: "c-1", environment: "production", by: person, why: "because", at: now, spec: commandSpec };
  const observation = {
    now,
    lostMs: 0,
    environment: "production",
    commit: "c1",
    quarantine: [],
    findings: [],
    spec,
  } as unknown as Observation;
  const given: Given = { command, before, desired: null, observation, processes: new Map([[process, before]]) };
  return execute(given);
}

/** The rollout after a command that is carried out. */
function after(kind: CommandSpec["kind"], under: Rollout | null, isFull = false): Rollout | null {
  const result = give({ kind, process, isFull, to: null }, row({ rollout: under }));
  if (result.kind === "refused") throw new Error(result.why);
  return result.after.rollout;
}

describe("is carried out", () => {
  it.each<[string, CommandSpec["kind"], Rollout, Partial<Rollout>]>([
    [
      "pause: the rollout stands still, and who did it is remembered",
      "pause",
      installing,
      { paused: { by: person, why: "because", at: now } },
    ],
    ["resume: the time of the pause is added to its deadline", "resume", { ...installing, paused }, { paused: null, deadline: 100 + 300 }],
    [
      "resume of a canary that waits for a person: the same as promote",
      "resume",
      waitingForPerson,
      { state: { kind: "shifting", step: 4, weight: 80, since: now }, deadline: 100 + 600 },
    ],
    [
      "promote while switchTrafficDelay runs: the delay is over",
      "promote",
      waiting,
      { state: { kind: "waiting", since: 900, hasPassed: true } },
    ],
    [
      "promote of a canary that waits for a person: the next step, and the wait does not count",
      "promote",
      waitingForPerson,
      { state: { kind: "shifting", step: 4, weight: 80, since: now }, deadline: 100 + 600 },
    ],
    [
      "promote of rolling between two batches: a person's word instead of a verdict",
      "promote",
      pausing,
      { state: { kind: "pausing", done: ["one"], since: 900, isAccepted: true } },
    ],
    [
      "promote when the time for a verdict is over: it is taken as good",
      "promote",
      unjudged,
      { state: { kind: "baking", since: 0, until: now, isAccepted: true } },
    ],
    [
      "abort: it is rejected",
      "abort",
      watched,
      { state: { kind: "rejected", why: "aborted by Ada: because", since: now, hadTraffic: true, trigger: "abort" } },
    ],
    [
      "recover: it is rejected as an emergency",
      "recover",
      watched,
      { state: { kind: "rejected", why: "emergency: Ada: because", since: now, hadTraffic: true, trigger: "emergency" } },
    ],
  ])("%s", (_what, kind, under, parts) => {
    expect(after(kind, under)).toEqual({ ...under, ...parts });
  });

  it("promote --full: a canary skips all the steps that are left", () => {
    expect(after("promote", watched, true)?.state).toEqual({ ...shifting, hasPassed: true });
  });

  it.each(["abort", "recover"] as const)("%s gives the traffic back in the same decision", (kind) => {
    const result = give({ kind, process }, row({ rollout: watched }));
    expect(result).toMatchObject({
      kind: "done",
      actions: [
        { kind: "ensure-weights", weights: [{ unit: unit("1.0.0"), weight: 100 }] },
        { kind: "ensure-armed", digest: unit("1.0.0").digest },
      ],
    });
  });

  it("retry: what was refused is forgotten", () => {
    const refused = { unit: unit("1.1.0"), why: "bad", at: 1 };
    expect(give({ kind: "retry", process }, row({ refused }))).toMatchObject({ kind: "done", after: { refused: null } });
  });
});

describe("is refused, with the reason", () => {
  const nothing = "nothing is under way";
  it.each<[string, CommandSpec["kind"], Partial<ProcessState>, string]>([
    ["pause where nothing is under way", "pause", {}, nothing],
    ["resume where nothing is under way", "resume", {}, nothing],
    ["promote where nothing is under way", "promote", {}, nothing],
    ["abort where nothing is under way", "abort", {}, nothing],
    ["pause of what is paused", "pause", { rollout: { ...installing, paused } }, "it is paused already, by Bob"],
    ["resume of what is not paused", "resume", { rollout: installing }, "it is not paused"],
    ["pause of what goes back", "pause", { rollout: goingBack }, "it is going back already"],
    ["abort of what goes back", "abort", { rollout: goingBack }, "it is going back already"],
    ["recover of what goes back", "recover", { rollout: goingBack }, "it is going back already: bad"],
    ["abort of self-healing", "abort", { rollout: healing }, "commands cannot control a deployment of kind self-heal"],
    ["abort of what has all the traffic", "abort", { rollout: judging }, "1.1.0 has all the traffic already; use `pinion rollback`"],
    ["promote while a verdict may still come", "promote", { rollout: judging }, "1.1.0 has all the traffic already"],
    ["promote where nothing waits", "promote", { rollout: installing }, "there is no wait that a promotion could skip"],
    ["retry of what is being deployed", "retry", { rollout: installing }, "it is being deployed already"],
    ["retry where nothing was refused", "retry", {}, "nothing was refused here"],
    [
      "retry while the commit of the rollback is being written",
      "retry",
      { refused: { unit: unit("1.1.0"), why: "bad", at: 1 }, revert: { request, outcome: null } },
      "the commit that restores 1.0.0 is not written yet",
    ],
    ["recover of a first version", "recover", { rollout: { ...installing, stable: null } }, "no version ran here before it"],
    ["recover of what is not pinned", "recover", {}, "it is not pinned here"],
    ["rollback of what is not pinned", "rollback", {}, "it is not pinned here"],
    ["freeze of one process", "freeze", {}, "freeze is a command for a whole environment"],
    ["unfreeze of one process", "unfreeze", {}, "unfreeze is a command for a whole environment"],
  ])("%s", (_what, kind, before, why) => {
    const result = give({ kind, process, isFull: false, to: null }, row(before));
    expect(result).toEqual({ kind: "refused", why: expect.stringContaining(why) });
  });

  it("promote --full of rolling: no check is skipped", () => {
    const result = give({ kind: "promote", process, isFull: true }, row({ rollout: pausing }));
    expect(result).toEqual({ kind: "refused", why: expect.stringContaining("promote it without --full") });
  });
});
