/** Small values of the engine in memory. */

import { createHash } from "node:crypto";
import type { Definition } from "../../src/domain/desired/definition.ts";
import type { DeploymentUnit, Installed, Inventory, PublicEndpoint } from "../../src/domain/desired/unit.ts";
import type { UnitRef } from "../../src/domain/names.ts";
import type { ReadBack } from "../../src/ports/engine.ts";

interface Edited {
  readonly unit: DeploymentUnit;
  /** What it was changed to. */
  readonly there: Definition | null;
}

/** Null: it was not edited. */
export function readBackOf(held: Edited | undefined): ReadBack | null {
  if (!held?.there) return null;
  return { unit: refOf(held.unit), content: contentOf(held.there), installed: held.unit.definition, actual: held.there };
}

/** Equal for equal content. */
export function contentOf(definition: Definition): string {
  return createHash("sha256").update(JSON.stringify(definition)).digest("hex");
}

/** Reads `http in` nodes, as the Node-RED engine does, so that stories can route to the fake. */
export function endpointsOf(unit: DeploymentUnit): readonly PublicEndpoint[] {
  return unit.definition.nodes
    .filter((node) => node.type === "http in")
    .map((node) => ({ method: String(node.config["method"] ?? "get").toUpperCase(), path: String(node.config["url"] ?? "/") }));
}

/** Closed until it is resolved. */
export function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, resolve: () => open() };
}

/** Which unit it is. */
export function refOf(unit: UnitRef): UnitRef {
  return { process: unit.process, version: unit.version, digest: unit.digest };
}

/** The same for as long as the unit is told so. */
const idle = new WeakMap<Installed, Installed>();

/** As it is told to who did not ask what it works on. */
export function withoutWork(unit: Installed): Installed {
  const known = idle.get(unit);
  if (known) return known;
  const without = { ...unit, placements: unit.placements.map((each) => ({ ...each, inFlight: null, counts: null })) };
  idle.set(unit, without);
  return without;
}

/** Gives answers with the objects of the answer before where they say the same, as the port promises. */
export function createSame(): (now: Inventory) => Inventory {
  let last: Inventory = { instances: [], installed: [] };
  let before = new Map<string, Installed>();
  return (now) => {
    const installed = now.installed.map((unit) => either(unit, before.get(unitKey(unit))));
    const areSame = installed.length === last.installed.length && installed.every((unit, index) => unit === last.installed[index]);
    const instances = either(now.instances, last.instances);
    if (!areSame) before = new Map(installed.map((unit) => [unitKey(unit), unit]));
    if (!areSame || instances !== last.instances) last = { instances, installed: areSame ? last.installed : installed };
    return last;
  };
}

function either<T extends object>(now: T, before: T | undefined): T {
  return before !== undefined && isSame(now, before) ? before : now;
}

function unitKey({ process, version, digest }: UnitRef): string {
  return `${process} ${version} ${digest}`;
}

/** Of plain values: it stops where they part. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const [these, those] = [one, other] as Readonly<Record<string, unknown>>[];
  const names = Object.keys(these ?? {});
  return names.length === Object.keys(those ?? {}).length && names.every((name) => isSame(these?.[name], those?.[name]));
}
