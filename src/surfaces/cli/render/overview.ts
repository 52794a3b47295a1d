/** The whole picture as text: the repository, then one table for each environment. */

import type { EnvironmentStatus, Overview, RepositoryStatus } from "../../../controller/queries.ts";
import type { Instant } from "../../../domain/names.ts";
import type { Health, ProcessStatus, SyncStatus } from "../../../domain/status.ts";
import { count, renderFindings, summarizeFindings } from "../findings.ts";
import { byStage } from "../stages.ts";
import { renderTable } from "../table.ts";
import { type Colors, printable, wrap } from "../terminal.ts";
import { relativeTime } from "../time.ts";

export interface View {
  readonly colors: Colors;
  readonly now: Instant;
  /** Null: nothing is wrapped. */
  readonly width: number | null;
}

type Paint = (text: string) => string;

/** Lines of `pinion status`. */
export function renderOverview({ repository, environments, findings }: Overview, view: View): readonly string[] {
  return [
    ...renderRepository(repository, view),
    ...byStage(environments).flatMap((environment) => ["", ...renderEnvironment(environment, view)]),
    ...(environments.length === 0 ? ["", "no environments yet"] : []),
    ...(findings.length === 0 ? [] : ["", view.colors.yellow(`${summarizeFindings(findings)}; \`pinion validate\` shows them`)]),
  ];
}

function renderRepository(repository: RepositoryStatus, view: View): readonly string[] {
  const { colors, now, width } = view;
  const { url, branch, commit, subject, author, committedAt, state, code, reason, since, nextPollAt } = repository;
  const head = commit === null ? "nothing fetched yet" : `${commit.slice(0, 8)} ${printable(subject ?? "")}`;
  const by = committedAt === null ? "" : colors.dim(` (${printable(author ?? "unknown")}, ${relativeTime(committedAt, now)})`);
  const why = state === "ok" ? "" : ` since ${relativeTime(since, now)}: ${code === null ? "" : `${code}: `}${printable(reason)}`;
  const next = nextPollAt === null ? "" : `; next poll ${relativeTime(Math.max(nextPollAt, now), now)}`;
  const [first = "", ...others] = wrap(`${state}${why}${next}`, width === null ? null : width - 2);
  return [
    `${colors.bold("repository")}  ${printable(url)}  ${printable(branch)}`,
    `  ${head}${by}`,
    `  ${first.replace(state, stateColor(state, colors)(state))}`,
    ...others.map((line) => `  ${line}`),
  ];
}

function stateColor(state: RepositoryStatus["state"], colors: Colors): Paint {
  return { ok: colors.green, starting: colors.yellow, error: colors.red }[state];
}

function renderEnvironment(environment: EnvironmentStatus, view: View): readonly string[] {
  const { colors } = view;
  const { name, type, url, findings, processes } = environment;
  const what = type === name ? "" : colors.dim(` (${type})`);
  return [
    `${colors.bold(name)}${what}  ${colors.cyan(printable(url))}  ${renderInstances(environment, colors)}`,
    ...renderFindings(findings, colors).map((line) => `  ${line}`),
    ...(processes.length === 0 ? ["  nothing is pinned here"] : renderProcesses(processes, view)),
  ];
}

function renderInstances({ instances }: EnvironmentStatus, colors: Colors): string {
  const ready = instances.filter(({ state }) => state === "ready").length;
  if (instances.length === 0) return colors.dim("no engine yet");
  const down = instances.find(({ state }) => state !== "ready");
  if (!down) return colors.dim(`${count(ready, "engine instance")} ready`);
  return colors.yellow(
    `${ready} of ${count(instances.length, "engine instance")} ready; ${printable(`${down.id} is ${down.state}: ${down.why}`)}`,
  );
}

const titles = ["PROCESS", "DESIRED", "ACTUAL", "SYNC", "HEALTH", "PHASE", "SINCE", "REASON"];

function renderProcesses(processes: readonly ProcessStatus[], view: View): readonly string[] {
  const rows = processes.map((process) => rowOf(process, view));
  const [head = "", ...lines] = renderTable(rows, { width: view.width, indent: "  ", head: titles });
  return [view.colors.dim(head), ...lines];
}

function rowOf(status: ProcessStatus, { colors, now }: View): readonly string[] {
  const { process, desired, sync, health, phase, reason, since } = status;
  return [
    printable(process),
    desired ?? "-",
    renderActual(status),
    syncColor(sync, colors)(sync),
    healthColor(health, colors)(health),
    phase ?? "-",
    relativeTime(since, now),
    printable(reason),
  ];
}

/** `1.4.0 100% · 1.3.0 warm`. The wanted version may be warm too: as it was with other variables. */
function renderActual({ actual, desired, sync }: ProcessStatus): string {
  if (actual.length === 0) return "-";
  const shares = actual.map(({ version, weight }) => {
    if (weight > 0) return `${version} ${weight}%`;
    return `${version} ${version === desired && sync !== "Synced" ? "no traffic" : "warm"}`;
  });
  return shares.join(" · ");
}

/** How a sync status is coloured. */
export function syncColor(sync: SyncStatus, colors: Colors): Paint {
  return { Synced: colors.green, OutOfSync: colors.yellow, Unknown: colors.red }[sync];
}

/** How a health is coloured. */
export function healthColor(health: Health, colors: Colors): Paint {
  return { Healthy: colors.green, Progressing: colors.cyan, Degraded: colors.red, Suspended: colors.yellow, Missing: colors.red }[health];
}
