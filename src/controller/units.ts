/** From a reference in a decision to what an engine can run: definition from the repository, variables and secrets of the environment. */

import { unitDigest } from "../domain/desired/resolve.ts";
import { defaultEngineKind } from "../domain/desired/engine-kind.ts";
import { kindOf } from "./engines.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName, UnitRef } from "../domain/names.ts";
import type { ProcessVersion } from "../domain/desired/version.ts";
import type { DeploymentUnit } from "../domain/desired/unit.ts";
import type { Ports, DesiredEnvironment } from "./ports.ts";

export interface LoadedUnit {
  readonly unit: DeploymentUnit;
  readonly version: ProcessVersion;
}

/**
 * Loads the unit that a decision named, and proves that it still is that unit.
 * @throws `manifest/invalid` when the repository no longer holds it so, `environment/unusable`, `secret/missing`, `secret/not-allowed`.
 */
export async function loadUnit(ref: UnitRef, environment: EnvironmentName, ports: Ports): Promise<LoadedUnit> {
  const wanted = ports.wanted(environment);
  const spec = wanted?.environment.spec;
  if (!spec || !wanted.desired) throw new PinionError("environment/unusable", `environment ${environment} cannot be used at the moment`);
  const version = await ports.manifests.version(ref.process, ref.version);
  const engine = kindOf(environment, ref.process, ports) ?? defaultEngineKind;
  if (unitDigest({ ...version, engine }, wanted.desired.settingsDigest, ports.hash) !== ref.digest) {
    throw new PinionError(
      "manifest/invalid",
      `${ref.process} ${ref.version} or the variables of ${environment} have changed since this was decided`,
    );
  }
  const secrets = await resolveSecrets(wanted, ports);
  return {
    version,
    unit: { ...ref, definition: version.definition, variables: { ...spec.variables, ...builtIn(ref, environment, ports) }, secrets },
  };
}

/** What every flow can ask about itself. */
function builtIn(ref: UnitRef, environment: EnvironmentName, ports: Ports): Readonly<Record<string, string>> {
  return {
    PINION_ENVIRONMENT: environment,
    PINION_ENVIRONMENT_URL: ports.router.publicAddress(environment),
    PINION_PROCESS: ref.process,
    PINION_VERSION: ref.version,
  };
}

async function resolveSecrets(wanted: DesiredEnvironment, ports: Ports): Promise<Readonly<Record<string, string>>> {
  const { name: environment, spec } = wanted.environment;
  const values = Object.entries(spec?.secrets ?? {}).map(
    async ([name, reference]) => [name, await ports.secrets.resolve(reference, environment)] as const,
  );
  return Object.fromEntries(await Promise.all(values));
}
