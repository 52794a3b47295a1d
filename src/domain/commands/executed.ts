/** What a command is held against, and what becomes of it. */

import type { Action } from "../journal/actions.ts";
import type { Desired } from "../desired/resolve.ts";
import type { ProcessId } from "../names.ts";
import type { Command, CommandSpec } from "../journal/commands.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { Observation } from "../observed/observation.ts";
import type { DeploymentUpdate, ProcessState } from "../journal/state.ts";

/** What a command has changed. */
export type Executed =
  | {
      readonly kind: "done";
      readonly why: string;
      readonly after: ProcessState;
      readonly actions: readonly Action[];
      readonly timeline: string;
      /** Of a deployment that begins with it; absent: none does. */
      readonly deployments?: readonly DeploymentUpdate[];
    }
  | { readonly kind: "refused"; readonly why: string };

export interface Given {
  readonly command: Command;
  readonly before: ProcessState;
  readonly desired: Desired | null;
  readonly observation: Observation;
  /** All processes of the environment, as remembered. */
  readonly processes: ReadonlyMap<ProcessId, ProcessState>;
}

/** What is asked by commands of one kind. */
export type CommandSpecOf<K extends CommandSpec["kind"]> = Extract<CommandSpec, { kind: K }>;

/** Something under way has changed by it. */
export function done(
  before: ProcessState,
  rollout: Rollout,
  why: string,
  actions: readonly Action[] = [],
): Extract<Executed, { kind: "done" }> {
  return { kind: "done", why, after: { ...before, rollout }, actions, timeline: why };
}

/** With the reason, for people. */
export function refuse(why: string): Executed {
  return { kind: "refused", why };
}
