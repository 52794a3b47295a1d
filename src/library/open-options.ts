/** With what a Pinion is opened in the caller's own process. */

import type { PinionFile } from "../generated/pinion.ts";
import type { Engine } from "../ports/engine.ts";
import type { Log } from "../ports/log.ts";
import type { Router } from "../ports/router.ts";
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
  readonly engine?: (environment: string) => Engine;
  /** What shares out the traffic, instead of the gateway. */
  readonly router?: Router;
  /** Told what the controller does; nobody is when not said. */
  readonly log?: Log;
}

/** Every option's name, so that others can be refused. */
export const openOptionNames = [
  "engines",
  "gateway",
  "metricSources",
  "notifications",
  "directory",
  "environments",
  "versions",
  "engine",
  "router",
  "log",
] as const satisfies readonly (keyof OpenOptions)[];
