/** What makes a misfortune hurt where there is one: else hardly a world that has it would notice what it brings to light. */

import type { ProcessId, Version } from "../../src/domain/names.ts";
import type { EnvironmentPlan, Nature, Plan } from "./plan.ts";
import { errorRate } from "./plan-metrics.ts";
import { createRandom, type Random } from "./random.ts";

/** Long enough that whoever fails is noticed while it is watched, and how much longer such a world is unkind, in milliseconds. */
const [longWatchMs, moreMs] = [30_000, 20_000];

const callersASecond = 20;

/** The same plan; in half of the worlds with such a misfortune, what is pinned soon fails while it is watched. Calm ones with a full disk always watch. */
export function hurting(plan: Plan): Plan {
  const random = createRandom(plan.seed + 8);
  const { fillsDisk, paths } = plan.sourceErrors;
  const isHurting = random.chance(0.5);
  // Beside paths that move it brings other things to light: they have worlds enough of their own.
  if (paths.size > 0) return plan;
  if (plan.isCalm && fillsDisk) return isHurting ? failingOn(plan, random) : watching(plan);
  return isHurting ? failingBeside(plan, random) : plan;
}

function failingBeside(plan: Plan, random: Random): Plan {
  const { breaksFiles, holdsByHand, needs } = plan.sourceErrors;
  if (needs.size > 0) return failing(plan, { nature: "errors-late", of: calledIn(plan) }, random);
  if (breaksFiles || holdsByHand) return failing(plan, { nature: "errors-late", of: [...plan.processes.keys()] }, random);
  return plan;
}

function watching(plan: Plan): Plan {
  return { ...plan, environments: plan.environments.map(watched) };
}

/** Whose disk is full, with enough callers to tell. */
function failingOn(plan: Plan, random: Random): Plan {
  // Settings break just then, where there is a bad version: one misfortune at a time.
  if (plan.sourceErrors.breaksFiles) return watching(plan);
  const of = [...plan.processes.keys()];
  const environments = plan.environments.map((each) => ({ ...each, traffic: new Map(of.map((process) => [process, callersASecond])) }));
  return failing({ ...plan, environments }, { nature: "errors-late", of }, random);
}

function calledIn({ sourceErrors }: Plan): readonly ProcessId[] {
  return [...new Set([...sourceErrors.needs.values()].flat().map(({ name }) => name))];
}

interface Failing {
  readonly nature: Nature;
  readonly of: readonly ProcessId[];
}

function failing(plan: Plan, { nature, of }: Failing, random: Random): Plan {
  const soonPinned = new Map(of.map((process) => [process, anyLater(plan.processes.get(process) ?? new Map(), random)]));
  const processes = new Map(
    [...plan.processes].map(([process, versions]) => {
      const version = soonPinned.get(process);
      return [process, version === undefined ? versions : new Map([...versions, [version, nature]])];
    }),
  );
  return { ...plan, processes, soonPinned, environments: plan.environments.map(watched), troubleMs: plan.troubleMs + moreMs };
}

function anyLater(versions: ReadonlyMap<Version, Nature>, random: Random): Version {
  return random.pick([...versions.keys()].slice(1));
}

function watched({ spec, ...environment }: EnvironmentPlan): EnvironmentPlan {
  const automatic = { ...spec.rollback.automatic, enabled: true, bakeMs: longWatchMs };
  const triggers = automatic.triggers.some(({ metric }) => metric === "error_rate") ? automatic.triggers : [errorRate];
  return { ...environment, spec: { ...spec, rollback: { ...spec.rollback, automatic: { ...automatic, triggers } } } };
}
