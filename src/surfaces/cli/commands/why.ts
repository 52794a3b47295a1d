/** `pinion why`: every gate with its answer, what comes next, and what would change it. */

import { evaluationJson } from "../../../api/json.ts";
import { parseProcessTarget, type ProcessTarget } from "../asking/target.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { renderEvaluation } from "../render/why.ts";
import { type AddCommand, type Format, formatOption, print, printJson, type Session } from "../terminal/session.ts";

interface Options extends ControllerOptions {
  readonly format: Format;
}

export const addWhy: AddCommand = (program, session, finish) => {
  program
    .command("why")
    .description("explain the state of a process: every gate, the next step, and what would change it")
    .argument("<environment/process>", "the process, such as production/order-intake", parseProcessTarget)
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
A gate allows a change to start, or blocks it. All gates are shown in their order, open or blocked. A blocked gate says until
when, if that is known, and what opens it. The first blocked gate is the reason that \`pinion status\` shows. For a process that
runs as pinned, the gates say what a new deployment would meet now. The controller answers from its last observation of
engine and gateway, and says when that was.

Exit code 0 with an answer, 2 otherwise, for example when there is no such process.

Examples:
  pinion why production/order-intake
  pinion why staging/billing --format json
`,
    )
    .action(async (target: ProcessTarget, options: Options) => {
      await why(session, target, options);
      finish(0);
    });
};

async function why(session: Session, { environment, process }: ProcessTarget, options: Options): Promise<void> {
  const client = await clientFor(session, options);
  const evaluation = await client.why(environment, process);
  if (options.format === "json") printJson(session, evaluationJson(evaluation));
  else print(session, renderEvaluation(evaluation, { colors: session.colors, now: evaluation.now, width: session.world.columns }));
}
