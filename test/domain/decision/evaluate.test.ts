import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/domain/decision/evaluate.ts";
import type { StrategySpec } from "../../../src/domain/desired/environment.ts";
import type { Evaluation } from "../../../src/domain/status/evaluation.ts";
import type { ProcessVersion } from "../../../src/domain/desired/version.ts";
import { canary, measure, use } from "../../support/progressive.ts";
import { blueGreen, environment, running, type World } from "../../support/world.ts";

async function lookAt(world: World, process = "orders"): Promise<Evaluation> {
  const wanted = world.ports.wanted(environment);
  if (!wanted) throw new Error("nothing is wanted");
  const instances = (await world.engine.inventory()).instances;
  const evaluation = evaluate(process, { ...wanted, state: await world.journal.state(environment), instances, now: world.now });
  if (!evaluation) throw new Error(`nobody knows ${process}`);
  return evaluation;
}

function blockedIn({ gates }: Evaluation): readonly string[] {
  return gates.flatMap(({ gate, verdict }) => (verdict === "blocked" ? [gate] : []));
}

const calls = (name: string, version: string): Pick<ProcessVersion, "dependencies"> => ({
  dependencies: [{ type: "workflow", name, version, required: true }],
});

describe("the evaluation of what is as pinned", () => {
  it("names every gate as open, and nothing that is to be done", async () => {
    const its = await lookAt(await running());
    expect(its).toMatchObject({ pinned: "1.0.0", serving: "1.0.0", sync: "Synced", next: null, changedBy: ["A new pin in git."] });
    expect(its.gates.length).toBeGreaterThan(8);
    expect(blockedIn(its)).toEqual([]);
    expect(its.gates.every(({ text, question }) => text !== "" && question !== "")).toBe(true);
  });

  it("says what would hold a change back", async () => {
    const world = await running();
    await world.command({ kind: "freeze" });
    const its = await lookAt(world);
    expect(blockedIn(its)).toEqual(["freeze"]);
    expect(its.changedBy).toEqual([`\`pinion unfreeze ${environment} --reason "…"\`.`]);
  });
});

type Story = (world: World) => Promise<void>;

const frozen: Story = async (world) => {
  await world.command({ kind: "freeze" });
  world.pin("orders", "1.1.0");
};
const unknownVersion: Story = (world) => Promise.resolve(world.pin("orders", "9.9.9"));
const quarantined: Story = (world) => {
  world.pin("orders", "1.1.0");
  world.rejectUnlessHeld("orders");
  return Promise.resolve();
};
const failed: Story = (world) => {
  world.engine.refuse(world.digest("orders", "1.1.0"), { code: "engine/refused", detail: "no such node" });
  world.pin("orders", "1.1.0");
  return Promise.resolve();
};
const lacking: Story = (world) => {
  world.publish("orders", "1.2.0", calls("billing", "^2.0.0"));
  world.pin("orders", "1.2.0");
  return Promise.resolve();
};
const unpinnedBesideError: Story = (world) => {
  world.pin("orders", null);
  world.pin("ordrs", "1.0.0");
  return Promise.resolve();
};

describe("the first gate that is blocked is the reason that status says", () => {
  it.each([
    ["a freeze", frozen, "freeze"],
    ["a version that does not exist", unknownVersion, "pin"],
    ["quarantine", quarantined, null],
    ["a version that failed here", failed, "refused-before"],
    ["a dependency that is not there", lacking, "dependencies"],
    ["a pin that has gone beside an error", unpinnedBesideError, "removal"],
  ] as const)("%s", async (_what, story, gate) => {
    const world = await running();
    await story(world);
    await world.settle();
    const its = await lookAt(world);
    const first = its.gates.find(({ verdict }) => verdict === "blocked");
    if (gate !== null) expect(first?.gate).toBe(gate);
    expect(first?.code).toBe(its.reason.code);
    expect(its.reason.text).toContain(first?.text);
    expect(its.changedBy).toContain(first?.liftedBy);
  });
});

const rolling: StrategySpec = { kind: "rolling", batchSize: 1, batchDelayMs: 1_000, maxUnavailable: 1, healthCheckIntervalMs: 500 };
const timed: StrategySpec = {
  ...canary,
  steps: canary.steps.map((step) => (step.kind === "pause" ? { ...step, durationMs: 2_000 } : step)),
};

/** What happened, step by step, and what was said before each of them would come next. */
async function played(world: World): Promise<{ readonly said: readonly string[]; readonly done: readonly string[] }> {
  const said: string[] = [];
  for (let steps = -1; ;) {
    const [deployment] = await world.journal.history({ process: "orders", limit: 1 });
    if (!deployment || deployment.endedAt !== null) return { said, done: (deployment?.steps ?? []).slice(2).map(({ why }) => why) };
    if (deployment.steps.length > steps) {
      const { next } = await lookAt(world);
      if (next) said.push(next.text);
      world.now = Math.max(world.now, next?.due ?? 0);
    }
    steps = deployment.steps.length;
    await world.pass();
    world.now += 10;
  }
}

describe("what is said to come next comes next", () => {
  it.each([
    ["blue-green", { ...blueGreen, switchTrafficDelayMs: 5_000 }],
    ["blue-green without a delay, and removing the old version", { ...blueGreen, keepOldVersion: false }],
    ["canary", timed],
    ["rolling on one instance", rolling],
    ["rolling on three instances", rolling, ["a", "b", "c"]],
    ["recreate", { kind: "recreate" }],
  ] as const)("%s", async (_what, strategy, instances: readonly string[] = ["one"]) => {
    const world = await running({ instances });
    use(world, strategy);
    measure(world, 1);
    world.pin("orders", "1.1.0");
    await world.pass();
    const { said, done } = await played(world);
    expect(done.length).toBeGreaterThan(3);
    expect(said).toEqual(done);
  });
});
