/** How far a rollout is, from what is remembered and what was measured last. */

import { figureOf, judgeChecks } from "./analysis.ts";
import type { EnvironmentSpec } from "./environment.ts";
import type { Measured } from "./metrics.ts";
import type { Instant, Percent } from "./names.ts";
import type { Progress } from "./progress.ts";
import type { Rollout } from "./rollout.ts";
import type { ProcessState } from "./state.ts";
import { checksOf } from "./watch.ts";

/** Null: nothing is under way. */
export function describeProgress(
  { rollout, status }: ProcessState,
  { spec, measured, now }: { readonly spec: EnvironmentSpec | null; readonly measured: readonly Measured[]; readonly now: Instant },
): Progress | null {
  if (!rollout) return null;
  const at = { now, maxAgeMs: spec?.rollback.automatic.evidenceMaxAgeMs ?? 60_000 };
  return {
    deployment: rollout.deployment,
    strategy: rollout.kind === "deploy" || rollout.kind === "rollback" ? rollout.strategy.kind : rollout.kind,
    state: rollout.state.kind,
    version: rollout.candidate?.version ?? null,
    from: rollout.stable?.version ?? null,
    startedAt: rollout.startedAt,
    ...stepsOf(rollout),
    weight: weightIn(rollout),
    why: status?.reason ?? "",
    until: untilOf(rollout),
    deadline: rollout.deadline,
    verdict: judgeChecks(measured, checksOf(rollout, { spec }), at),
    figures: measured.map((each) => figureOf(each, at)),
    paused: rollout.paused,
  };
}

function stepsOf({ state, strategy }: Rollout): Pick<Progress, "step" | "steps"> {
  if (strategy.kind !== "canary") return { step: null, steps: null };
  return { step: state.kind === "shifting" ? state.step + 1 : null, steps: strategy.steps.length };
}

function weightIn({ state, candidate }: Rollout): Percent {
  switch (state.kind) {
    case "shifting":
      return state.weight;
    case "switching":
    case "confirming":
    case "draining":
    case "watching":
      return candidate ? 100 : 0;
    default:
      return 0;
  }
}

function untilOf({ state, strategy }: Rollout): Instant | null {
  if (state.kind === "watching") return state.until;
  if (state.kind === "waiting" && strategy.kind === "blue-green") return state.since + strategy.switchTrafficDelayMs;
  if (state.kind === "pausing" && strategy.kind === "rolling") return state.since + strategy.batchDelayMs;
  if (state.kind !== "shifting" || strategy.kind !== "canary") return null;
  const step = strategy.steps[state.step];
  if (!step || step.kind === "weight" || step.durationMs === null) return null;
  return state.since + step.durationMs;
}
