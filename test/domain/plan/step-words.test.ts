/** Each step of a plan in words. */

import { describe, expect, it } from "vitest";
import type { EnvironmentSpec } from "../../../src/domain/desired/environment.ts";
import type { Rollout, RolloutState } from "../../../src/domain/journal/rollout.ts";
import { wordsFor, wordsOfKeeping, wordsOfRemoving } from "../../../src/domain/plan/step-words.ts";
import { rollout } from "../../support/decision-values.ts";
import { canary, errorRate } from "../../support/progressive.ts";
import { blueGreen, spec } from "../../support/spec.ts";

const judged: EnvironmentSpec = { ...spec, analysis: { ...spec.analysis, checks: [errorRate] } };
const shifting = (step: number): RolloutState => ({ kind: "shifting", step, weight: 20, since: 0 });
const batch = { done: [], batch: ["a", "b"], since: 0 };
const baking: RolloutState = { kind: "baking", since: 0, until: 300_000 };
const rolling = { kind: "rolling", batchSize: 2, batchDelayMs: 5_000, maxUnavailable: 1, healthCheckIntervalMs: 1 } as const;
const recreate = { kind: "recreate" } as const;
const first = { stable: null };

function words(state: RolloutState, parts: Partial<Rollout> = {}, settings = spec): readonly [string, string] | null {
  const said = wordsFor({ rollout: rollout({ strategy: blueGreen, ...parts, state }), spec: settings, checks: [] });
  return said && [said.action, said.name];
}

describe("a plan says", () => {
  it.each<[RolloutState, Partial<Rollout>, string, string]>([
    [{ kind: "validating" }, {}, "validate", "validate orders 1.1.0 before anything is changed"],
    [{ kind: "installing" }, {}, "install", "install orders 1.1.0 beside orders 1.0.0, without traffic"],
    [{ kind: "installing" }, first, "install", "install orders 1.1.0 without traffic"],
    [{ kind: "installing" }, { strategy: recreate }, "install", "install orders 1.1.0"],
    [{ kind: "checking" }, {}, "check", "check orders 1.1.0 on its private address"],
    [{ kind: "waiting", since: 0 }, { strategy: { ...blueGreen, switchTrafficDelayMs: 60_000 } }, "wait", "wait 1 min"],
    [{ kind: "handing-over", since: 0 }, {}, "hand-over", "wait until all processes that exchange paths with it are ready"],
    [{ kind: "switching" }, {}, "switch", "switch all traffic to orders 1.1.0"],
    [{ kind: "switching" }, first, "switch", "give all traffic to orders 1.1.0"],
    [{ kind: "switching" }, { strategy: recreate }, "switch", "give all traffic to orders 1.1.0"],
    [shifting(0), { strategy: canary }, "shift", "give orders 1.1.0 20 % of the traffic"],
    [shifting(1), { strategy: canary }, "analyse", "judge it for 5 s: error_rate <= 5 %; abort when there is no verdict"],
    [shifting(3), { strategy: canary }, "pause", "wait until a person promotes it"],
    [
      { kind: "draining-batch", ...batch },
      { strategy: rolling },
      "roll",
      "take a, b out of rotation, install and check orders 1.1.0 there, and put it back",
    ],
    [{ kind: "updating", ...batch }, { strategy: rolling }, "roll", "install and check orders 1.1.0 on a, b, which stays in rotation"],
    [{ kind: "pausing", done: [], since: 0 }, { strategy: rolling }, "pause", "pause 5 s"],
    [{ kind: "post-deployment" }, {}, "confirm", "validate orders 1.1.0 through the public address"],
    [{ kind: "draining", since: 0 }, {}, "drain", "let orders 1.0.0 finish its requests in flight, and keep it warm"],
    [{ kind: "draining", since: 0 }, { strategy: rolling }, "drain", "let orders 1.0.0 finish its requests in flight"],
    [
      { kind: "clearing", since: 0 },
      { strategy: recreate },
      "clear",
      "take the traffic from orders 1.0.0 and let it finish its requests in flight",
    ],
    [{ kind: "removing" }, {}, "remove", "remove orders 1.0.0"],
    [baking, {}, "bake", "watch orders 1.1.0 for 5 min"],
  ])("of %o with %o: %s", (...[state, parts, action, name]) => {
    expect(words(state, parts)).toEqual([action, name]);
  });

  it("what a version is judged by while it bakes, unless it was judged on the way", () => {
    expect(words(baking, {}, judged)?.[1]).toBe("watch orders 1.1.0 for 5 min: error_rate <= 5 %");
    expect(words(baking, { strategy: canary }, judged)?.[1]).toBe("watch orders 1.1.0 for 5 min");
  });

  it("nothing of a rejection, which no plan foresees", () => {
    expect(words({ kind: "rejected", why: "", since: 0, hadTraffic: true, trigger: "abort" })).toBeNull();
  });

  it("how long what is taken out is kept, and that it is removed", () => {
    expect(wordsOfKeeping("orders 1.0.0", { ...spec, pruneDelayMs: 60_000 }).name).toBe(
      "keep orders 1.0.0 warm for 1 min, without traffic",
    );
    expect(wordsOfRemoving("orders 1.0.0").name).toBe("remove orders 1.0.0");
  });
});
