/** What is told and logged of whole stories: the words that telling looks for are those that deciding uses. */

import { beforeEach, describe, expect, it } from "vitest";
import type { CanarySpec } from "../../src/domain/desired/environment.ts";
import { createKeptLog, type KeptLog } from "../support/log.ts";
import { canary, errorRate, measure } from "../support/progressive.ts";
import { environment, running, type World } from "../support/world.ts";

const waiting: CanarySpec = {
  ...canary,
  steps: [
    { kind: "weight", weight: 20 },
    { kind: "pause", durationMs: null },
  ],
};

let world: World;
let log: KeptLog;

async function told(): Promise<readonly string[]> {
  const events = await world.journal.pendingEvents(1_000);
  await world.journal.dispatched(events.map(({ id }) => id));
  return events.map(({ kind, version, from, trigger }) => [kind, version, from, trigger].filter((word) => word !== null).join(" "));
}

async function lastWhy(): Promise<string> {
  return (await world.journal.pendingEvents(1_000)).at(-1)?.why ?? "";
}

function restrict(parts: Partial<World["spec"]>): void {
  world.spec = { ...world.spec, ...parts };
}

beforeEach(async () => {
  world = await running();
  log = createKeptLog();
  world.ports = { ...world.ports, log };
  await told();
  measure(world, 0);
});

describe("told of", () => {
  it("an upgrade, and of a revert of it by a commit", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await told()).toEqual(["started 1.1.0 1.0.0", "succeeded 1.1.0 1.0.0"]);
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(await told()).toEqual(["started 1.0.0 1.1.0", "rolled-back 1.1.0 1.0.0 pin"]);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await told()).toEqual(["started 1.1.0 1.0.0", "succeeded 1.1.0 1.0.0"]);
  });

  it("a removal", async () => {
    restrict({ allowEmpty: true });
    world.pin("orders", null);
    await world.settle();
    expect(await told()).toEqual(["taken-out 1.0.0", "succeeded 1.0.0"]);
  });

  it("a removal that is held, once", async () => {
    world.pin("orders", null);
    await world.settle();
    expect(await told()).toEqual(["held 1.0.0"]);
    await world.settle();
    expect(await told()).toEqual([]);
  });

  it("a dependency that is missing, but not of a turn that comes by itself", async () => {
    restrict({ maxConcurrentDeployments: 1 });
    world.publish("billing", "1.0.0", { dependencies: [{ type: "workflow", name: "stock", version: "^1.0.0", required: true }] });
    world.publish("carts", "1.0.0");
    world.publish("pages", "1.0.0", { dependencies: [{ type: "workflow", name: "carts", version: "^1.0.0", required: true }] });
    for (const process of ["billing", "carts", "pages"]) world.pin(process, "1.0.0");
    world.pin("orders", "1.1.0");
    await world.settle();
    const events = await world.journal.pendingEvents(100);
    expect(events.filter(({ kind }) => kind === "held")).toMatchObject([{ process: "billing", version: "1.0.0" }]);
    expect(events.filter(({ kind }) => kind === "succeeded")).toHaveLength(3);
  });

  it("drift that is healed, and of drift that is left alone", async () => {
    world.engine.editByHand(world.digest("orders", "1.0.0"), "a node was changed");
    await world.settle();
    expect(await told()).toEqual(["drift 1.0.0"]);
    restrict({ selfHeal: false });
    world.pin("orders", "1.0.0");
    await world.settle();
    world.engine.editByHand(world.digest("orders", "1.0.0"), "a node was changed");
    await world.settle();
    expect(await told()).toEqual(["drift 1.0.0 1.0.0"]);
  });

  it("a canary that waits for a person, its pause, and that it goes on", async () => {
    restrict({ strategy: waiting });
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await told()).toEqual(["started 1.1.0 1.0.0", "held 1.1.0 1.0.0"]);
    await world.command({ kind: "promote", process: "orders", isFull: true });
    await world.settle();
    expect(await told()).toEqual(["succeeded 1.1.0 1.0.0"]);
    expect(log.lines.filter(({ text }) => text.includes('"kind":"promote"'))).toHaveLength(1);
  });

  it("a bad version that is rolled back, and not again of its quarantine", async () => {
    restrict({ strategy: waiting });
    world.pin("orders", "1.1.0");
    await world.settle();
    await told();
    measure(world, 50);
    world.now += 2_000;
    await world.settle();
    expect(await told()).toEqual(["rolled-back 1.1.0 1.0.0 error_rate"]);
    expect(world.reverts).toHaveLength(1);
  });

  it("git that lags behind, once, while nobody can write the revert", async () => {
    restrict({ strategy: waiting });
    world.pin("orders", "1.1.0");
    await world.settle();
    await told();
    measure(world, 50);
    world.isGitDown = true;
    world.now += 2_000;
    await world.settle();
    expect((await told()).toSorted()).toEqual(["git-lags 1.1.0 1.0.0 error_rate", "rolled-back 1.1.0 1.0.0 error_rate"]);
    world.now += 60_000;
    await world.settle();
    expect(await told()).toEqual([]);
    world.isGitDown = false;
    world.now += 600_000;
    await world.settle();
    expect(await told()).toEqual([]);
    expect(world.reverts).toHaveLength(1);
  });

  it("a bad version that the rails leave to people", async () => {
    const { automatic } = world.spec.rollback;
    restrict({ rollback: { ...world.spec.rollback, automatic: { ...automatic, triggers: [errorRate], bakeMs: 60_000 } } });
    world.publish("orders", "1.2.0");
    for (const version of ["1.1.0", "1.2.0"]) {
      measure(world, 0);
      world.pin("orders", version);
      await world.settle();
      measure(world, 50);
      world.now += 2_000;
      await world.settle();
    }
    expect(await lastWhy()).toContain("A person must decide");
    expect(await told()).toEqual(["started 1.1.0 1.0.0", "rolled-back 1.1.0 1.0.0 error_rate", "started 1.2.0 1.0.0", "held 1.2.0 1.0.0"]);
    world.now += 2_000;
    await world.settle();
    expect(await told()).toEqual([]);
  });

  it("a freeze and its end", async () => {
    await world.command({ kind: "freeze" });
    expect(await lastWhy()).toMatch(/^by /u);
    expect(await told()).toEqual(["frozen"]);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await told()).toEqual(["held 1.1.0 1.0.0"]);
    await world.command({ kind: "unfreeze" });
    expect(await lastWhy()).not.toBe("");
    await world.settle();
    expect((await told()).slice(0, 2)).toEqual(["unfrozen", "started 1.1.0 1.0.0"]);
  });
});

describe("the log", () => {
  it("says what every line is about", async () => {
    restrict({ strategy: waiting });
    world.pin("orders", "1.1.0");
    await world.settle();
    const [deployment] = await world.journal.history({ limit: 1 });
    const lines = log.lines.filter(({ text }) => text.includes('"state":'));
    expect(lines.length).toBeGreaterThan(4);
    for (const { text } of lines) {
      expect(text).toContain(`"environment":"${environment}","process":"orders","version":"1.1.0"`);
      expect(text).toContain(`"deployment":"${deployment?.id}"`);
    }
  });

  it("says what is held and what was changed by hand", async () => {
    world.pin("orders", null);
    await world.settle();
    world.pin("orders", "1.0.0");
    await world.settle();
    world.engine.editByHand(world.digest("orders", "1.0.0"), "a node was changed");
    await world.settle();
    const linesOf = (level: string, event: string) =>
      log.lines.filter((line) => line.level === level && line.text.includes(`"event":"${event}"`));
    expect([linesOf("info", "held").length, linesOf("warn", "drift").length]).toEqual([1, 1]);
  });

  it("warns of a version that is rejected, of the pin that goes back, and of a freeze", async () => {
    restrict({ strategy: waiting });
    world.pin("orders", "1.1.0");
    await world.settle();
    measure(world, 50);
    world.now += 2_000;
    await world.settle();
    await world.command({ kind: "freeze" });
    const warnings = log.lines.filter(({ level }) => level === "warn").map(({ text }) => text);
    expect(warnings.filter((text) => text.includes('"trigger":"error_rate"')).length).toBeGreaterThan(1);
    expect(warnings.filter((text) => text.startsWith("the pin goes back to 1.0.0"))).toHaveLength(1);
    expect(warnings.filter((text) => text.startsWith("frozen: "))).toHaveLength(1);
  });
});
