/** Which user the engines of an environment run as: what a flow can read and do is what that user can. */

import { dirname, join } from "node:path";
import { findUser, maySwitchUsers } from "../platform/run-as.ts";
import type { ControllerConfig, EmbeddedEngineConfig } from "../domain/config/config.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Isolated } from "../ports/engine-adapter.ts";

/**
 * Without a word of the operator's, the system's user `pinion-ENVIRONMENT` where there is one. Folders of such users lie beside the state
 * folder, since nobody but the controller can pass through that. @throws `config/invalid` when the user named cannot be had.
 */
export async function isolate(
  environment: EnvironmentName,
  { user }: Pick<EmbeddedEngineConfig, "user">,
  directory: string,
  mayBe = maySwitchUsers(),
): Promise<Isolated> {
  if (!mayBe && user !== null)
    throw new PinionError("config/invalid", `engines of ${environment} cannot run as ${user}: that takes a controller that runs as root`);
  const runAs = mayBe ? await findUser(user ?? `pinion-${environment}`) : null;
  if (runAs === null && user !== null)
    throw new PinionError("config/invalid", `engines of ${environment} cannot run as ${user}: there is no such user`);
  if (runAs === null || runAs.uid === 0) return { isolation: null, notes: [whyExposed] };
  return { isolation: { runAs, directory: join(`${dirname(directory)}.engines`, environment) }, notes: [] };
}

const whyExposed = "not isolated: its engines run as the controller's own user, whose files and other engines are open to their flows";

/** Said once, of the first environment that is so. */
export function howExposed(mayBe = maySwitchUsers()): string {
  const how = mayBe
    ? "a user pinion-ENVIRONMENT for each, or engines.ENVIRONMENT.user, isolates them"
    : "isolation takes a controller that runs as root; see docs/install.md";
  return `environments are not isolated where their engines run as the controller's own user: a flow can read what this user can; ${how}`;
}

/** What pinion.yaml itself undoes; null: nothing. */
export function sharedUser({ engines, gateway }: Pick<ControllerConfig, "engines" | "gateway">): string | null {
  const users = [engines.default, ...engines.byEnvironment.values()]
    .flat()
    .flatMap((engine) => (engine.mode === "embedded" && engine.user !== null ? [engine.user] : []));
  if (gateway.kind === "own" && gateway.user !== null && users.includes(gateway.user))
    return `the gateway is not isolated from flows: it runs as ${gateway.user}, as engines do; give it a separate user`;
  const shared = users.find((user, index) => users.indexOf(user) !== index);
  if (shared === undefined) return null;
  return `environments are not isolated from each other where their engines run as the same user, as with ${shared}: give each a separate user`;
}
