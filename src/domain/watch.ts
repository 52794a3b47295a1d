/** Turns what was seen of a process into what a strategy may look at. */

import { judge, type Verdict, type ValidationResult } from "./evidence.ts";
import type { Phase } from "./actions.ts";
import type { UnitRef } from "./names.ts";
import type { Known, Rollout, RolloutSeen } from "./rollout.ts";
import { findInstalled, inFlightOn, isArmedAlone, isReady, type Seen, weightOf } from "./seen.ts";
import type { OwedAction } from "./state.ts";
import type { EngineInstance, Installed } from "./unit.ts";

interface Memory {
  readonly evidence: readonly ValidationResult[];
  readonly owed: readonly OwedAction[];
}

export function watchRollout(rollout: Rollout, seen: Seen, memory: Memory): RolloutSeen {
  const { candidate, stable } = rollout;
  const ask = questions(rollout.process, seen);
  return {
    now: seen.now,
    candidateReady: ask.engine(
      (installed, instances) => candidate !== null && isReady(findInstalled(installed, candidate.digest), instances),
    ),
    stableInstalled: ask.engine((installed) => stable !== null && findInstalled(installed, stable.digest) !== null),
    candidateInstalled: ask.engine((installed) => candidate !== null && findInstalled(installed, candidate.digest) !== null),
    candidateWeight: ask.weight(candidate),
    stableWeight: ask.weight(stable),
    candidateArmed: ask.engine((installed) => candidate !== null && isArmedAlone(installed, candidate.digest)),
    stableArmed: ask.engine((installed) => stable !== null && isArmedAlone(installed, stable.digest)),
    stableInFlight: ask.inFlight(stable),
    candidateInFlight: ask.inFlight(candidate),
    ...verdicts(memory),
    stuck: memory.owed.find((owed) => owed.stuck !== null)?.stuck ?? null,
    drainTimeoutMs: seen.spec?.drainTimeoutMs ?? 0,
  };
}

function questions(process: string, seen: Seen) {
  const { engine, routes } = seen;
  const route = routes.kind === "known" ? (routes.value.get(process) ?? null) : null;
  const installed = engine.kind === "known" ? (engine.value.installed.get(process) ?? []) : [];
  return {
    engine(question: (installed: readonly Installed[], instances: readonly EngineInstance[]) => boolean): Known<boolean> {
      return engine.kind === "unknown" ? engine : { kind: "known", value: question(installed, engine.value.instances) };
    },
    weight(unit: UnitRef | null): Known<number> {
      return routes.kind === "unknown" ? routes : { kind: "known", value: unit ? weightOf(route, unit.digest) : 0 };
    },
    inFlight(unit: UnitRef | null): Known<number> {
      return unit ? inFlightOn(seen, findInstalled(installed, unit.digest), unit.digest) : { kind: "known", value: 0 };
    },
  };
}

function verdicts({ evidence, owed }: Memory): { readonly pre: Verdict; readonly during: Verdict; readonly post: Verdict } {
  const of = (phase: Phase): Verdict => {
    const verdict = judge(evidence.filter((result) => result.phase === phase));
    const isRunning = owed.some(({ action }) => action.kind === "ensure-validated" && action.phase === phase);
    return isRunning && verdict.kind === "healthy" ? { kind: "unknown", why: "validations are still running" } : verdict;
  };
  return { pre: of("pre"), during: of("during"), post: of("post") };
}
