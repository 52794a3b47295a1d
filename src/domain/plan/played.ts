/** What happens while the decision function is played forward: deployments, with the steps that they take. */

import type { Instant, ProcessId } from "../names.ts";
import type { Rollout } from "../journal/rollout.ts";
import { keyOf } from "./step-keys.ts";

/** One state, or several that are one step for people. */
export interface PlayedStep {
  readonly key: string;
  /** As it was when the step began; null: what is taken out is kept, or removed, after its deployment. */
  readonly rollout: Rollout | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

export interface PlayedDeployment {
  readonly process: ProcessId;
  readonly opened: Rollout;
  readonly startedAt: Instant;
  /** Null: it never ends by itself. */
  readonly endedAt: Instant | null;
  readonly steps: readonly PlayedStep[];
}

type Changeable<T> = { -readonly [K in keyof T]: T[K] };

interface Noted extends Changeable<Omit<PlayedDeployment, "steps">> {
  readonly steps: Changeable<PlayedStep>[];
}

/** Notes them in the order in which they begin. */
export class PlayedDeployments {
  readonly all: Noted[] = [];
  readonly #current = new Map<ProcessId, Noted>();

  open(opened: Rollout, at: Instant): void {
    const noted: Noted = { process: opened.process, opened, startedAt: at, endedAt: null, steps: [] };
    this.all.push(noted);
    this.#current.set(opened.process, noted);
  }

  /** It is in another state now, which may be a part of the step that it is in. */
  enter(rollout: Rollout, at: Instant): void {
    const key = keyOf(rollout);
    if (key !== null) this.begin(rollout.process, { key, rollout, at });
  }

  /** The same step again goes on. */
  begin(process: ProcessId, { key, rollout, at }: { readonly key: string; readonly rollout: Rollout | null; readonly at: Instant }): void {
    const steps = this.#current.get(process)?.steps;
    if (!steps || steps.at(-1)?.key === key) return;
    this.endStep(process, at);
    steps.push({ key, rollout, startedAt: at, endedAt: at });
  }

  endStep(process: ProcessId, at: Instant): void {
    const last = this.#current.get(process)?.steps.at(-1);
    if (last) last.endedAt = at;
  }

  close(process: ProcessId, at: Instant): void {
    this.endStep(process, at);
    const noted = this.#current.get(process);
    if (noted) noted.endedAt = at;
  }
}
