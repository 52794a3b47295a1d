/** By which rules a rollout goes: those of its strategy, but for self-healing and removals. */

import { describe, expect, it } from "vitest";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { begin, next } from "../../../src/domain/strategies/strategy.ts";
import { canary } from "../../support/progressive.ts";
import { blueGreen } from "../../support/spec.ts";
import { instance, rolloutIn, seenWith, spec as rolling } from "./rolling-values.ts";

const recreate: StrategySpec = { kind: "recreate" };

describe("begins", () => {
  it.each<[string, Partial<Rollout>, string, string]>([
    ["blue-green with validations", { strategy: blueGreen }, "validating", "validating before anything is changed"],
    ["a canary with validations", { strategy: canary }, "validating", "validating before anything is changed"],
    ["rolling with validations", { strategy: rolling }, "validating", "validating before anything is changed"],
    ["recreate with validations", { strategy: recreate }, "validating", "validating before anything is changed"],
    ["what was good here before without checks", { strategy: blueGreen, fast: true }, "installing", "1.1.0 was good here before"],
    [
      "recreate of what was good here by taking out the old version",
      { strategy: recreate, fast: true },
      "clearing",
      "1.1.0 was good here before",
    ],
    ["self-healing with what was changed, whatever the strategy", { strategy: canary, kind: "self-heal" }, "installing", "drift: edited"],
    [
      "a removal with the traffic, whatever the strategy",
      { strategy: canary, kind: "prune", candidate: null },
      "clearing",
      "no longer pinned",
    ],
  ])("%s", (_what, parts, kind, why) => {
    const step = begin(rolloutIn({ kind: "installing" }, parts), "drift: edited");
    expect(step.state.kind).toBe(kind);
    expect(step.why).toContain(why);
  });
});

describe("goes on, once it is valid or checked,", () => {
  const ready = { kind: "known", value: true } as const;
  const idle = { stableWeight: { kind: "known", value: 0 }, stableArmed: { kind: "known", value: false } } as const;
  const checked = { during: { kind: "healthy" }, candidateReady: ready, ...idle } as const;
  const checking: RolloutState = { kind: "checking" };
  it.each<[string, Partial<Rollout>, RolloutState, string]>([
    ["blue-green: to all the traffic", { strategy: blueGreen }, checking, "switching"],
    ["canary: to its first share", { strategy: canary }, checking, "shifting"],
    ["rolling: to its first batch", { strategy: rolling }, { kind: "validating" }, "pausing"],
    ["recreate: by taking out the old version", { strategy: recreate }, { kind: "validating" }, "clearing"],
    ["self-healing: to the traffic, without checks", { strategy: canary, kind: "self-heal" }, { kind: "installing" }, "switching"],
    [
      "a removal: it is over without traffic and requests",
      { strategy: canary, kind: "prune", candidate: null },
      { kind: "clearing", since: 0 },
      "succeeded",
    ],
  ])("%s", (_what, parts, state, kind) => {
    const step = next(rolloutIn(state, parts), seenWith([instance("a"), instance("b")], checked));
    expect(step.outcome ?? step.state.kind).toBe(kind);
  });
});
