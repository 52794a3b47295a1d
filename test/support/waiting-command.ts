/** Orders that were given and that no pass has answered yet. */

import type { CommandSpec } from "../../src/domain/journal/commands.ts";
import { environment, type World } from "./world.ts";

/** It waits for the next pass, with those that wait already. */
export async function waitingOrder(world: World, kind: Extract<CommandSpec["kind"], "freeze" | "unfreeze">): Promise<void> {
  const { commands } = await world.journal.state(environment);
  const by = { name: "Ada", email: null };
  await world.journal.recordCommand({ id: `waiting${commands.length}`, environment, by, why: "because", at: world.now, spec: { kind } });
}
