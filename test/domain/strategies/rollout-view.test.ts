/** What a strategy gets to see of a rollout: each metric for itself, and whether the traffic goes where the versions answer. */

import { describe, expect, it } from "vitest";
import type { EnvironmentSpec } from "../../../src/domain/desired/environment.ts";
import type { Measured, MetricCheck, Reading } from "../../../src/domain/analysis/metrics.ts";
import { failedAnalysis } from "../../../src/domain/rollback/policy.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import type { Route, Target } from "../../../src/domain/observed/route.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import type { EngineInstance, Installed, Placement } from "../../../src/domain/desired/unit.ts";
import { viewRollout } from "../../../src/domain/strategies/rollout-view.ts";
import { metricRequestsOf } from "../../../src/domain/strategies/metric-requests.ts";
import { before, row } from "../../support/decision-values.ts";
import { canary, errorRate } from "../../support/progressive.ts";
import { environment, spec } from "../../support/spec.ts";
import { candidate, known, rolloutIn, stable } from "./rolling-values.ts";

const now = 1_000_000;
const slow: MetricCheck = {
  ...errorRate,
  name: "response_time",
  metric: "response_time",
  statistic: "p95",
  pass: { kind: "fixed", comparison: "<", value: 500 },
};
const value = (of: number): Reading => ({ kind: "value", value: of, requests: 100, coveredMs: 10_000 });
const nothing: Reading = { kind: "none", why: "the source does not answer" };
const measured = (check: MetricCheck, reading: Reading, since = now - 60_000): Measured => ({
  check,
  candidate: reading,
  stable: null,
  at: now,
  since,
});

function specWith(triggers: readonly MetricCheck[], checks: readonly MetricCheck[] = [], enabled = true): EnvironmentSpec {
  const automatic = { ...spec.rollback.automatic, enabled, triggers, bakeMs: 60_000 };
  return { ...spec, rollback: { ...spec.rollback, automatic }, analysis: { ...spec.analysis, checks } };
}

function seenWith(parts: Partial<Observation>): Observation {
  return {
    now,
    lostMs: 0,
    commit: "c1",
    environment,
    spec,
    desired: null,
    findings: [],
    engines: new Map([["node-red", known({ instances: [], installed: new Map() })]]),
    routes: known(new Map()),
    inFlight: known(new Map()),
    quarantine: [],
    measured: new Map(),
    ...parts,
  };
}

const watching = rolloutIn({ kind: "baking", since: now - 60_000, until: now }, { strategy: spec.strategy });
const memory = { validationResults: [], owed: [] };

function watch(rollout: Rollout, of: EnvironmentSpec, all: readonly Measured[]) {
  return viewRollout(rollout, seenWith({ spec: of, measured: new Map([[rollout.deployment, all]]) }), memory);
}

describe("several triggers", () => {
  const both = specWith([errorRate, slow]);

  it.each([
    ["another one is not measured", [measured(slow, nothing), measured(errorRate, value(50))]],
    ["another one was never asked", [measured(errorRate, value(50))]],
    ["another one is well", [measured(errorRate, value(50)), measured(slow, value(3))]],
  ])("reject a version that one of them says is bad, though %s", (_, all) => {
    for (const triggers of [both, specWith([slow, errorRate])])
      expect(failedAnalysis(watching, watch(watching, triggers, all))).toMatchObject({ trigger: "error_rate" });
  });

  it("reject nobody of whom one of them is not measured, and do not call it healthy", () => {
    const view = watch(watching, both, [measured(errorRate, value(0)), measured(slow, nothing)]);
    expect(failedAnalysis(watching, view)).toBeNull();
    expect([view.triggers.kind, view.bake.kind]).toEqual(["unknown", "unknown"]);
  });

  it("that are not measured do not hide what the environment's own metrics say", () => {
    const view = watch(watching, specWith([slow], [errorRate]), [measured(slow, nothing), measured(errorRate, value(50))]);
    expect(failedAnalysis(watching, view)).toMatchObject({ trigger: "error_rate" });
  });

  it("are each another question, though they are about one metric", () => {
    const [median, other] = [
      { ...slow, statistic: "p50" as const },
      { ...slow, windowMs: 60_000 },
    ];
    for (const wanted of [median, other])
      expect(watch(watching, specWith([slow, wanted]), [measured(slow, value(3))]).triggers.kind).toBe("unknown");
  });

  it("have watched a version only when each of them has", () => {
    const since = now - 5_000;
    expect(watch(watching, both, [measured(errorRate, value(0)), measured(slow, value(3))]).isBaked).toBe(true);
    expect(watch(watching, both, [measured(errorRate, value(0))]).isBaked).toBe(false);
    expect(watch(watching, both, [measured(slow, value(3), since), measured(errorRate, value(0))]).isBaked).toBe(false);
    expect(watch(watching, both, [measured(errorRate, value(0)), measured(slow, value(3), since)]).isBaked).toBe(false);
  });

  it("are asked for each, and none where automatic rollback is off", () => {
    const under = before({}, row({ rollout: watching }));
    expect(metricRequestsOf(under, specWith([errorRate, slow], [])).map(({ check }) => check.name)).toEqual([
      "error_rate",
      "response_time",
    ]);
    const off = specWith([errorRate], [], false);
    expect(metricRequestsOf(under, off)).toEqual([]);
    expect(failedAnalysis(watching, watch(watching, off, [measured(errorRate, value(50))]))).toBeNull();
  });
});

describe("what the router knows of a version that was taken back by a run that could not record it", () => {
  const takenBack = { deployment: watching.deployment, trigger: "error_rate", why: "error_rate 40 %" };
  const routed = (said?: Route["takenBack"]): Route => ({
    process: watching.process,
    timeoutMs: 1_000,
    sticky: null,
    shares: [],
    ...(said && { takenBack: said }),
  });
  const failed = (rollout: Rollout, routes: Observation["routes"]) =>
    failedAnalysis(rollout, viewRollout(rollout, seenWith({ routes }), memory));

  it("rejects it, for the reason of that run", () => {
    expect(failed(watching, known(new Map([[watching.process, routed(takenBack)]])))).toEqual({
      trigger: "error_rate",
      why: "error_rate 40 %",
    });
  });

  it.each<[string, Rollout, Observation["routes"]]>([
    ["of another deployment", watching, known(new Map([[watching.process, routed({ ...takenBack, deployment: "another" })]]))],
    ["of another process", watching, known(new Map([["other", routed(takenBack)]]))],
    ["while the router cannot be asked", watching, { kind: "unknown", why: "the router does not answer" }],
    ["where it says nothing", watching, known(new Map([[watching.process, routed()]]))],
    [
      "of one that is going back",
      rolloutIn({ kind: "rejected", why: "bad", since: now, hadTraffic: true, trigger: "error_rate" }, { strategy: spec.strategy }),
      known(new Map([[watching.process, routed(takenBack)]])),
    ],
  ])("says nothing %s", (_, rollout, routes) => {
    expect(failed(rollout, routes)).toBeNull();
  });
});

describe("a canary", () => {
  const shifting = rolloutIn({ kind: "shifting", step: 1, weight: 20, since: now }, { strategy: canary });

  it.each([
    ["its own", [measured(errorRate, value(50)), measured(slow, value(3))]],
    ["the environment's", [measured(errorRate, value(0)), measured(slow, value(900))]],
  ])("is judged by its own metrics and by the environment's: %s can reject it", (_, all) => {
    expect(watch(shifting, specWith([], [slow]), all).analysis.kind).toBe("unhealthy");
  });

  it("has no verdict while one of them has none", () => {
    expect(watch(shifting, specWith([], [slow]), [measured(errorRate, value(0))]).analysis.kind).toBe("unknown");
  });
});

describe("a route", () => {
  const place = (instance: string, address = `http://${instance}`, ready = true): Placement => ({
    instance,
    address,
    ready,
    inFlight: 0,
    counts: null,
  });
  const target = (instance: string, url = `http://${instance}`): Target => ({ instance, url });

  function isRouted(placements: readonly Placement[], targets: readonly Target[], down: readonly string[] = []) {
    const installed: Installed = { ...stable, drift: null, armed: true, endpoints: [], placements };
    const instances = ["one", "two"].map((id): EngineInstance => ({ id, state: down.includes(id) ? "down" : "ready", why: "" }));
    const share = { version: stable.version, digest: stable.digest, weight: 100, endpoints: [], targets };
    const route = { process: "orders", timeoutMs: 1, sticky: null, shares: [share] };
    const rollout = rolloutIn({ kind: "post-deployment" }, { strategy: spec.strategy });
    const observation = seenWith({
      engines: new Map([["node-red", known({ instances, installed: new Map([["orders", [installed]]]) })]]),
      routes: known(new Map([["orders", route]])),
    });
    const view = viewRollout(rollout, observation, memory);
    return { isRouted: view.isRouted, inRotation: view.instances };
  }

  it.each([
    ["goes to all places", [place("one"), place("two")], [target("one"), target("two")], [], true],
    ["lacks a place", [place("one"), place("two")], [target("one")], [], false],
    ["has a target more than places", [place("one")], [target("one"), target("two")], [], false],
    [
      "goes to where nothing answers any more",
      [place("one"), place("two", "http://two", false)],
      [target("one"), target("two")],
      [],
      false,
    ],
    ["goes to an address that its instance has left", [place("one", "http://new")], [target("one")], [], false],
    ["goes to an instance that is down", [place("one"), place("two")], [target("one"), target("two")], ["two"], false],
    ["goes to nobody, while nobody answers", [place("one", "http://one", false)], [target("two")], [], true],
  ] as const)("that %s is seen as it is", (...[, placements, targets, down, isSo]) => {
    expect(isRouted(placements, targets, down).isRouted).toEqual(known(isSo));
  });

  it("reaches nobody on an instance that answers elsewhere now: it is out of rotation", () => {
    const inRotation = (placements: readonly Placement[]) => {
      const { inRotation: instances } = isRouted(placements, [target("one")]);
      return instances.kind === "known" && instances.value.find(({ id }) => id === "one")?.inRotation;
    };
    expect(inRotation([place("one")])).toBe(true);
    expect(inRotation([place("one", "http://new")])).toBe(false);
  });
});

it("is about the candidate, not about the version beside it", () => {
  const rollout = rolloutIn({ kind: "post-deployment" }, { strategy: spec.strategy });
  const of = (digest: Installed["digest"]): Installed => ({
    ...candidate,
    digest,
    drift: null,
    armed: true,
    endpoints: [],
    placements: [],
  });
  const installed = (units: readonly Installed[]) =>
    viewRollout(
      rollout,
      seenWith({ engines: new Map([["node-red", known({ instances: [], installed: new Map([["orders", units]]) })]]) }),
      memory,
    );
  expect(installed([of(stable.digest)])).toMatchObject({ candidateInstalled: known(false), stableInstalled: known(true) });
  expect(installed([of(candidate.digest)])).toMatchObject({ candidateInstalled: known(true), stableInstalled: known(false) });
});
