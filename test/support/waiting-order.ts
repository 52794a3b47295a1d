/** Orders that were given and that no pass has answered yet. */

import type { OrderWish } from "../../src/domain/journal/commands.ts";
import { environment, type World } from "./world.ts";

/** It waits for the next pass, with those that wait already. */
export async function waitingOrder(world: World, kind: Extract<OrderWish["kind"], "freeze" | "unfreeze">): Promise<void> {
  const { orders } = await world.journal.state(environment);
  const by = { name: "Ada", email: null };
  await world.journal.ordered({ id: `waiting${orders.length}`, environment, by, why: "because", at: world.now, wish: { kind } });
}
