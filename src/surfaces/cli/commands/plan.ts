/** `pinion plan`: what merging a change would do, environment by environment. */

import { type DeploymentPlan, isNothingToDo } from "../../../domain/plan/deployment-plan.ts";
import { describeRequests } from "../../../domain/observed/request-rate.ts";
import type { Overview } from "../../../api/views.ts";
import { type Finding, hasErrors } from "../../../domain/finding.ts";
import type { Deployment } from "../../../domain/journal/state.ts";
import { type Base, findBase } from "../repository/base-revision.ts";
import { clientFor, configOption, type ControllerOptions } from "../asking/controller-option.ts";
import { printFailure } from "../terminal/failure.ts";
import { findingJson } from "../terminal/findings.ts";
import { makePlans } from "../repository/plan-reading.ts";
import { textJson } from "../render/difference.ts";
import { renderPlans } from "../render/plan.ts";
import {
  type AddCommand,
  type ExitCode,
  type Format,
  formatOption,
  pathFrom,
  print,
  printJson,
  type Session,
} from "../terminal/session.ts";

interface Options {
  readonly base?: string;
  readonly environment?: string;
  readonly controller?: string;
  readonly config: string;
  readonly detailedExitcode?: boolean;
  readonly format: Format;
}

export const addPlan: AddCommand = (program, session, finish) => {
  program
    .command("plan")
    .description("show what merging a work tree would do in each environment")
    .argument("[dir]", "the work tree of the config repository", ".")
    .option("--base <revision>", "what to compare with; default: the merge base with origin/HEAD, origin/main or main")
    .option("-e, --environment <name>", "only this environment")
    .option("--controller <url>", "take durations, instances and requests from this controller")
    .addOption(configOption())
    .option("--detailed-exitcode", "0: nothing to do, 1: errors, or it could not run, 2: there are changes")
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Compares the files on disk, committed or not. Exit code 0 when there are no errors in the files, with or without changes; 1
when there are errors; 2 when it could not run. With --detailed-exitcode it has the exit codes of \`terraform plan\`, which
also say whether there are changes.

Examples:
  pinion plan
  pinion plan ./config-repo --environment production
  pinion plan --config ../pinion.yaml        with the request counts of processes that are taken out
  pinion plan --base v1.2 --format json | jq '.environments[] | {environment, risk: .riskAssessment.level}'
`,
    )
    .action(async (directory: string, options: Options) => finish(await planned(session, pathFrom(session, directory), options)));
};

/** A script that asks for changes by the exit code must not mistake a failure for a change. */
async function planned(session: Session, directory: string, options: Options): Promise<ExitCode> {
  if (!options.detailedExitcode) return plan(session, directory, options);
  try {
    return await plan(session, directory, options);
  } catch (error) {
    printFailure(session, error);
    return 1;
  }
}

async function plan(session: Session, directory: string, options: Options): Promise<ExitCode> {
  const { world } = session;
  const history = options.controller === undefined ? [] : await historyFrom(session, options);
  const base = await findBase(world.git, directory, options.base ?? null);
  const to = await world.openRepository({ kind: "work-tree", directory, base: base.place?.commit ?? null });
  try {
    const from = base.place === null ? null : await world.openRepository(base.place);
    try {
      const overview = await overviewFrom(session, options);
      const instancesOf = (name: string) => overview?.environments.find((one) => one.name === name)?.instances.map(({ id }) => id) ?? [];
      const plans = withRequests(
        await makePlans({ from, to }, { environment: options.environment ?? null, history, instancesOf }),
        overview,
      );
      const since = from === null ? [] : to.findingsSince(from.snapshot);
      return show(session, { base, plans, findings: [...to.snapshot.findings, ...since] }, options);
    } finally {
      await from?.close();
    }
  } finally {
    await to.close();
  }
}

async function historyFrom(session: Session, named: ControllerOptions): Promise<readonly Deployment[]> {
  return (await clientFor(session, named)).history({ limit: 1000 });
}

/** Of the controller named, or the one that is near; null: nobody answers, and the plan goes without. */
async function overviewFrom(session: Session, named: ControllerOptions): Promise<Overview | null> {
  try {
    const client = await clientFor(session, named);
    return await client.overview({});
  } catch {
    return null;
  }
}

/** Who takes a process out is told how many call it. */
function withRequests(plans: readonly DeploymentPlan[], overview: Overview | null): readonly DeploymentPlan[] {
  return plans.map((whole) => {
    const processes = overview?.environments.find(({ name }) => name === whole.environment)?.processes ?? [];
    const requestsOf = (process: string) => processes.find((one) => one.process === process)?.requests ?? null;
    const told = whole.deployments.map((one) =>
      one.kind === "prune" ? { ...one, why: `${one.why}; ${describeRequests(requestsOf(one.process))}` } : one,
    );
    return { ...whole, deployments: told };
  });
}

interface Outcome {
  readonly base: Base;
  readonly plans: readonly DeploymentPlan[];
  readonly findings: readonly Finding[];
}

/** Of a text that changed scripts get the lines that differ. */
function planJson({ settingLines: _forPeople, deployments, ...rest }: DeploymentPlan) {
  const withLines = deployments.map(({ changes, ...one }) => ({
    ...one,
    changes: changes && { ...changes, texts: textJson(changes.texts) },
  }));
  return { ...rest, deployments: withLines };
}

function show(session: Session, { base, plans, findings }: Outcome, { format, detailedExitcode }: Options): ExitCode {
  if (format === "json") {
    const { place, description } = base;
    const environments = plans.map(planJson);
    printJson(session, { base: { commit: place?.commit ?? null, description }, environments, findings: findings.map(findingJson) });
  } else {
    print(session, renderPlans({ base: base.description, plans, findings }, { colors: session.colors, width: session.world.columns }));
  }
  if (hasErrors(findings)) return 1;
  return detailedExitcode && !plans.every(isNothingToDo) ? 2 : 0;
}
