import type { Digest, ProcessId, UnitRef } from "../domain/names.ts";
import type { Definition } from "../domain/desired/definition.ts";
import type { DeploymentUnit, Inventory } from "../domain/desired/unit.ts";
import type { EngineDeath } from "../domain/observed/engine-deaths.ts";

/** What became of one unit; one refused unit does not fail the others. */
export type InstallResult =
  | { readonly kind: "installed"; readonly unit: UnitRef }
  | {
      readonly kind: "refused";
      readonly unit: UnitRef;
      readonly code: "engine/refused" | "engine/unknown-node-type" | "engine/unreachable" | "engine/contested";
      readonly detail: string;
    };

/** A unit that was changed by hand, in the words of its author. May hold secrets: never logged, never journaled as it is. */
export interface ReadBack {
  readonly unit: UnitRef;
  /** As `driftDigest` of the inventory. */
  readonly content: string;
  /** What was installed and what is there now, both without what the engine's adapter has put in. */
  readonly installed: Definition;
  readonly actual: Definition;
}

/** Waited for before what was changed by hand is replaced; it does not throw. */
export type BeforeReplacing = (readBack: ReadBack) => Promise<void>;

/**
 * Runs versions of processes, side by side, on one or more instances of one environment. Every call is safe to repeat,
 * and sees the engine as it is now: nothing is remembered between calls that the engine could be asked.
 */
export interface Engine {
  /** `node-red`, `n8n`, … */
  readonly kind: string;

  /** What people should know of it, one line each, from what was seen last. Asks nobody. */
  readonly notes?: () => readonly string[];

  /** Processes of it that ended of themselves, as far as this run knows. Asks nobody; absent: it cannot know. */
  readonly deaths?: () => readonly EngineDeath[];

  /**
   * What is installed, asked now. An instance that does not answer is `down`, with the reason. What is worked on is asked of the
   * processes in `counted` only; left out: of all. A unit that has not changed since the answer before is the same object, and so is
   * the whole when nothing has: only then can ten thousand be compared at every look. @throws `engine/unreachable` when none answers.
   */
  inventory(counted?: ReadonlySet<ProcessId>): Promise<Inventory>;

  /**
   * Resolves once every unit answers on its private address on every ready instance, without public traffic and with its
   * schedules disarmed. Puts back a unit that was changed by hand. Many units are few calls to the engine.
   * With `on`, only these instances are looked at and changed. @throws `engine/unreachable` when none of them answers.
   */
  ensureInstalled(
    units: readonly DeploymentUnit[],
    on?: readonly string[],
    beforeReplacing?: BeforeReplacing,
  ): Promise<readonly InstallResult[]>;

  /** Null: it is as it was installed, or not there. Absent: this engine cannot be read back. @throws `engine/unreachable`, `engine/refused`. */
  readBack?(unit: DeploymentUnit): Promise<ReadBack | null>;

  /** Resolves once none of them is installed on any ready instance. Unknown ones are fine. @throws `engine/unreachable`. */
  ensureRemoved(units: readonly UnitRef[]): Promise<void>;

  /** Of each process named, schedules and subscriptions fire in exactly that digest, on one instance; null: in none. @throws `engine/unreachable`. */
  ensureArmed(armed: ReadonlyMap<ProcessId, Digest | null>): Promise<void>;
}
