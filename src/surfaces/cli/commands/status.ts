/** `pinion status`: what shall run, what does, and why they differ. */

import type { Overview, ProcessView } from "../../../api/views.ts";
import { hasErrors } from "../../../domain/finding.ts";
import { overviewJson } from "../../../api/json.ts";
import { selectFrom, type Selection } from "../../../api/selection.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { renderOverview } from "../render/overview.ts";
import { type AddCommand, type Format, formatOption, print, printJson, type Session } from "../terminal/session.ts";
import { watch } from "../asking/watch.ts";

interface Options extends ControllerOptions, Selection {
  readonly watch: boolean;
  readonly format: Format;
}

export const addStatus: AddCommand = (program, session, finish) => {
  program
    .command("status")
    .description("show which versions run, and whether they are the pinned ones")
    .option("-e, --environment <name>", "only this environment")
    .option("-p, --process <id>", "only this process")
    .option("-w, --watch", "show changes until Ctrl-C", false)
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
Exit code 0 when the repository can be read, everything shown is Synced and Healthy, and no commit is owed to git; 1
otherwise; 2 when no controller answers. With --watch it is that of the last picture.

A rollout is shown with its steps, its share of the traffic, what it waits for, and the verdict with its values. --watch
updates the picture. If not everything fits, what needs attention is first (arrow keys, PgUp and PgDn scroll, a shows
all, q quits). On a pipe it prints one line for each change, and with --format json one picture per
line.

Examples:
  pinion status
  pinion status --watch
  pinion status --environment production --process order-intake
  pinion status --controller http://127.0.0.1:8600 --format json
`,
    )
    .action(async (options: Options) => finish(await status(session, options)));
};

async function status(session: Session, options: Options): Promise<number> {
  const { environment, process, format } = options;
  const selection = { environment, process };
  const client = await clientFor(session, options);
  if (options.watch) {
    const last = await watch(session, { client, selection, format });
    return last && isAllWell(last) ? 0 : 1;
  }
  const overview = selectFrom(await client.overview(selection), selection);
  if (format === "json") printJson(session, overviewJson(overview));
  else
    print(
      session,
      renderOverview(overview, { colors: session.colors, now: overview.now ?? session.world.now(), width: session.world.columns }),
    );
  return isAllWell(overview) ? 0 : 1;
}

/** Nothing that is shown is left to be done or to be fixed. */
export function isAllWell({ store, gateway, repository, environments }: Overview): boolean {
  return (
    store === null &&
    gateway?.state !== "down" &&
    repository.state === "ok" &&
    environments.every(({ findings, processes }) => !hasErrors(findings) && processes.every(isWell))
  );
}

/** A pin that a commit still has to put back is something to be done. */
function isWell({ sync, health, revert }: ProcessView): boolean {
  const isOwed = revert !== null && revert.outcome?.kind !== "committed";
  return sync === "Synced" && health === "Healthy" && !isOwed;
}
