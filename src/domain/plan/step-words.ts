/** What is done in each step of a deployment, in words. */

import { describeDuration } from "../analysis/figures.ts";
import type { MetricCheck } from "../analysis/metrics.ts";
import { describeBound } from "../analysis/verdicts.ts";
import type { CanaryStep, EnvironmentSpec } from "../desired/environment.ts";
import type { Check } from "../desired/version.ts";
import type { Rollout, RolloutState } from "../journal/rollout.ts";
import { onInconclusiveOf } from "../strategies/inconclusive.ts";
import { checksOf } from "../strategies/rollout-view.ts";
import type { In } from "../strategies/steps.ts";
import { isJudgedOnTheWay, traitsOf } from "../strategies/traits.ts";
import type { DeploymentAction, DeploymentStep, StepValidation } from "../journal/rollout-plan.ts";
import { askedIn } from "../validation/asked.ts";
import type { Phase } from "../validation-result.ts";

export type StepWords = Pick<DeploymentStep, "action" | "name" | "brief" | "validation">;

export interface About {
  readonly rollout: Rollout;
  readonly spec: EnvironmentSpec;
  readonly checks: readonly Check[];
}

/** A step that begins in this state; null: the version before it is put back, which no plan foresees. */
export function wordsFor(about: About): StepWords | null {
  const { state } = about.rollout;
  return state.kind === "rejected" ? null : (words[state.kind] as (about: About, state: RolloutState) => StepWords)(about, state);
}

/** A state that is added does not compile before it has its words here. */
const words: { readonly [K in Exclude<RolloutState["kind"], "rejected">]: (about: About, state: In<K>) => StepWords } = {
  validating: (about) => ({
    ...step("validate", `validate ${candidateOf(about)} before anything is changed`),
    validation: validated(about, "pre"),
  }),
  installing: (about) => step("install", `install ${candidateOf(about)}${beside(about)}`),
  checking: (about) => ({ ...step("check", `check ${candidateOf(about)} on its private address`), validation: validated(about, "during") }),
  waiting: ({ rollout: { strategy, state } }) => {
    const wait = `wait ${describeDuration(traitsOf(strategy).lastsMs(strategy, state) ?? 0)}`;
    return step("wait", wait, wait);
  },
  "handing-over": () => step("hand-over", "wait until all processes that exchange paths with it are ready", "hand over"),
  switching: (about) => step("switch", `${isAlone(about) ? "give" : "switch"} all traffic to ${candidateOf(about)}`),
  shifting: inShift,
  "draining-batch": rolled,
  updating: rolled,
  verifying: rolled,
  restoring: rolled,
  pausing: ({ rollout: { strategy, state } }) => {
    const pause = `pause ${describeDuration(traitsOf(strategy).lastsMs(strategy, state) ?? 0)}`;
    return step("pause", pause, pause);
  },
  "post-deployment": (about) => ({
    ...step("confirm", `validate ${candidateOf(about)} through the public address`),
    validation: validated(about, "post"),
  }),
  draining: (about) => step("drain", `let ${oldOf(about)} finish its requests in flight${isKept(about) ? ", and keep it warm" : ""}`),
  clearing: (about) => step("clear", `take the traffic from ${oldOf(about)} and let it finish its requests in flight`),
  removing: (about) => step("remove", `remove ${oldOf(about)}`),
  baking: inBake,
};

/** After its deployment: what is taken out stays for a while. */
export function wordsOfKeeping(old: string, { pruneDelayMs }: EnvironmentSpec): StepWords {
  return step(
    "wait",
    `keep ${old} warm for ${describeDuration(pruneDelayMs)}, without traffic`,
    `keep warm ${describeDuration(pruneDelayMs)}`,
  );
}

export function wordsOfRemoving(old: string): StepWords {
  return step("remove", `remove ${old}`);
}

function inShift({ rollout, spec }: About, { step: at, weight }: In<"shifting">): StepWords {
  const steps = "steps" in rollout.strategy ? rollout.strategy.steps : [];
  const now: CanaryStep | undefined = steps[at];
  if (now?.kind === "pause") return inPause(now.durationMs);
  if (now?.kind !== "analysis") return step("shift", `give ${candidateOf({ rollout })} ${weight} % of the traffic`, `${weight} %`);
  const duration = describeDuration(now.durationMs);
  return step("analyse", `judge it for ${duration}${limitsOf(checksOf(rollout, { spec }), { rollout, spec })}`, `judge ${duration}`);
}

function inPause(durationMs: number | null): StepWords {
  if (durationMs === null) return step("pause", "wait until a person promotes it", "wait for a person");
  return step("pause", `pause ${describeDuration(durationMs)}`, `pause ${describeDuration(durationMs)}`);
}

function rolled(about: About, { kind, batch }: In<"draining-batch" | "updating" | "verifying" | "restoring">): StepWords {
  const where = batch.join(", ");
  const out = kind === "draining-batch" ? `take ${where} out of rotation, install and check` : `install and check`;
  const back = kind === "draining-batch" ? "there, and put it back" : `on ${where}, which stays in rotation`;
  return { ...step("roll", `${out} ${candidateOf(about)} ${back}`, `roll ${where}`), validation: validated(about, "during") };
}

function inBake({ rollout, spec }: About, { since, until }: In<"baking">): StepWords {
  const duration = describeDuration(until - since);
  const judged = isJudgedOnTheWay(rollout) ? "" : limitsOf(spec.analysis.checks, { rollout, spec });
  return step("bake", `watch ${candidateOf({ rollout })} for ${duration}${judged}`, `bake ${duration}`);
}

/** What happens without a verdict needs words unless it goes on. */
function limitsOf(checks: readonly MetricCheck[], { rollout: { strategy }, spec }: Pick<About, "rollout" | "spec">): string {
  if (checks.length === 0) return "";
  const word = onInconclusiveOf(strategy, spec);
  const limits = checks.map((one) => `${one.name} ${describeBound(one)}`).join(", ");
  return `: ${limits}${word === "proceed" ? "" : `; ${word} when there is no verdict`}`;
}

function validated({ rollout: { process }, spec, checks }: About, phase: Phase): StepValidation {
  const asked = askedIn({ process, spec, phase, isRollback: false, checks: phase === "pre" ? [] : checks });
  return { phase, validations: asked.map(({ validation, subject }) => ({ validation, subject })) };
}

function candidateOf({ rollout: { process, candidate } }: Pick<About, "rollout">): string {
  return `${process} ${candidate?.version ?? ""}`.trim();
}

function oldOf({ rollout: { process, stable } }: Pick<About, "rollout">): string {
  return `${process} ${stable?.version ?? ""}`.trim();
}

/** No other version has the traffic that it gets. */
function isAlone({ rollout: { strategy, stable } }: About): boolean {
  return stable === null || traitsOf(strategy).takesOldOutFirst;
}

function beside(about: About): string {
  const { strategy, stable } = about.rollout;
  if (traitsOf(strategy).takesOldOutFirst) return "";
  return stable === null ? " without traffic" : ` beside ${oldOf(about)}, without traffic`;
}

function isKept({ rollout: { strategy } }: About): boolean {
  return traitsOf(strategy).warm(strategy) !== null;
}

function step(action: DeploymentAction, name: string, brief: string = action): StepWords {
  return { action, name, brief, validation: null };
}
