/** Takes people's commands: records them, has the environment look at them, and waits for the result. */

import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Command, CommandResult } from "../domain/journal/commands.ts";
import type { LoopParts } from "./loop.ts";

/** How long an answer is waited for, and how often it is looked for, in milliseconds. */
const patienceMs = 15_000;
const lookMs = 20;

/** See `Commands.order`. */
export function createCommandDesk(
  { source, ports, clock }: Pick<LoopParts, "source" | "ports" | "clock">,
  wake: (environment: EnvironmentName) => void,
): (command: Command) => Promise<CommandResult> {
  return async (command) => {
    const { environment, spec } = command;
    if (!source.environments().includes(environment))
      throw new PinionError("environment/unknown", `no environment is called "${environment}"`);
    const wanted = source.wanted(environment);
    if ("process" in spec && !wanted?.desired?.processes.has(spec.process)) {
      const { processes } = await ports.journal.state(environment);
      if (!processes.has(spec.process))
        throw new PinionError("process/unknown", `no process "${spec.process}" is pinned or runs in ${environment}`);
    }
    await ports.journal.recordCommand(command);
    wake(environment);
    return untilAnswered(command);
  };

  async function untilAnswered({ environment, id }: Command): Promise<CommandResult> {
    const deadline = clock.now() + patienceMs;
    for (;;) {
      const result = await ports.journal.result(environment, id);
      if (result) return result;
      if (clock.now() >= deadline) throw new PinionError("command/unanswered", "the command is recorded, but not decided yet");
      await clock.sleep(lookMs);
    }
  }
}
