/** Takes people's orders: records them, has the environment look at them, and waits for what is answered. */

import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Order, OrderAnswer } from "../domain/journal/commands.ts";
import type { LoopParts } from "./loop.ts";

/** How long an answer is waited for, and how often it is looked for, in milliseconds. */
const patienceMs = 15_000;
const lookMs = 20;

/** See `Commands.order`. */
export function createOrderDesk(
  { source, ports, clock }: Pick<LoopParts, "source" | "ports" | "clock">,
  wake: (environment: EnvironmentName) => void,
): (order: Order) => Promise<OrderAnswer> {
  return async (order) => {
    const { environment, wish } = order;
    if (!source.environments().includes(environment))
      throw new PinionError("environment/unknown", `no environment is called "${environment}"`);
    const wanted = source.wanted(environment);
    if ("process" in wish && !wanted?.desired?.processes.has(wish.process)) {
      const { processes } = await ports.journal.state(environment);
      if (!processes.has(wish.process))
        throw new PinionError("process/unknown", `no process "${wish.process}" is pinned or runs in ${environment}`);
    }
    await ports.journal.ordered(order);
    wake(environment);
    return untilAnswered(order);
  };

  async function untilAnswered({ environment, id }: Order): Promise<OrderAnswer> {
    const deadline = clock.now() + patienceMs;
    for (;;) {
      const answer = await ports.journal.answer(environment, id);
      if (answer) return answer;
      if (clock.now() >= deadline) throw new PinionError("order/unanswered", "the order is recorded, but nobody has decided about it yet");
      await clock.sleep(lookMs);
    }
  }
}
