/** Which engine is asked about a process: an environment may have one of each kind. */

import { PinionError } from "../domain/errors.ts";
import type { EngineKind, EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Inventory } from "../domain/desired/unit.ts";
import type { Engine } from "../ports/engine.ts";
import type { Ports } from "./ports.ts";

type Asking = Pick<Ports, "engine" | "engineKinds" | "placements" | "wanted">;

/** Where something of it was installed last, else what its process.yaml names; null: neither is known. */
export function kindOf(environment: EnvironmentName, process: ProcessId, ports: Omit<Asking, "engine">): EngineKind | null {
  const [first, ...others] = ports.engineKinds(environment);
  if (first !== undefined && others.length === 0) return first;
  const pinned = ports.wanted(environment)?.desired?.processes.get(process);
  return ports.placements.kindOf(environment, process) ?? (pinned?.kind === "run" ? pinned.summary.engine : null);
}

/** @throws `engine/unreachable` when it is not known what runs it. */
export function engineRunning(environment: EnvironmentName, process: ProcessId, ports: Asking): Engine {
  const kind = kindOf(environment, process, ports);
  if (kind === null) throw new PinionError("engine/unreachable", `it is not known which engine of ${environment} runs ${process}`);
  return ports.engine(environment, kind);
}

/** All of one environment. */
export function everyEngine(environment: EnvironmentName, ports: Pick<Ports, "engine" | "engineKinds">): readonly Engine[] {
  return ports.engineKinds(environment).map((kind) => ports.engine(environment, kind));
}

/** What all engines that answer say together. @throws what the first throws when none of them answers. */
export async function wholeInventory(environment: EnvironmentName, ports: Pick<Ports, "engine" | "engineKinds">): Promise<Inventory> {
  const answers = await Promise.allSettled(everyEngine(environment, ports).map((engine) => engine.inventory()));
  const inventories = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (inventories.length === 0 && failed) throw failed.reason;
  return {
    instances: inventories.flatMap(({ instances }) => instances),
    installed: inventories.flatMap(({ installed }) => installed),
  };
}

/** Those that one engine is asked for together; null: it is not known where they are, so all are asked. */
export function byKind<T>(
  environment: EnvironmentName,
  { all, processOf }: { readonly all: readonly T[]; readonly processOf: (one: T) => ProcessId },
  ports: Asking,
): ReadonlyMap<EngineKind | null, readonly T[]> {
  return groupBy(all, (one) => kindOf(environment, processOf(one), ports));
}

export function groupBy<K, T>(all: readonly T[], keyOf: (one: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}
