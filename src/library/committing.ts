/** Commits to the repository of one's own, and waits until the controller goes by them. */

import type { DesiredState } from "../domain/desired/resolve.ts";
import type { CommitId, Digest } from "../domain/names.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigEdit, ConfigEditor } from "../ports/config-editor.ts";
import type { Engine } from "../ports/engine.ts";
import { until } from "./asking.ts";

/** What committing needs. */
export interface CommittingParts {
  readonly editor: Pick<ConfigEditor, "commit">;
  readonly clock: Clock;
  /** The commit that the controller goes by; null: none yet. */
  readonly inForce: () => CommitId | null;
  /** As the commit in force says; null: nothing that can be used. */
  readonly desired: (environment: string) => DesiredState | null;
  readonly engine: (environment: string) => Pick<Engine, "inventory">;
  /** @throws `library/closed`. */
  readonly checkOpen: () => void;
}

/** A commit is taken within milliseconds, with what was made upon it meanwhile. */
const inForceTimeoutMs = 2_000;
const inForceEveryMs = 5;

/** `refresh` has the controller look at the repository now. */
export function createCommitting({ editor, clock, inForce, desired, engine, checkOpen }: CommittingParts, refresh: () => void) {
  /** In the order in which they were made. */
  const made = new Map<CommitId, number>();

  /** It, or one that was made upon it. */
  function isInForce(commit: CommitId): boolean {
    const now = inForce();
    return now !== null && (now === commit || (made.get(now) ?? -1) > (made.get(commit) ?? 0));
  }

  /** Resolves once the commit is in force. */
  async function taken(commit: CommitId): Promise<void> {
    made.set(commit, made.size);
    refresh();
    await until({ clock, timeoutMs: inForceTimeoutMs, everyMs: inForceEveryMs }, async () => (isInForce(commit) ? true : null));
  }

  /** What the commit in force pins there, with its variables; null: nothing that can run. */
  function unitOf(environment: string, process: string): Digest | null {
    const pinned = desired(environment)?.processes.get(process);
    return pinned?.kind === "run" ? pinned.unit.digest : null;
  }

  return {
    taken,
    unitOf,
    /** Whether what is pinned there answers on some instance, asked now; also where nothing can run. */
    async answers(environment: string, process: string): Promise<boolean> {
      const digest = unitOf(environment, process);
      if (digest === null) return true;
      const known = await engine(environment)
        .inventory()
        .catch(() => null);
      return known?.installed.some((unit) => unit.digest === digest && unit.placements.some(({ ready }) => ready)) ?? false;
    },
    /** @throws `library/closed`, and as `ConfigEditor.commit`. */
    async commit(edit: ConfigEdit): Promise<void> {
      checkOpen();
      await taken(await editor.commit(edit));
    },
  };
}
