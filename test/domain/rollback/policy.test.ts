/** When Pinion takes a version back by itself, and what it remembers then. */

import { describe, expect, it } from "vitest";
import type { EnvironmentSpec } from "../../../src/domain/desired/environment.ts";
import type { Desired } from "../../../src/domain/desired/resolve.ts";
import { afterRejection, followRevert, whyNotAutomatic } from "../../../src/domain/rollback/policy.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import { now, request, person, rollout, row, unit } from "../../support/decision-values.ts";
import { observing } from "../../support/case-values.ts";
import { a, move, stageOf, underWay, was } from "./exchanged.ts";
import { environment, spec } from "../../support/spec.ts";

const definition = unit("1.1.0").digest;
const good = { ...unit("1.0.0"), at: 1, definition: unit("1.0.0").digest };
const before = row({ knownGood: [good] });

function observation(parts: Partial<Observation> = {}, automatic: Partial<EnvironmentSpec["rollback"]["automatic"]> = {}): Observation {
  const rollback = { ...spec.rollback, automatic: { ...spec.rollback.automatic, ...automatic } };
  const desired = { pins: new Map([["other", { kind: "runnable" }]]) };
  return {
    now,
    environment,
    commit: "c1",
    quarantine: [],
    findings: [],
    desired,
    spec: { ...spec, rollback },
    ...parts,
  } as unknown as Observation;
}

describe("automatic rollback", () => {
  it("takes a version back that was deployed after a good one", () => {
    expect(whyNotAutomatic(rollout(), before, observation())).toBeNull();
  });

  it.each([
    ["where it is off", rollout(), before, observation({}, { enabled: false }), "automatic rollback is off here"],
    ["without an environment", rollout(), before, observation({ spec: null }), "automatic rollback is off here"],
    ["of a rollback", rollout({ kind: "rollback" }), before, observation(), "there is no rollback of a rollback"],
    ["without a version before it", rollout({ stable: null }), before, observation(), "there is no version to go back to"],
    ["to what was never good", rollout(), row(), observation(), "1.0.0 was never found good here"],
    [
      "to another version that was good",
      rollout(),
      row({ knownGood: [{ ...good, version: "0.9.0" }] }),
      observation(),
      "1.0.0 was never found good",
    ],
  ] as const)("is not done %s", (...[, of, known, at, why]) => {
    expect(whyNotAutomatic(of, known, at)?.text).toContain(why);
  });

  it("does not go back to what people have put into quarantine, under whatever number", () => {
    const entry = (process: string, digest: typeof definition) => ({ process, version: "0.1.0", digest });
    const toPeoples = observation({ quarantine: [entry("orders", good.definition)] });
    expect(whyNotAutomatic(rollout(), before, toPeoples)?.text).toBe("1.0.0 is in quarantine here");
    expect(whyNotAutomatic(rollout(), before, observation({ quarantine: [entry("billing", good.definition)] }))).toBeNull();
    expect(whyNotAutomatic(rollout(), before, observation({ quarantine: [entry("orders", definition)] }))).toBeNull();
  });

  it("is done once in a cool-down, to the millisecond", () => {
    const coolDown = (agoMs: number) =>
      whyNotAutomatic(rollout(), row({ ...before, rolledBackAt: now - agoMs }), observation({}, { coolDownMs: 300 }));
    expect(coolDown(0)?.rail).toBe("cool-down");
    expect(coolDown(299)).toEqual(coolDown(0));
    expect(coolDown(300)).toBeNull();
  });
});

it("gives a process its paths back that was taken out for a first version, once in a cool-down, too", () => {
  const first = underWay("orders", [was("orders", []), was("billing", a, null)], { stable: null });
  const seen = observing(stageOf(move));
  const { coolDownMs } = spec.rollback.automatic;
  const cooling = (agoMs: number) =>
    whyNotAutomatic(first, row({ rolledBackAt: now - agoMs }), { ...seen, now, spec: observation().spec })?.rail ?? null;
  expect([cooling(coolDownMs - 1), cooling(coolDownMs)]).toEqual(["cool-down", null]);
});

describe("what is remembered of a version that was taken back", () => {
  const summary = {
    process: "orders",
    version: "1.1.0",
    engine: "node-red",
    definitionDigest: definition,
    dependencies: [],
    hasChecks: false,
    endpoints: [],
  };
  const pinned = { kind: "runnable", summary, status: "published" } as const;
  const desired: Desired = { kind: "run", unit: unit("1.1.0"), summary, pinned };
  const reason = { trigger: "error_rate", why: "too many errors" };
  const after = (by: typeof person | null, of: Desired | null = desired) =>
    afterRejection(
      { ...before, rolledBackAt: 7 },
      { rollout: rollout(), reason, desired: of, observation: observation({}, { coolDownMs: 0 }), by },
    );

  it("is a revert that is owed, its definition in quarantine, and when it was", () => {
    expect(after(null)).toMatchObject({
      revert: { request: { from: "1.1.0", to: "1.0.0", quarantine: definition, by: null, commit: "c1" }, outcome: null },
      quarantined: [{ version: "1.1.0", digest: definition, isInGit: false }],
      rolledBackAt: now,
    });
  });

  it("begins no cool-down when a person did it", () => {
    expect(after(person)).toMatchObject({ revert: { request: { by: person } }, rolledBackAt: 7 });
  });

  it("is no revert when another version is pinned by now, or none", () => {
    const other: Desired = { ...desired, unit: unit("1.0.0"), summary: { ...summary, version: "1.0.0" } };
    for (const of of [other, null]) expect(after(null, of)).toMatchObject({ revert: null, quarantined: [], rolledBackAt: 7 });
  });
});

describe("a revert that is owed", () => {
  const owing = row({ revert: { request, outcome: null } });
  const pinned = (version: string) => ({ kind: "run", unit: unit(version) }) as unknown as Desired;
  const committed = row({ revert: { request, outcome: { kind: "committed", commit: "c2" } } });

  it("is over when the pin says something else, or the commit is fetched", () => {
    expect(followRevert(owing, pinned("1.1.0"), observation()).revert).not.toBeNull();
    expect(followRevert(owing, pinned("1.0.0"), observation()).revert).toBeNull();
    expect(followRevert(owing, null, observation()).revert).toBeNull();
    expect(followRevert(committed, pinned("1.1.0"), observation()).revert).not.toBeNull();
    expect(followRevert(committed, pinned("1.1.0"), observation({ commit: "c2" })).revert).toBeNull();
  });

  it("is not over by another commit that leaves the pin, nor while the environment cannot be read", () => {
    expect(followRevert(owing, pinned("1.1.0"), observation({ commit: "c9" })).revert).not.toBeNull();
    expect(followRevert(owing, pinned("1.0.0"), observation({ desired: null })).revert).not.toBeNull();
  });
});
