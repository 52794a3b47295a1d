/** `pinion history`: what was deployed when, from what to what, and how it went. */

import { Option } from "commander";
import { deploymentJson, historyJson } from "../../../api/json.ts";
import type { DeploymentPhase } from "../../../domain/journal/status.ts";
import type { HistoryQuery } from "../../../schemas/queries.ts";
import type { Selection } from "../../../api/selection.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { renderDeployment, renderHistory, renderRest } from "../render/history.ts";
import { type AddCommand, type Format, formatOption, parseLimit, print, printJson, type Session } from "../terminal/session.ts";

interface Options extends ControllerOptions, Selection {
  readonly id?: string;
  readonly phase?: DeploymentPhase;
  readonly query?: string;
  readonly cursor?: string;
  readonly limit: number;
  readonly format: Format;
}

const phases = Object.keys({
  Pending: true,
  Running: true,
  Succeeded: true,
  Failed: true,
  RolledBack: true,
  Superseded: true,
  Aborted: true,
} satisfies Readonly<Record<DeploymentPhase, true>>);

export const addHistory: AddCommand = (program, session, finish) => {
  program
    .command("history")
    .description("list deployments, newest first, or show one with its steps")
    .option("-e, --environment <name>", "only this environment")
    .option("-p, --process <id>", "only this process")
    .addOption(new Option("--phase <phase>", "only deployments in this phase").choices(phases))
    .option("-q, --query <text>", "only where process, version, commit or reason contain this text")
    .addOption(
      new Option("--id <deployment>", "show one deployment with steps, timings, validations, plan and changes").conflicts([
        "environment",
        "process",
        "phase",
        "query",
        "limit",
        "cursor",
      ]),
    )
    .option("-n, --limit <number>", "at most this number", parseLimit, 20)
    .option("--cursor <text>", "the next page; each page ends with its cursor")
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
With --id: every step (with the traffic shares of a canary), what rejected the version, the commit that restored the pin, the
plan from when the deployment was opened, its changes, and the manual changes that it undid.

Examples:
  pinion history --environment production
  pinion history --process order-intake --limit 5
  pinion history --phase RolledBack --query error_rate
  pinion history --id production.order-intake.1.4.0.mi8xj2k1
`,
    )
    .action(async (options: Options) => {
      await (options.id === undefined ? showHistory(session, options) : showDeployment(session, options, options.id));
      finish(0);
    });
};

async function showHistory(session: Session, options: Options): Promise<void> {
  const { environment, process, phase, query: q, cursor, limit, format } = options;
  const client = await clientFor(session, options);
  const page = await client.historyPage({ ...said({ environment, process, phase, q, cursor }), limit });
  if (format === "json") {
    const { now: _now, ...shown } = historyJson(page, page.now);
    printJson(session, shown);
  } else print(session, [...renderHistory(page.deployments, { ...viewOf(session), now: page.now }), ...renderRest(page)]);
}

/** Without what is not said. */
function said(query: { readonly [K in keyof HistoryQuery]: HistoryQuery[K] | undefined }): HistoryQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
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
