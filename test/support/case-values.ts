/** Small complete values for tests of decisions about one process: units, pins, routes, and what one pass has observed. */

import type { Case, Pass } from "../../src/domain/journal/case.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import type { UnitRef } from "../../src/domain/names.ts";
import type { Pinned } from "../../src/domain/desired/resolve.ts";
import type { VersionSummary } from "../../src/domain/desired/snapshot.ts";
import type { Installed, PublicEndpoint } from "../../src/domain/desired/unit.ts";
import type { Observation, ProcessObservation } from "../../src/domain/observed/observation.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import { before, now, row } from "./decision-values.ts";
import { environment, spec } from "./spec.ts";

export function unitOf(process: string, version: string): UnitRef {
  return { process, version, digest: `sha256-unit-of-${process}-${version}` };
}

export function get(...paths: readonly string[]): readonly PublicEndpoint[] {
  return paths.map((path) => ({ method: "GET", path }));
}

/** Its definition is one for each version. */
export function pinnedTo(process: string, version: string, parts: Partial<VersionSummary> = {}): Extract<Pinned, { kind: "run" }> {
  const definitionDigest = definitionOf(process, version);
  const summary = { process, version, engine: "node-red", definitionDigest, dependencies: [], hasChecks: false, endpoints: [], ...parts };
  return { kind: "run", unit: unitOf(process, version), summary, pinned: { kind: "runnable", summary, status: "published" } };
}

export function definitionOf(process: string, version: string): `sha256-${string}` {
  return `sha256-definition-of-${process}-${version}`;
}

/** On one instance, answering and armed. */
export function installedAs(process: string, version: string, parts: Partial<Installed> = {}): Installed {
  const placements = [{ instance: "one", address: `http://${process}-${version}`, ready: true, inFlight: 0, counts: null }];
  return { ...unitOf(process, version), drift: null, armed: true, endpoints: [], placements, ...parts };
}

export function goodAs(process: string, version: string) {
  return { ...unitOf(process, version), at: 1, definition: definitionOf(process, version) };
}

/** The weights by version, each called at these addresses. */
export function routeTo(process: string, weights: Readonly<Record<string, number>>, endpoints: readonly PublicEndpoint[] = []): Route {
  const shares = Object.entries(weights).map(([version, weight]) => {
    const targets = [{ instance: "one", url: `http://${process}-${version}` }];
    return { version, digest: unitOf(process, version).digest, weight, endpoints, targets };
  });
  return { process, timeoutMs: spec.requestTimeoutMs, sticky: null, shares };
}

export interface Stage {
  readonly pinned?: readonly Pinned[];
  readonly installed?: readonly Installed[];
  readonly routes?: readonly Route[];
  readonly states?: readonly ProcessState[];
  readonly observation?: Partial<Observation>;
  readonly pass?: Partial<Pass>;
}

export function observing({ pinned = [], installed = [], routes = [], observation = {} }: Stage): Observation {
  const of = new Map<string, Installed[]>();
  for (const unit of installed) of.set(unit.process, [...(of.get(unit.process) ?? []), unit]);
  const processOf = (pin: Pinned): string => (pin.kind === "run" ? pin.unit.process : pin.process);
  return {
    now,
    lostMs: 0,
    commit: "c1",
    environment,
    spec,
    desired: {
      processes: new Map(pinned.map((pin) => [processOf(pin), pin])),
      pins: new Map(pinned.map((pin) => [processOf(pin), pin.pinned])),
      settingsDigest: "sha256-settings",
      unpinned: null,
    },
    findings: [],
    engines: new Map([["node-red", { kind: "known", value: { instances: [{ id: "one", state: "ready", why: "" }], installed: of } }]]),
    routes: { kind: "known", value: new Map(routes.map((route) => [route.process, route])) },
    inFlight: { kind: "known", value: new Map() },
    quarantine: [],
    measured: new Map(),
    ...observation,
  };
}

export function passOf(stage: Stage): Pass {
  const state = before({}, ...(stage.states ?? []));
  return { state, observation: observing(stage), freeze: null, places: new Set(), handovers: new Map(), ...stage.pass };
}

/** One process of the stage, as it is remembered there. */
export function caseOf(process: string, stage: Stage, parts: Partial<Case> = {}): Case {
  const pass = passOf(stage);
  const desired = pass.observation.desired?.processes.get(process) ?? null;
  const remembered = pass.state.processes.get(process) ?? row({ process });
  return { before: remembered, owed: [], desired, superseded: null, reverted: null, pass, ...parts };
}

export function viewOf(process: string, stage: Stage): ProcessObservation {
  const { pinned = [], installed = [], routes = [] } = stage;
  return {
    process,
    desired: pinned.find((pin) => pin.kind === "run" && pin.unit.process === process) ?? null,
    installed: installed.filter((unit) => unit.process === process),
    route: routes.find((route) => route.process === process) ?? null,
    instances: [{ id: "one", state: "ready", why: "" }],
  };
}
