/** What can be asked before anything is changed: is the version whole, is the engine up, is what it calls there? */

import { lackingOf, servingNow } from "../../domain/gates/dependencies.ts";
import type { ProcessId } from "../../domain/names.ts";
import { servingUnit } from "../../domain/observed/observation.ts";
import { engineRunning } from "../engines.ts";
import { loadUnit } from "../units.ts";
import { count, type Subject } from "./question.ts";

export async function isLoadable({ environment, unit, ports }: Subject): Promise<string> {
  const { version } = await loadUnit(unit, environment, ports);
  const { definition, checks } = version;
  return [count(definition.nodes.length, "node"), count(definition.connections.length, "connection"), count(checks.length, "check")].join(
    ", ",
  );
}

export async function isEngineUp({ environment, unit, ports }: Subject): Promise<string> {
  const { instances } = await engineRunning(environment, unit.process, ports).inventory();
  const up = instances.filter((instance) => instance.state === "ready").length;
  if (up === 0) throw new Error("no engine instance is up");
  return `${up} of ${instances.length} engine instances are up`;
}

/** Throws while something that it calls is not there: that may be on its way, or the router may have lost its table. */
export async function areDependenciesServing({ environment, unit, ports }: Subject): Promise<string> {
  const wanted = ports.wanted(environment);
  const version = await ports.manifests.version(unit.process, unit.version);
  if (!wanted?.desired) throw new Error(`environment ${environment} cannot be used at the moment`);
  const routes = await ports.router.routes(environment);
  const serving = (process: ProcessId) => servingUnit(routes.find((route) => route.process === process) ?? null);
  const lacking = lackingOf(version.dependencies, servingNow({ desired: wanted.desired, serving, isAwaited: () => false }));
  if (lacking) throw new Error(lacking.text);
  return version.dependencies.length === 0
    ? "depends on nothing"
    : `${version.dependencies.map((dependency) => dependency.name).join(", ")} as required`;
}
