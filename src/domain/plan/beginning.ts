/** The world that a plan begins in where no controller says how it is: what is pinned before runs, has its traffic, and is good. */

import type { DependencyView } from "../gates/gate.ts";
import { requiredProcesses } from "../desired/dependency-graph.ts";
import { defaultEngineKind } from "../desired/engine-kind.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import { type Desired, type DesiredState, resolveDesired, unpinnedIn } from "../desired/resolve.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../desired/snapshot.ts";
import type { EngineInstance, Installed } from "../desired/unit.ts";
import { nothingRemembered } from "../journal/remembered.ts";
import { nothingKnown, type ProcessState } from "../journal/state.ts";
import type { Digest, Hash, ProcessId } from "../names.ts";
import type { Route } from "../observed/route.ts";
import { type Beginning, placementOn, routeTo } from "./imagined-world.ts";
import type { PinChange } from "./pin-changes.ts";

export interface Before {
  readonly from: EnvironmentSnapshot | null;
  readonly to: EnvironmentSnapshot & { readonly spec: EnvironmentSpec };
  /** Ids of the engine's instances. */
  readonly instances: readonly string[];
  /** Changes that will not happen, whatever is decided. */
  isExcluded(process: ProcessId): boolean;
}

/** Only what changes is there, and what that needs: nothing is decided about anything else. */
export function imagine(changes: readonly PinChange[], before: Before): Beginning {
  const { from, to, isExcluded } = before;
  const hash = createNames();
  const cast = new Set(changes.flatMap(({ process, to: pinned }) => [process, ...neededBy(pinned)]));
  const kept = (process: ProcessId) => (isExcluded(process) ? from : to)?.pins.get(process);
  const after = resolve({ ...to, pins: only(cast, kept) }, hash);
  const running = from
    ? resolve({ ...from, spec: from.spec ?? to.spec, pins: only(cast, (process) => from.pins.get(process)) }, hash)
    : null;
  const installed = installedOf(running, before.instances);
  return {
    state: { ...nothingRemembered(to.name), processes: rowsOf(installed, running, to), hasAnswered: true },
    seen: {
      now: 0,
      lostMs: 0,
      commit: "",
      environment: to.name,
      spec: to.spec,
      desired: { ...after, pins: to.pins, unpinned: unpinnedIn(to) },
      findings: to.findings,
      quarantine: to.quarantine,
    },
    engines: enginesOf(installed, [after, running], before.instances),
    routes: new Map([...installed].map(([process, unit]): [ProcessId, Route] => [process, routeTo(unit, to.spec)])),
  };
}

/** The processes that a version cannot do without. */
export function neededBy(pinned: PinnedVersion | null): readonly ProcessId[] {
  return pinned?.kind === "runnable" ? requiredProcesses(pinned.summary.dependencies).map(({ name }) => name) : [];
}

/** Short names in place of digests: equal for equal texts. */
function createNames(): Hash {
  const names = new Map<string, Digest>();
  return (text) => {
    const name = names.get(text) ?? (`sha256-${names.size}` as const);
    names.set(text, name);
    return name;
  };
}

function resolve(environment: EnvironmentSnapshot, hash: Hash): DesiredState {
  const desired = resolveDesired(environment, { address: "", hash }, null);
  if (!desired) throw new Error(`${environment.name} cannot be used`);
  return desired;
}

function only(cast: ReadonlySet<ProcessId>, pinnedOf: (process: ProcessId) => PinnedVersion | undefined): EnvironmentSnapshot["pins"] {
  return new Map(
    [...cast].flatMap((process): readonly [ProcessId, PinnedVersion][] => {
      const pinned = pinnedOf(process);
      return pinned ? [[process, pinned]] : [];
    }),
  );
}

/** One of each kind that anything names, with as many instances each; what runs stays in its own. */
function enginesOf(
  installed: ReadonlyMap<ProcessId, Installed>,
  states: readonly (DesiredState | null)[],
  instances: readonly string[],
): Beginning["engines"] {
  const all = states.flatMap((state) => [...(state?.processes ?? [])]);
  const kindOf = new Map(all.flatMap(([process, one]) => (one.kind === "run" ? [[process, one.summary.engine] as const] : [])));
  const kinds = new Set([...kindOf.values(), ...(kindOf.size === 0 ? [defaultEngineKind] : [])]);
  return new Map(
    [...kinds].map((kind) => {
      const own = [...installed].filter(([process]) => kindOf.get(process) === kind);
      return [kind, { instances: instances.map(upInstance), installed: new Map(own.map(([process, unit]) => [process, [unit]])) }];
    }),
  );
}

function upInstance(id: string): EngineInstance {
  return { id, state: "ready", why: "" };
}

function installedOf(running: DesiredState | null, instances: readonly string[]): ReadonlyMap<ProcessId, Installed> {
  const all = [...(running?.processes.values() ?? [])];
  return new Map(all.flatMap((one) => (one.kind === "run" ? [[one.unit.process, installedAs(one, instances)] as const] : [])));
}

function installedAs({ unit, summary }: Extract<Desired, { kind: "run" }>, instances: readonly string[]): Installed {
  const placements = instances.map((instance) => placementOn(instance, unit.digest));
  return { ...unit, drift: null, armed: true, endpoints: summary.endpoints, placements };
}

function rowsOf(
  installed: ReadonlyMap<ProcessId, Installed>,
  running: DesiredState | null,
  { name: environment }: EnvironmentSnapshot,
): ReadonlyMap<ProcessId, ProcessState> {
  return new Map(
    [...installed].map(([process, { version, digest }]) => {
      const found = running?.processes.get(process);
      const definition = found?.kind === "run" ? { definition: found.summary.definitionDigest } : {};
      const status = {
        environment,
        process,
        desired: version,
        actual: [{ version, weight: 100 }],
        sync: "Synced",
        health: "Healthy",
        phase: "Succeeded",
        reason: { code: "AsPinned", text: "runs what is pinned" },
        since: 0,
      } as const;
      return [process, { ...nothingKnown(process), knownGood: [{ process, version, digest, at: 0, ...definition }], status }];
    }),
  );
}

/** What serves once all is done. */
export function servingThen(versionAfter: DependencyView["serving"]): DependencyView {
  return { isForecast: true, serving: versionAfter, coming: () => null };
}
