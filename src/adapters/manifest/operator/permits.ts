/** What pinion.yaml allows the repository: secrets by environment, and what flows may contain. */

import { dirname, resolve } from "node:path";
import { type ControllerConfig, enginesOf } from "../../../domain/config/config.ts";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { FlowsPermit, Permits, SecretsPermit } from "../../../domain/config/permits.ts";
import type { FlowsAllowedSection, PinionFile } from "../../../generated/pinion.ts";

type Environments = PinionFile["environments"];

/** The environments that a list names; null: all. */
export function lookedAfter(environments: Environments): readonly EnvironmentName[] | null {
  if (!Array.isArray(environments)) return null;
  return environments.map((each) => (typeof each === "string" ? each : each.name));
}

/** Paths are taken as the controller takes them: those of `environments` from the file, all others from where it runs. */
export function toPermits(config: PinionFile, file: string, engines: ControllerConfig["engines"]): Omit<Permits, "named"> {
  const folder = dirname(resolve(file));
  return {
    secrets: toSecrets(config.environments, folder),
    own: ownOf(config, file),
    metricSources: (config.metricSources ?? []).map(({ name }) => name),
    engines: (environment) => enginesOf({ engines }, environment).map(({ kind }) => kind),
    flows: (environment, kind) => enginesOf({ engines }, environment).find((engine) => engine.kind === kind)?.allow ?? null,
  };
}

/** An allow section with its defaults; null when there is none. */
export function toFlows(section: FlowsAllowedSection | undefined): FlowsPermit | null {
  return section === undefined ? null : { nodes: section.nodes ?? null, modules: section.modules ?? [] };
}

function toSecrets(environments: Environments = [], folder: string): Permits["secrets"] {
  const entries = Array.isArray(environments)
    ? environments.flatMap((each) => (typeof each === "string" ? [] : [[each.name, each.secrets] as const]))
    : Object.entries(environments).map(([name, { secrets }]) => [name, secrets] as const);
  return new Map(
    entries.map(([name, allowed]): [EnvironmentName, SecretsPermit] => [
      name,
      { env: allowed?.env ?? [], folder: allowed?.folder === undefined ? null : resolve(folder, allowed.folder) },
    ]),
  );
}

/** Wherever pinion.yaml names a variable or a file, in whatever section. */
function ownOf(config: PinionFile, file: string): Permits["own"] {
  const env = new Set<string>();
  const files = new Set<string>();
  const { environments: _, ...sections } = config;
  const gather = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, each] of Object.entries(value)) {
      if (key === "env" && typeof each === "string") env.add(each);
      else if (fileKeys.has(key) && typeof each === "string") files.add(each);
      else gather(each);
    }
  };
  gather(sections);
  const state = resolve(dirname(resolve(file)), config.state ?? "./.pinion");
  return { env, paths: [resolve(file), state, ...[...files].map((each) => resolve(each))] };
}

const fileKeys = new Set(["file", "sshKey", "knownHosts", "keyFile", "passphraseFile", "home"]);
