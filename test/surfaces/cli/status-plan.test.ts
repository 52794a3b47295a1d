/** What `pinion status` says of the plan of a deployment that is under way. */

import { describe, expect, it } from "vitest";
import type { PlannedProgress } from "../../../src/domain/journal/progress.ts";
import { fullOverview, overview } from "../http/pictures.ts";
import { createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";

const controllers = createControllers();

const steps = [
  { name: "install a 1.5.0 beside a 1.4.0, without traffic", brief: "install", estimatedDuration: 2_000 },
  { name: "give a 1.5.0 50 % of the traffic", brief: "50 %", estimatedDuration: 60_000 },
  { name: "bake a 1.5.0 for 1 min", brief: "bake", estimatedDuration: 60_000 },
];

async function status(plan: PlannedProgress, format: "text" | "json" = "text"): Promise<string> {
  const { environments } = fullOverview();
  const planned = environments.map((one) => ({
    ...one,
    processes: one.processes.map((each) => (each.progress ? { ...each, progress: { ...each.progress, paused: null, plan } } : each)),
  }));
  const url = await controllers.start(overview({ environments: planned }));
  return (await pinion(["status", "--controller", url, "--format", format], { columns: 80 })).stdout;
}

describe("a deployment that is under way", () => {
  it("says in which step of its plan it is, how long it still takes, and what comes then, on 80 columns", async () => {
    const text = await status({ steps, step: 2, leftMs: 118_000 });
    expect(text).toMatch(/\n {2}order-intake {2}1\.4\.0 → 1\.5\.0 {2}canary {2}/u);
    expect(text).toContain("    step 2 of 3: give a 1.5.0 50 % of the traffic, about 2 min left; then bake\n");
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(await status({ steps, step: 3, leftMs: 41_400 })).toContain("step 3 of 3: bake a 1.5.0 for 1 min, about 41 s left\n");
  });

  it("shows the step of its strategy where it goes another way", async () => {
    expect(await status({ steps, step: null, leftMs: null })).toContain("canary, step 3 of 6");
  });

  it("says all of it to programs", async () => {
    const { environments } = JSON.parse(await status({ steps, step: 2, leftMs: 118_000 }, "json")) as {
      readonly environments: readonly { readonly processes: readonly { readonly progress: { readonly plan: unknown } | null }[] }[];
    };
    const plans = environments.flatMap(({ processes }) => processes.flatMap(({ progress }) => (progress ? [progress.plan] : [])));
    expect(new Set(plans.map((plan) => JSON.stringify(plan)))).toEqual(new Set([JSON.stringify({ steps, step: 2, leftMs: 118_000 })]));
  });
});
