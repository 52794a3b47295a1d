/** Small values of the engine in memory. */

import { createHash } from "node:crypto";
import type { Definition } from "../../src/domain/desired/definition.ts";
import type { DeploymentUnit, PublicEndpoint } from "../../src/domain/desired/unit.ts";
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
