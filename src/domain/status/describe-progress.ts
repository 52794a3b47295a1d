/** How far a rollout is, from what is remembered and what was measured last. */

import { figureOf, judgeChecks, type JudgedAt } from "../analysis/verdicts.ts";
import { deadlineOf } from "../strategies/deadline.ts";
import type { EnvironmentSpec } from "../desired/environment.ts";
import type { Measured } from "../analysis/metrics.ts";
import { assertNever, type Instant, type Percent } from "../names.ts";
import type { PlannedProgress, Progress } from "../journal/progress.ts";
import type { Rollout } from "../journal/rollout.ts";
import type { ProcessState } from "../journal/state.ts";
import { dueAt } from "../strategies/next-step.ts";
import { rolloutStates, rulesOf } from "../strategies/rollout-states.ts";
import { isBeforeInstalling } from "../strategies/steps.ts";
import { traitsOf } from "../strategies/traits.ts";
import { checksOf, triggersOf } from "../strategies/rollout-view.ts";

/** Null: nothing is under way. */
export function describeProgress({ rollout, status }: ProcessState, known: ProgressKnown): Progress | null {
  if (!rollout) return null;
  const { deployment, state, startedAt, paused } = rollout;
  return {
    deployment,
    strategy: rulesOf(rollout),
    state: state.kind,
    version: rollout.candidate?.version ?? null,
    from: rollout.stable?.version ?? null,
    startedAt,
    ...stepsOf(rollout),
    weight: weightIn(rollout, status),
    why: status?.reason.text ?? "",
    until: dueAt(rollout),
    deadline: deadlineOf(rollout),
    ...judged(rollout, known),
    paused,
    plan: known.planned,
  };
}

/** What is known beside what is remembered. */
export interface ProgressKnown {
  readonly spec: EnvironmentSpec | null;
  readonly measured: readonly Measured[];
  /** Null: no plan of it is known. */
  readonly planned: PlannedProgress | null;
  readonly now: Instant;
}

function judged(rollout: Rollout, { spec, measured, now }: Omit<ProgressKnown, "planned">): Pick<Progress, "verdict" | "figures"> {
  const at = { now, maxAgeMs: spec?.rollback.automatic.evidenceMaxAgeMs ?? 60_000 };
  return { verdict: verdictOf(rollout, { spec, measured }, at), figures: measured.map((each) => figureOf(each, at)) };
}

/** Of all that may take it back. Where nothing does, it has no verdict. */
function verdictOf(rollout: Rollout, { spec, measured }: Pick<ProgressKnown, "spec" | "measured">, at: JudgedAt): Progress["verdict"] {
  const judgedBy = [...checksOf(rollout, { spec }), ...triggersOf({ spec })];
  if (judgedBy.length === 0) return { kind: "unknown", why: "no metric and no trigger is set for it" };
  const verdict = judgeChecks(measured, judgedBy, at);
  return verdict.kind === "unknown" ? { kind: "unknown", why: verdict.why } : verdict;
}

function stepsOf({ state, strategy }: Rollout): Pick<Progress, "step" | "steps"> {
  return { step: state.kind === "shifting" ? state.step + 1 : null, steps: traitsOf(strategy).stepCount(strategy) };
}

function weightIn(rollout: Rollout, status: ProcessState["status"]): Percent {
  const { state, candidate } = rollout;
  const { share } = rolloutStates[state.kind];
  switch (share) {
    case "none":
      return 0;
    case "step":
      return "weight" in state ? state.weight : 0;
    case "instances":
      return shownShare(rollout, status);
    case "all":
      return candidate && !isBeforeInstalling(rollout) ? 100 : 0;
    default:
      return assertNever(share);
  }
}

/** Of two definitions of one version the status does not say which has it. */
function shownShare({ candidate, stable }: Rollout, status: ProcessState["status"]): Percent {
  if (candidate === null || candidate.version === stable?.version) return 0;
  return status?.actual.find(({ version }) => version === candidate.version)?.weight ?? 0;
}
