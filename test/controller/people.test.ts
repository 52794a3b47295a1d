import { beforeEach, describe, expect, it } from "vitest";
import { canary, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, environment, running, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await running();
});

describe("people", () => {
  it("roll back by a commit in their name, to a version that was good here", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await world.command({ kind: "rollback", process: "orders", to: "9.9.9" })).toMatchObject({ kind: "refused" });
    expect(await world.command({ kind: "rollback", process: "orders", to: null })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "manual", by: { name: "Ada" }, quarantine: null }]);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", desired: "1.0.0" });
    expect((await world.journal.history({ limit: 1 }))[0]?.steps[0]?.why).toBe("1.0.0 is pinned again: rolled back by Ada: because");
  });

  it("only propose where approval is required, and nothing where it is off", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    world.spec = { ...world.spec, rollback: { ...world.spec.rollback, manual: { enabled: true, approvalRequired: true } } };
    await world.command({ kind: "rollback", process: "orders", to: null });
    await world.settle();
    expect(world.reverts).toEqual([]);
    expect(await world.state("orders")).toMatchObject({ revert: { outcome: { kind: "proposed" } } });
    expect(await world.command({ kind: "rollback", process: "orders", to: null })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("proposed already"),
    });
    world.spec = { ...world.spec, rollback: { ...world.spec.rollback, manual: { enabled: false, approvalRequired: false } } };
    expect(await world.command({ kind: "rollback", process: "orders", to: null })).toMatchObject({ kind: "refused" });
  });

  it("recover from an emergency: the good version first, then the pin", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    world.isGitDown = true;
    expect(await world.command({ kind: "recover", process: "orders" })).toMatchObject({
      kind: "done",
      why: "goes back from 1.1.0 to 1.0.0",
    });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    world.isGitDown = false;
    await passes(world, 31_000);
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "emergency" }]);
  });

  it("recover once: what went back already keeps the reason that rejected it", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    world.isGitDown = true;
    await world.command({ kind: "recover", process: "orders" });
    await world.settle();
    const { quarantined } = (await world.state("orders")) ?? {};
    expect(await world.command({ kind: "recover", process: "orders" })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("1.1.0 has no traffic and is in quarantine: emergency"),
    });
    expect(quarantined).toHaveLength(1);
    expect(await world.state("orders")).toMatchObject({ quarantined });
  });

  it("recover from a rollout under way", async () => {
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    await world.command({ kind: "recover", process: "orders" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", trigger: "emergency", by: { name: "Ada" } }]);
  });

  it("promote what waited for them longer than a canary may take, paused in between or not", async () => {
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    await passes(world, 6_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
    await passes(world, 2 * canary.maxDurationMs);
    await world.command({ kind: "pause", process: "orders" });
    await passes(world, 1_000);
    await world.command({ kind: "resume", process: "orders" });
    await passes(world, 1_000);
    await world.command({ kind: "pause", process: "orders" });
    await passes(world, 1_000);
    expect(await world.command({ kind: "promote", process: "orders", isFull: false })).toMatchObject({ kind: "done" });
    await passes(world, 1_000);
    expect(world.reverts).toEqual([]);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("put a version that is under way into quarantine by a commit: it is taken back", async () => {
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    world.rejectUnlessHeld("orders");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.journal.history({}))[0]).toMatchObject({ version: "1.1.0", phase: "RolledBack", trigger: "quarantine" });
    expect(world.reverts).toEqual([]);
  });

  it("freeze an environment: nothing new, nothing further, but back", async () => {
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await world.command({ kind: "freeze" })).toMatchObject({ kind: "done" });
    await passes(world, 3_600_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.status("orders"))?.reason.text).toContain("frozen by Ada");
    expect(await world.command({ kind: "unfreeze" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.2.0": 20 });
  });

  it("get the same answer to the same command, and a reason for what makes no sense", async () => {
    const once = await world.command({ kind: "freeze" }, "same");
    expect(await world.command({ kind: "freeze" }, "same")).toEqual(once);
    for (const kind of ["pause", "resume", "abort", "retry"] as const)
      expect(await world.command({ kind, process: "orders" })).toMatchObject({ kind: "refused", why: expect.stringMatching(/\w/u) });
    expect(await world.command({ kind: "pause", process: "nobody" })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("no such process"),
    });
    expect((await world.journal.state(environment)).commands).toEqual([]);
  });
});

describe("old versions that are kept warm", () => {
  it("are bounded by count and by age", async () => {
    use(world, { ...blueGreen, warm: { count: 2, maxAgeMs: 60_000 } });
    for (const version of ["1.1.0", "1.2.0", "1.3.0", "1.4.0"]) {
      world.publish("orders", version);
      world.pin("orders", version);
      await passes(world, 1_000);
    }
    const installed = async () => (await world.engine.inventory()).installed.map((unit) => unit.version).toSorted();
    expect(await installed()).toEqual(["1.2.0", "1.3.0", "1.4.0"]);
    await passes(world, 61_000);
    expect(await installed()).toEqual(["1.4.0"]);
  });
});

describe("a definition that is in quarantine under another number", () => {
  it("is no target of a rollback", async () => {
    world.pin("orders", "1.1.0");
    await world.settle();
    const [, before] = (await world.state("orders"))?.knownGood ?? [];
    if (before?.definition === undefined) throw new Error("the definition of 1.0.0 is not remembered");
    world.condemnAs({ process: "orders", version: "0.9.0", digest: before.definition });
    const refused = await world.command({ kind: "rollback", process: "orders", to: "1.0.0" });
    expect(refused).toMatchObject({ kind: "refused", why: expect.stringContaining("1.0.0 is in quarantine here") });
    const recovered = await world.command({ kind: "recover", process: "orders" });
    expect(recovered).toMatchObject({ kind: "refused", why: expect.stringContaining("is in quarantine (1.0.0)") });
  });
});
