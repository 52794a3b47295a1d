import { describe, expect, it } from "vitest";
import { isAlikeForAll, lookAfter, lookAtAll, type Look, touchedSince } from "../../../src/domain/decision/touched.ts";
import type { Pinned } from "../../../src/domain/desired/resolve.ts";
import type { Installed } from "../../../src/domain/desired/unit.ts";
import type { Command } from "../../../src/domain/journal/commands.ts";
import type { EnvironmentState, ProcessState } from "../../../src/domain/journal/state.ts";
import type { Digest, ProcessId } from "../../../src/domain/names.ts";
import type { EngineObservation, Observation } from "../../../src/domain/observed/observation.ts";
import type { Route } from "../../../src/domain/observed/route.ts";
import { atOnce } from "../../../src/domain/slices.ts";
import { before, person, row, status } from "../../support/decision-values.ts";
import { blueGreen, spec as plainSpec } from "../../support/spec.ts";
import { known } from "../strategies/rolling-values.ts";

const names = ["audit", "billing", "orders"];
const now = 1_000_000;
const warmMs = 60_000;
const spec = { ...plainSpec, strategy: { ...blueGreen, warm: { count: 1, maxAgeMs: warmMs } } };
const digest = (letter: string): Digest => `sha256-${letter.repeat(64)}`;
const [newer, older] = [digest("a"), digest("b")];

const each = <T>(make: (process: ProcessId) => T): ReadonlyMap<ProcessId, T> => new Map(names.map((name) => [name, make(name)]));

function pinned(process: ProcessId): Pinned {
  const rest = { definitionDigest: newer, dependencies: [], hasChecks: false, endpoints: [] };
  const summary = { process, version: "1.1.0", engine: "node-red", ...rest };
  return {
    kind: "run",
    unit: { process, version: "1.1.0", digest: newer },
    summary,
    pinned: { kind: "runnable", summary, status: "published" },
  };
}

function installed(process: ProcessId, parts: Partial<Installed> = {}): Installed {
  const placements = [{ instance: "one", address: `http://${process}`, ready: true, inFlight: 0, counts: null }];
  return { process, version: "1.1.0", digest: newer, drift: null, armed: true, endpoints: [], placements, ...parts };
}

function routed(process: ProcessId, parts: Partial<Route> = {}): Route {
  const targets = [{ instance: "one", url: `http://${process}` }];
  const shares = [{ version: "1.1.0", digest: newer, weight: 100, endpoints: [], targets }];
  return { process, timeoutMs: spec.requestTimeoutMs, sticky: null, shares, ...parts };
}

function serving(process: ProcessId, parts: Partial<ProcessState> = {}): ProcessState {
  const actual = [{ version: "1.1.0", weight: 100 }];
  return row({ process, status: status({ process, actual, sync: "Synced", phase: "Succeeded" }), ...parts });
}

function engineWith(parts: Partial<EngineObservation> = {}): Observation["engines"] {
  const all = { instances: [{ id: "one", state: "ready" as const, why: "" }], installed: each((name) => [installed(name)]), ...parts };
  return new Map([["node-red", known(all)]]);
}

function seen(parts: Partial<Observation> = {}): Observation {
  return {
    now,
    lostMs: 0,
    commit: "c1",
    environment: "production",
    spec,
    desired: { processes: each(pinned), pins: new Map(), settingsDigest: newer, unpinned: null },
    findings: [],
    engines: engineWith(),
    routes: known(each((name) => routed(name))),
    inFlight: known(new Map()),
    quarantine: [],
    measured: new Map(),
    ...parts,
  };
}

function rows(parts: Partial<EnvironmentState> = {}): EnvironmentState {
  return { ...before(), processes: each((name) => serving(name)), ...parts };
}

const look = (state = rows(), observation = seen()): Look => atOnce(lookAtAll(state, observation));
/** Everything was made anew, as by adapters that keep no objects. */
const touched = (state = rows(), observation = seen(), since = look()) => [...touchedSince(since, state, observation)];
const but = <T>(map: ReadonlyMap<ProcessId, T>, name: ProcessId, value: T): ReadonlyMap<ProcessId, T> => new Map(map).set(name, value);
const sameRows = look().state.processes;

function withUnit(parts: Partial<Installed>): Observation {
  const units = each((name) => [installed(name)]);
  return seen({ engines: engineWith({ installed: but(units, "billing", [installed("billing", parts)]) }) });
}

function withRoute(parts: Partial<Route>): Observation {
  return seen({
    routes: known(
      but(
        each((name) => routed(name)),
        "billing",
        routed("billing", parts),
      ),
    ),
  });
}

describe("who must be decided about", () => {
  const since = look(rows({ processes: sameRows }));
  const still = rows({ processes: sameRows });
  const order: Command = { id: "c1", environment: "production", by: person, why: "", at: now, spec: { kind: "pause", process: "billing" } };
  const { desired } = since.observation;
  const pins = (name: ProcessId, one: Pinned) => seen({ desired: desired && { ...desired, processes: but(desired.processes, name, one) } });
  const same = seen({ desired });
  const alike = (observation: Observation): Observation => ({ ...observation, desired });
  const [place] = installed("billing").placements;
  const [share] = routed("billing").shares;
  const places = [{ instance: "one", address: "http://elsewhere", ready: true, inFlight: 0, counts: null }];

  it("is no process if nothing has changed, also if the objects are new", () => {
    expect(touched(still, same, since)).toEqual([]);
  });

  it("is nobody where only figures have changed", () => {
    const busy = place && { ...place, inFlight: 7, counts: { finished: 9, errors: 1 } };
    expect(touched(still, alike(withUnit({ placements: busy ? [busy] : [] })), since)).toEqual([]);
  });

  it.each<[string, EnvironmentState, Observation]>([
    ["whose pin has moved", still, pins("billing", { ...pinned("billing") })],
    ["whose row somebody has written", rows({ processes: but(sameRows, "billing", serving("billing")) }), same],
    ["whom a person speaks to", { ...still, commands: [order] }, same],
    ["who was changed by hand", still, alike(withUnit({ drift: "edited" }))],
    ["of whom another version is installed", still, alike(withUnit({ digest: older }))],
    ["whose schedules do not fire", still, alike(withUnit({ armed: false }))],
    ["who answers elsewhere", still, alike(withUnit({ placements: places }))],
    ["who does not answer", still, alike(withUnit({ placements: place ? [{ ...place, ready: false }] : [] }))],
    ["who is installed nowhere", still, alike(withUnit({ placements: [] }))],
    ["whose requests may take longer", still, alike(withRoute({ timeoutMs: 1 }))],
    ["whose callers stay with a version", still, alike(withRoute({ sticky: { kind: "header", name: "x" } }))],
    ["who has no traffic", still, alike(withRoute({ shares: [] }))],
    ["who has less of it", still, alike(withRoute({ shares: share ? [{ ...share, weight: 50 }] : [] }))],
    ["whose traffic goes elsewhere", still, alike(withRoute({ shares: share ? [{ ...share, targets: [] }] : [] }))],
    ["whose traffic another version has", still, alike(withRoute({ shares: share ? [{ ...share, digest: older }] : [] }))],
    [
      "whom an engine may have died of",
      still,
      { ...same, deaths: [{ instance: "one", agoMs: 5, suspects: [{ process: "billing", version: "1.1.0", digest: newer }] }] },
    ],
  ])("is one %s", (_who, state, observation) => {
    expect(isAlikeForAll(since, observation)).toBe(true);
    expect(touched(state, observation, since)).toEqual(["billing"]);
  });

  it("is one whose route or unit is gone, or who is pinned, remembered, installed or routed no more", () => {
    const others = <T>(map: ReadonlyMap<ProcessId, T>) => new Map([...map].filter(([name]) => name !== "billing"));
    const gone = seen({
      desired: desired && { ...desired, processes: others(desired.processes) },
      engines: engineWith({ installed: others(each((name) => [installed(name)])) }),
      routes: known(others(each((name) => routed(name)))),
    });
    expect(touched(rows({ processes: others(sameRows) }), gone, since)).toEqual(["billing"]);
  });

  it("is in every pass who is not at rest", () => {
    const state = rows({ processes: but(sameRows, "orders", serving("orders", { status: null })) });
    expect(touched(state, same, look(state, same))).toEqual(["orders"]);
  });

  it.each<[string, Partial<Observation>]>([
    ["settings", { spec: { ...spec } }],
    ["the commit of the settings", { settingsOf: "c0" }],
    ["an instance", { engines: engineWith({ instances: [{ id: "one", state: "down", why: "" }] }) }],
    ["an engine that is silent", { engines: new Map([["node-red", { kind: "unknown", why: "" }]]) }],
    ["a router that is silent", { routes: { kind: "unknown", why: "" } }],
    ["another engine", { engines: new Map([...engineWith(), ["n8n", { kind: "unknown", why: "" }]]) }],
  ])("is everybody with %s", (_what, parts) => {
    expect(isAlikeForAll(since, seen(parts))).toBe(false);
  });
});

describe("a timer", () => {
  const warm = installed("orders", { version: "1.0.0", digest: older, armed: false });
  const engines = engineWith({
    installed: but(
      each((name) => [installed(name)]),
      "orders",
      [installed("orders"), warm],
    ),
  });
  const knownGood = [
    { process: "orders", version: "1.1.0", digest: newer, at: now },
    { process: "orders", version: "1.0.0", digest: older, at: 0 },
  ];
  const kept = serving("orders", { knownGood });
  const shown = kept.status && { ...kept.status, actual: [...kept.status.actual, { version: "1.0.0", weight: 0 }] };
  const state = rows({ processes: but(sameRows, "orders", { ...kept, status: shown }) });
  const same = seen({ engines });
  const since = look(state, same);
  const at = (instant: number) => touched(state, { ...same, now: instant }, since);

  it("touches whose time is over, and nobody before", () => {
    expect(since.nextTimer).toBe(now + warmMs);
    expect([at(now + 1), at(now + warmMs - 1), at(now + warmMs)]).toEqual([[], [], ["orders"]]);
  });

  it("is over once its process was looked at again", () => {
    const later = { ...same, now: now + warmMs };
    const next = lookAfter(since, state, later, { touched: new Set(["orders"]), restless: new Set(["orders"]), timers: new Map() });
    expect([next.nextTimer, next.timers.size, [...next.restless]]).toEqual([null, 0, ["orders"]]);
  });

  it("stays while others are looked at", () => {
    const found = { touched: new Set(["audit"]), restless: new Set<string>(), timers: new Map([["audit", now + 5]]) };
    const next = lookAfter(since, state, same, found);
    expect([next.nextTimer, [...next.timers.keys()].sort()]).toEqual([now + 5, ["audit", "orders"]]);
  });
});
