/** A tab as it was seen at one look, which is the same object at the next one unless something has changed. */

import type { ProcessId } from "../../../domain/names.ts";
import type { TabSummary } from "./tabs.ts";

/** The processes whose work is asked for; null: all. */
export type Counted = ReadonlySet<ProcessId> | null;

/** A tab of ours. The same object as long as nothing in it, nor how it runs, has changed. */
export interface SeenTab {
  readonly summary: TabSummary;
  /** Null: it was not started, or nobody knows. */
  readonly running: Running | null;
}

export interface Running {
  /** Nodes that Node-RED could not bring to life. */
  readonly missing: readonly string[];
  /** Null: not armed. */
  readonly armedAt: number | null;
}

/** The one before when it says the same. */
export function unlessSame(now: SeenTab, before: SeenTab | undefined): SeenTab {
  return before && before.summary === now.summary && isSameRun(before.running, now.running) ? before : now;
}

function isSameRun(one: Running | null, other: Running | null): boolean {
  if (one === null || other === null) return one === other;
  return one.armedAt === other.armedAt && one.missing.join("\n") === other.missing.join("\n");
}
