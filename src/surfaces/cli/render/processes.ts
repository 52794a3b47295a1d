/** The processes of an environment: a table, or a few lines for each where the terminal is too narrow for one. */

import type { ProcessView } from "../../../api/views.ts";
import type { Health, ProcessStatus, SyncStatus } from "../../../domain/journal/status.ts";
import { renderTable } from "../terminal/table.ts";
import { type Colors, visibleLength, wrap } from "../terminal/terminal.ts";
import { relativeTime } from "../terminal/time.ts";
import { fitted } from "./rollout.ts";
import type { Paint, View } from "./view.ts";
import { printable } from "../../../domain/safe-text.ts";

const indent = "  ";

interface Column {
  readonly title: string;
  cell(status: ProcessView, view: View): string;
}

const columns: readonly Column[] = [
  { title: "PROCESS", cell: ({ process }) => printable(process) },
  { title: "DESIRED", cell: ({ desired }) => desired ?? "-" },
  { title: "ACTUAL", cell: renderActual },
  { title: "SYNC", cell: ({ sync }, { colors }) => syncColor(sync, colors)(sync) },
  { title: "HEALTH", cell: ({ health }, { colors }) => healthColor(health, colors)(health) },
  { title: "PHASE", cell: (status, { colors }) => phaseOf(status, colors) },
  { title: "SINCE", cell: ({ since }, { now }) => relativeTime(since, now) },
  { title: "REASON", cell: ({ reason }) => printable(reason.text) },
];

/** Lines for all of them, in the roomiest arrangement that fits. */
export function renderProcesses(processes: readonly ProcessView[], view: View): readonly string[] {
  for (const without of [[], ["SINCE"], ["SINCE", "PHASE"]]) {
    const lines = tableOf(
      processes,
      columns.filter(({ title }) => !without.includes(title)),
      view,
    );
    if (view.width === null || lines.every((line) => visibleLength(line) <= (view.width ?? 0))) return lines;
  }
  return processes.flatMap((process) => cardOf(process, view));
}

function tableOf(processes: readonly ProcessView[], shown: readonly Column[], view: View): readonly string[] {
  const rows = processes.map((process) => shown.map(({ cell }) => cell(process, view)));
  const [head = "", ...lines] = renderTable(rows, { width: view.width, indent, head: shown.map(({ title }) => title) });
  return [view.colors.dim(head), ...lines];
}

/** A few lines for one process, none wider than the terminal if its words are not. */
function cardOf(status: ProcessView, view: View): readonly string[] {
  const { colors, now, width } = view;
  const { process, desired, sync, health, since, reason } = status;
  const states = `${syncColor(sync, colors)(sync)}  ${healthColor(health, colors)(health)}  ${phaseOf(status, colors)} ${relativeTime(since, now)}`;
  const pinned = desired === null ? "not pinned" : `pinned ${desired}`;
  return [
    ...fitted(`${colors.bold(printable(process))}  ${states}`, indent, view),
    ...fitted(`${pinned}  runs ${renderActual(status)}`, `${indent}${indent}`, view),
    ...wrap(printable(reason.text), width === null ? null : width - 4).map((line) => `${indent}${indent}${line}`),
  ];
}

/** The phase, with a mark when somebody holds it. */
function phaseOf({ phase, progress }: ProcessView, colors: Colors): string {
  return `${phase ?? "-"}${progress?.paused ? colors.yellow(" (paused)") : ""}`;
}

/** `1.4.0 100% · 1.3.0 warm`. The wanted version may be warm too: as it was with other variables. */
export function renderActual({ actual, desired, sync }: ProcessStatus): string {
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
