/** Whom the gateway runs as. */

import { PinionError } from "../../../domain/errors.ts";
import { findUser, maySwitchUsers, type RunAs } from "../../../platform/run-as.ts";

/** A name that no environment's user can have. */
const gatewayUser = "pinion_gateway";

/** Null: as the controller. @throws `config/invalid` when the user named cannot be had. */
export async function isolateGateway(user: string | null, mayBe = maySwitchUsers()): Promise<RunAs | null> {
  if (!mayBe && user !== null)
    throw new PinionError("config/invalid", `the gateway cannot run as ${user}: that takes a controller that runs as root`);
  const runAs = mayBe ? await findUser(user ?? gatewayUser) : null;
  if (runAs === null && user !== null) throw new PinionError("config/invalid", `the gateway cannot run as ${user}: there is no such user`);
  return runAs?.uid === 0 ? null : runAs;
}
