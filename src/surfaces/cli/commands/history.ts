/** `pinion history`: what was deployed when, from what to what, and how it went. */

import { deploymentJson } from "../../../api/json.ts";
import type { Selection } from "../../../api/selection.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { renderDeployment, renderHistory } from "../render/history.ts";
import { type AddCommand, type Format, formatOption, parseLimit, print, printJson, type Session } from "../terminal/session.ts";

interface Options extends ControllerOptions, Selection {
  readonly id?: string;
  readonly limit: number;
  readonly format: Format;
}

export const addHistory: AddCommand = (program, session, finish) => {
  program
    .command("history")
    .description("list deployments, newest first, or show one with its steps")
    .option("-e, --environment <name>", "only this environment")
    .option("-p, --process <id>", "only this process")
    .option("--id <deployment>", "show this one with steps, timings, validations, plan and changes")
    .option("-n, --limit <number>", "at most so many", parseLimit, 20)
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
One deployment is shown with every step, also the shares of traffic that a canary had, what rejected it, and the commit that
put the pin back, what was planned when it was opened, what it changes, and what it put back that somebody had changed by hand.

Examples:
  pinion history --environment production
  pinion history --process order-intake --limit 5
  pinion history --id production.order-intake.1.4.0.mi8xj2k1
`,
    )
    .action(async (options: Options) => {
      await (options.id === undefined ? showHistory(session, options) : showDeployment(session, options, options.id));
      finish(0);
    });
};

async function showHistory(session: Session, options: Options): Promise<void> {
  const { environment, process, limit, format } = options;
  const client = await clientFor(session, options);
  const only = { ...(environment !== undefined && { environment }), ...(process !== undefined && { process }) };
  const { deployments, now } = await client.historyAsOf({ ...only, limit });
  if (format === "json") printJson(session, { deployments: deployments.map(deploymentJson) });
  else print(session, renderHistory(deployments, { ...viewOf(session), now: now ?? session.world.now() }));
}

async function showDeployment(session: Session, options: Options, id: string): Promise<void> {
  const client = await clientFor(session, options);
  const deployment = await client.deployment(id);
  if (options.format === "json") printJson(session, deploymentJson(deployment));
  else print(session, renderDeployment(deployment, viewOf(session)));
}

function viewOf({ colors, world }: Session) {
  return { colors, now: world.now(), width: world.columns };
}
