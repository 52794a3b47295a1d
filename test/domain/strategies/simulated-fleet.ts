/** A few instances, a router and checks in memory: does what a rolling deployment asks for, and lets things go wrong in between. */

import { type Action, scopeOf } from "../../../src/domain/journal/actions.ts";
import type { RollingSpec } from "../../../src/domain/desired/environment.ts";
import type { InstanceView, Rollout, RolloutView, StrategyStep } from "../../../src/domain/journal/rollout.ts";
import { nextRolling } from "../../../src/domain/strategies/rolling.ts";
import { beginBeside } from "../../../src/domain/strategies/steps.ts";
import { candidate, known, rolloutIn, seenWith, stable } from "./rolling-values.ts";
import type { Known } from "../../../src/domain/observed/observation.ts";

/** What may happen between two looks. */
export type Mishap =
  | Blow
  | { readonly kind: "join" | "healthy" | "unknown" | "unhealthy" | "nothing" }
  /** What was asked for does not come to pass. */
  | { readonly kind: "refuse" };

interface Blow {
  readonly kind: "crash" | "return" | "return-without" | "busy";
  readonly instance: number;
}

interface Instance {
  readonly id: string;
  isUp: boolean;
  hasCandidate: boolean;
  hasStable: boolean;
  inFlight: number;
  /** Changes with every return: an address of a life before reaches nobody. */
  life: number;
}

interface Target {
  readonly id: string;
  readonly life: number;
  readonly version: string;
}

export class Fleet {
  readonly instances: Instance[];
  readonly spec: RollingSpec;
  rollout: Rollout;
  weights = new Map([[stable.version, 100]]);
  armed = stable.digest;
  now = 1_000;
  outcome: StrategyStep["outcome"] = null;
  #targets: readonly Target[];
  #verdict: "healthy" | "unknown" | "unhealthy" = "healthy";
  readonly #asked = new Set<string>();
  #isRefusing = false;

  constructor(count: number, spec: RollingSpec) {
    this.spec = spec;
    this.instances = Array.from({ length: count }, (_, index) => newInstance(index, { hasStable: true }));
    this.#targets = this.instances.map((each) => ({ id: each.id, life: 0, version: stable.version }));
    this.rollout = rolloutIn({ kind: "validating" }, { deadline: Number.MAX_SAFE_INTEGER, strategy: spec });
    this.rollout = { ...this.rollout, state: beginBeside(this.rollout, candidate).state };
  }

  /** One look and what follows from it; `judge` is told before it is done. */
  pass(judge: (step: StrategyStep, fleet: Fleet) => void): StrategyStep {
    const step = nextRolling(this.rollout, candidate, this.spec, this.view());
    judge(step, this);
    this.rollout = { ...this.rollout, state: step.state };
    this.outcome = step.outcome;
    if (!this.#isRefusing) for (const action of step.actions) this.#perform(action);
    this.#isRefusing = false;
    for (const each of this.instances) each.inFlight = Math.max(0, each.inFlight - 1);
    this.now = Math.max(this.now + 50, Math.min(step.wakeAt ?? 0, this.now + 500));
    return step;
  }

  happen(mishap: Mishap): void {
    if ("instance" in mishap) return this.#strike(mishap);
    if (mishap.kind === "join" && this.instances.length < 6) this.instances.push(newInstance(this.instances.length, { hasStable: false }));
    if (mishap.kind === "refuse") this.#isRefusing = true;
    if (mishap.kind === "healthy" || mishap.kind === "unknown" || mishap.kind === "unhealthy") this.#verdict = mishap.kind;
  }

  /** From now on nothing goes wrong any more. */
  recover(): void {
    for (const each of this.instances) if (!each.isUp) strike(each, "return");
    if (this.#verdict === "unknown") this.#verdict = "healthy";
  }

  #strike({ kind, instance }: Blow): void {
    const target = this.instances[instance % this.instances.length];
    if (target) strike(target, kind);
  }

  view(): RolloutView {
    const { state } = this.rollout;
    const scope = "batch" in state ? scopeOf(state.batch) : "";
    const during = this.#asked.has(scope) ? this.#verdict : "unknown";
    const up = this.instances.filter((each) => each.isUp);
    const ask = <T>(value: T): Known<T> => (up.length > 0 ? known(value) : { kind: "unknown", why: "no instance answers" });
    return seenWith([], {
      now: this.now,
      candidateReady: ask(up.every((each) => each.hasCandidate)),
      stableInstalled: ask(up.some((each) => each.hasStable)),
      candidateInstalled: ask(up.some((each) => each.hasCandidate)),
      candidateWeight: known(this.weights.get(candidate.version) ?? 0),
      stableWeight: known(this.weights.get(stable.version) ?? 0),
      candidateArmed: ask(this.armed === candidate.digest),
      stableArmed: ask(this.armed === stable.digest),
      instances: ask(this.instances.map((each) => this.#look(each))),
      during: during === "healthy" ? { kind: "healthy" } : { kind: during, why: during },
      post: { kind: "healthy" },
    });
  }

  #look({ id, isUp, hasCandidate, hasStable, inFlight, life }: Instance): InstanceView {
    const candidateReady = isUp && hasCandidate;
    const inRotation = this.#targets.some((target) => target.id === id && (!isUp || target.life === life));
    return { id, isUp, candidateReady, stableReady: isUp && hasStable, stableInFlight: known(inFlight), inRotation };
  }

  #perform(action: Action): void {
    switch (action.kind) {
      case "ensure-installed":
        return this.#install(action.unit.version, action.on);
      case "ensure-weights":
        return this.#route(action);
      case "ensure-armed":
        this.armed = action.digest ?? this.armed;
        return;
      case "ensure-validated":
        this.#asked.add(scopeOf(action.on));
        return;
      case "ensure-removed":
        for (const each of this.instances)
          Object.assign(each, action.unit.version === stable.version ? { hasStable: false } : { hasCandidate: false });
        return;
      default:
        throw new Error(`a rolling deployment never asks for ${action.kind}`);
    }
  }

  #install(version: string, on: readonly string[] | undefined): void {
    for (const each of this.instances.filter(({ id, isUp }) => isUp && (on?.includes(id) ?? true))) {
      if (version === candidate.version) each.hasCandidate = true;
      else each.hasStable = true;
    }
  }

  /** Like the controller: only where it answers, and not at all when one version answers nowhere. */
  #route({ weights }: Extract<Action, { kind: "ensure-weights" }>): void {
    const targets = weights.map(({ unit, on }) =>
      this.instances
        .filter(
          ({ id, isUp, hasCandidate, hasStable }) =>
            isUp && (on?.includes(id) ?? true) && (unit.version === candidate.version ? hasCandidate : hasStable),
        )
        .map(({ id, life }) => ({ id, life, version: unit.version })),
    );
    if (targets.some((some) => some.length === 0)) return;
    this.#targets = targets.flat();
    this.weights = new Map(weights.map(({ unit, weight }) => [unit.version, weight]));
  }
}

function newInstance(index: number, { hasStable }: { readonly hasStable: boolean }): Instance {
  return { id: `i${index}`, isUp: true, hasCandidate: false, hasStable, inFlight: 0, life: 0 };
}

function strike(instance: Instance, kind: Blow["kind"]): void {
  if (kind === "busy") instance.inFlight = 3;
  if (kind === "crash") instance.isUp = false;
  if ((kind === "return" || kind === "return-without") && !instance.isUp)
    Object.assign(instance, { isUp: true, life: instance.life + 1, inFlight: 0 });
  if (kind === "return-without") instance.hasCandidate = false;
}
