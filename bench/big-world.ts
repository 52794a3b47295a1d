/** Worlds in which everything is as it should be: what engine and router would say of a desired state that runs. */

import { decide } from "../src/domain/decision/decide.ts";
import type { Desired } from "../src/domain/desired/resolve.ts";
import type { ProcessId } from "../src/domain/names.ts";
import type { Route } from "../src/domain/observed/route.ts";
import type { Observation } from "../src/domain/observed/observation.ts";
import type { EnvironmentState, Decision } from "../src/domain/journal/state.ts";
import type { Installed } from "../src/domain/desired/unit.ts";
import type { DesiredEnvironment } from "../src/controller/ports.ts";

const instance = "one";

/** An environment that keeps up with what is decided at once. */
export interface World {
  readonly observation: Observation;
  /** What the controller remembers. */
  state: EnvironmentState;
  decide(wanted: DesiredEnvironment): Decision;
  /** From now on every runnable pin is installed, ready and has all the traffic. */
  deploy(wanted: DesiredEnvironment): void;
}

/** Everything that is pinned runs, and was seen to run by a pass before. */
export function createWorld(wanted: DesiredEnvironment): World {
  const { commit, environment } = wanted;
  const units = new Map<ProcessId, readonly Installed[]>();
  const routes = new Map<ProcessId, Route>();
  const observation: Observation = {
    now: 0,
    lostMs: 0,
    commit,
    environment: environment.name,
    spec: environment.spec,
    desired: wanted.desired,
    findings: environment.findings,
    engines: new Map([
      ["node-red", { kind: "known", value: { instances: [{ id: instance, state: "ready", why: "" }], installed: units } }],
    ]),
    routes: { kind: "known", value: routes },
    inFlight: { kind: "known", value: new Map() },
    quarantine: [],
    measured: new Map(),
  };
  const world: World = {
    observation,
    state: {
      environment: environment.name,
      processes: new Map(),
      owed: [],
      validationResults: new Map(),
      freeze: null,
      commands: [],
      hasAnswered: true,
    },
    decide: ({ commit: now, desired }) => decide(world.state, { ...observation, commit: now, desired }),
    deploy: ({ desired }) => {
      for (const each of desired?.processes.values() ?? []) {
        if (each.kind !== "run" || units.get(each.unit.process)?.[0]?.digest === each.unit.digest) continue;
        units.set(each.unit.process, [installed(each)]);
        routes.set(each.unit.process, route(each));
      }
    },
  };
  world.deploy(wanted);
  const rows = world.decide(wanted).processes.map((row) => [row.process, row] as const);
  world.state = { ...world.state, processes: new Map(rows) };
  return world;
}

type Runnable = Extract<Desired, { kind: "run" }>;

function installed({ unit }: Runnable): Installed {
  const placements = [{ instance, address: `http://127.0.0.1:1/${unit.digest}`, ready: true, inFlight: 0, counts: null }];
  return { ...unit, drift: null, armed: null, endpoints: [{ method: "get", path: `/${unit.process}` }], placements };
}

function route({ unit }: Runnable): Route {
  const targets = [{ instance, url: `http://127.0.0.1:1/${unit.digest}` }];
  const share = {
    version: unit.version,
    digest: unit.digest,
    weight: 100,
    endpoints: [{ method: "get", path: `/${unit.process}` }],
    targets,
  };
  return { process: unit.process, timeoutMs: 30_000, sticky: null, shares: [share] };
}
