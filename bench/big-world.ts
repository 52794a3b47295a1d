/** Worlds in which everything is as it should be: what engine and router would say of a desired state that runs. */

import { createAttention } from "../src/controller/attention.ts";
import type { Desired } from "../src/domain/desired/resolve.ts";
import type { ProcessId } from "../src/domain/names.ts";
import type { Route } from "../src/domain/observed/route.ts";
import type { Observation } from "../src/domain/observed/observation.ts";
import { afterDecision } from "../src/domain/journal/remembered.ts";
import type { EnvironmentState, Decision } from "../src/domain/journal/state.ts";
import { withChanges } from "../src/domain/sharded-map.ts";
import type { Installed } from "../src/domain/desired/unit.ts";
import type { DesiredEnvironment } from "../src/controller/ports.ts";

const instance = "one";

/** An environment that keeps up with what is decided at once. */
export interface World {
  /** About what has been touched, as the controller does it. */
  decide(wanted: DesiredEnvironment): Decision;
  /** From now on every runnable pin is installed, ready and has all the traffic, and that has been seen. */
  deploy(wanted: DesiredEnvironment): void;
}

/** Everything that is pinned runs, and was seen to run by a pass before. */
export function createWorld(wanted: DesiredEnvironment): World {
  const attention = createAttention();
  const { environment } = wanted;
  let units: ReadonlyMap<ProcessId, readonly Installed[]> = new Map();
  let routes: ReadonlyMap<ProcessId, Route> = new Map();
  let state: EnvironmentState = {
    environment: environment.name,
    processes: new Map(),
    owed: [],
    validationResults: new Map(),
    freeze: null,
    commands: [],
    hasAnswered: true,
  };
  const decide = ({ commit, desired }: DesiredEnvironment): Decision => {
    const decision = attention.decide(state, { ...observationOf(environment, units, routes), commit, desired });
    attention.keep(environment.name);
    return decision;
  };
  const world: World = {
    decide,
    deploy(deployed) {
      const moved = [...(deployed.desired?.processes.values() ?? [])].flatMap((each) =>
        each.kind === "run" && units.get(each.unit.process)?.[0]?.digest !== each.unit.digest ? [each] : [],
      );
      units = withChanges(
        units,
        moved.map((each) => [each.unit.process, [installed(each)]] as const),
      );
      routes = withChanges(
        routes,
        moved.map((each) => [each.unit.process, route(each)] as const),
      );
      // The first shows it as it is, the second finds nothing new.
      for (let pass = 0; pass < 2; pass += 1) state = afterDecision(state, { ...decide(deployed), owed: new Map() }, () => 0);
    },
  };
  world.deploy(wanted);
  return world;
}

function observationOf(
  { name, spec, findings }: DesiredEnvironment["environment"],
  units: ReadonlyMap<ProcessId, readonly Installed[]>,
  routes: ReadonlyMap<ProcessId, Route>,
): Omit<Observation, "commit" | "desired"> {
  const instances = [{ id: instance, state: "ready" as const, why: "" }];
  return {
    now: 0,
    lostMs: 0,
    environment: name,
    spec,
    findings,
    engines: new Map([["node-red", { kind: "known", value: { instances, installed: units } }]]),
    routes: { kind: "known", value: routes },
    inFlight: { kind: "known", value: new Map() },
    quarantine: [],
    measured: new Map(),
  };
}

type Runnable = Extract<Desired, { kind: "run" }>;

function installed({ unit, summary }: Runnable): Installed {
  const placements = [{ instance, address: `http://127.0.0.1:1/${unit.digest}`, ready: true, inFlight: 0, counts: null }];
  return { ...unit, drift: null, armed: null, endpoints: summary.endpoints, placements };
}

function route({ unit, summary }: Runnable): Route {
  const targets = [{ instance, url: `http://127.0.0.1:1/${unit.digest}` }];
  const share = {
    version: unit.version,
    digest: unit.digest,
    weight: 100,
    endpoints: summary.endpoints,
    targets,
  };
  return { process: unit.process, timeoutMs: 30_000, sticky: null, shares: [share] };
}
