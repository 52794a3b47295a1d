/** With what a Pinion is opened in the caller's own process. */

import { PinionError } from "../domain/errors.ts";
import type { PinionFile } from "../generated/pinion.ts";
import type { Engine } from "../ports/engine.ts";
import type { Log } from "../ports/log.ts";
import type { Router } from "../ports/router.ts";
import { objectAt, refuseUnknown } from "./known-fields.ts";
import type { Environment, WorkflowVersion } from "./vocabulary.ts";

/** All optional: without anything it runs Node-RED by itself, behind a gateway of its own, on this machine. */
export interface OpenOptions extends Pick<PinionFile, "engines" | "gateway" | "metricSources" | "notifications"> {
  /** Keeps journal, repository, gateway and engines, for the next process to go on from; a temporary one when not said. */
  readonly directory?: string;
  /** To begin with, as `configure` takes them. */
  readonly environments?: readonly Environment[];
  /** To begin with, as `publish` takes them. */
  readonly versions?: readonly WorkflowVersion[];
  /** What runs the processes of an environment, instead of Node-RED. */
  readonly engine?: (environment: string, kind: string) => Engine;
  /** What shares out the traffic, instead of the gateway. */
  readonly router?: Router;
  /** Gets what the controller logs; default: none. */
  readonly log?: Log;
}

/** What each must be; null: that is checked where the same is read from pinion.yaml. */
const kinds: Readonly<Record<keyof OpenOptions, ((value: unknown) => boolean) | null>> = {
  engines: null,
  gateway: null,
  metricSources: null,
  notifications: null,
  directory: (value) => typeof value === "string" && value !== "",
  environments: (value) => Array.isArray(value),
  versions: (value) => Array.isArray(value),
  engine: (value) => typeof value === "function",
  router: (value) => has(value, ["ensureRoutes", "routes", "traffic", "publicAddress"]),
  log: (value) => has(value, ["info", "warn", "error"]),
};

function has(value: unknown, methods: readonly string[]): boolean {
  return (
    typeof value === "object" && value !== null && methods.every((name) => typeof (value as Record<string, unknown>)[name] === "function")
  );
}

/** @throws `usage/invalid` for an option that nobody reads, or that is not what it should be. */
export function checkOptions(options: OpenOptions): void {
  refuseUnknown(objectAt(options, "the options"), Object.keys(kinds), "the options");
  for (const [name, isOfKind] of Object.entries(kinds)) {
    const value = options[name as keyof OpenOptions];
    if (value !== undefined && isOfKind?.(value) === false)
      throw new PinionError("usage/invalid", `the options: "${name}" is not what it should be: see OpenOptions`);
  }
}
