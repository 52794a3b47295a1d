import { beforeEach, describe, expect, it } from "vitest";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, running, type World } from "../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await running();
});

async function phase(): Promise<string | undefined> {
  return (await world.journal.history({ limit: 1 }))[0]?.phase;
}

describe("a canary", () => {
  beforeEach(async () => {
    use(world, canary);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
  });

  it("gets its first share once it is checked", () => {
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
  });

  it("keeps schedules with the stable version until it has all the traffic", async () => {
    const armed = async () => (await world.engine.inventory()).installed.filter((unit) => unit.armed).map((unit) => unit.version);
    expect(await armed()).toEqual(["1.0.0"]);
    await passes(world, 5_000);
    expect(await armed()).toEqual(["1.0.0"]);
    expect(await world.command({ kind: "promote", process: "orders", isFull: false })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(await armed()).toEqual(["1.1.0"]);
  });

  it("goes on after a healthy analysis, and waits where a person shall promote it, however long", async () => {
    await passes(world, 5_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
    await passes(world, 3_600_000);
    expect(await world.status("orders")).toMatchObject({ phase: "Running", reason: { text: "at 50 %; waits for a person to promote it" } });
    await world.command({ kind: "promote", process: "orders", isFull: false });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(await phase()).toBe("Succeeded");
  });

  it("that waited for a person keeps its time where it goes on without one, since its stable version is lost for good", async () => {
    await passes(world, 5_000);
    const deadline = async () => (await world.state("orders"))?.rollout?.deadline ?? 0;
    const before = await deadline();
    await passes(world, 3_600_000);
    const stable = world.digest("orders", "1.0.0");
    world.engine.refuse(stable, { code: "engine/refused", detail: "a module is gone" });
    world.engine.removeByHand(stable);
    for (let turns = 0; (await world.state("orders"))?.rollout?.state.kind === "shifting"; turns += 1) {
      expect(turns).toBeLessThan(20);
      await world.pass();
    }
    expect((await world.state("orders"))?.rollout?.state.kind).toBe("switching");
    expect((await deadline()) - before).toBeGreaterThanOrEqual(3_600_000);
  });

  it("holds without a verdict, and goes back at maxDuration without rejecting anybody", async () => {
    measure(world, 0, 3);
    await passes(world, 60_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
    expect((await world.status("orders"))?.reason.text).toMatch(/no verdict yet: error_rate: only 3 requests/u);
    await passes(world, 600_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.journal.history({}))[0]).toMatchObject({ phase: "Aborted", trigger: "inconclusive" });
  });

  it("is taken back at once when its errors are too many, by a commit that is written once", async () => {
    measure(world, 21);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.journal.history({ limit: 9 })).find((one) => one.version === "1.1.0")).toMatchObject({
      phase: "RolledBack",
      trigger: "error_rate",
    });
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0", trigger: "error_rate", by: null }]);
    expect(await world.state("orders")).toMatchObject({ revert: null, quarantined: [{ version: "1.1.0", isInGit: true }] });
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", desired: "1.0.0" });
  });

  it("starts again from the stable version when a newer version is pinned", async () => {
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.2.0");
    await world.pass();
    await world.pass();
    expect(world.traffic("orders")).toMatchObject({ "1.0.0": 100 });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.2.0": 20 });
    const { installed } = await world.engine.inventory();
    expect((await world.journal.history({})).map(({ version, phase: end }) => [version, end])).toContainEqual(["1.1.0", "Superseded"]);
    expect(installed.map((unit) => unit.version)).toContain("1.2.0");
  });

  it("goes straight back when its pin is reverted", async () => {
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.engine.inventory()).installed.map((unit) => unit.version)).toEqual(["1.0.0"]);
    expect(world.reverts).toEqual([]);
  });

  it("stands still while it is paused, and its time with it", async () => {
    expect(await world.command({ kind: "pause", process: "orders" })).toMatchObject({ kind: "done" });
    await passes(world, 3_600_000);
    expect(await world.status("orders")).toMatchObject({
      health: "Suspended",
      reason: { text: expect.stringContaining("paused by Ada: because") },
    });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
    expect(await world.command({ kind: "pause", process: "orders" })).toMatchObject({ kind: "refused" });
    await world.command({ kind: "resume", process: "orders" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
  });

  it("is taken back while it is paused, too", async () => {
    await world.command({ kind: "pause", process: "orders" });
    measure(world, 50);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });

  it("is aborted by a person: no commit, no quarantine, and tried again when told to", async () => {
    expect(await world.command({ kind: "abort", process: "orders" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await phase()).toBe("Aborted");
    expect(world.reverts).toEqual([]);
    expect(await world.status("orders")).toMatchObject({
      health: "Degraded",
      reason: { text: "aborted by Ada: because; `pinion retry production/orders` tries it again" },
    });
    expect(await world.command({ kind: "retry", process: "orders" })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 80, "1.1.0": 20 });
  });

  it("is promoted past everything, but never past its checks", async () => {
    expect(await world.command({ kind: "promote", process: "orders", isFull: true })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
    expect(await phase()).toBe("Succeeded");
  });
});

describe("a version that is watched", () => {
  beforeEach(async () => {
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
  });

  it("is healthy, but not known to be good before its time is over", async () => {
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", phase: "Running" });
    expect((await world.state("orders"))?.knownGood.map((good) => good.version)).toEqual(["1.0.0"]);
    await passes(world, 60_000);
    expect(await phase()).toBe("Succeeded");
    expect((await world.state("orders"))?.knownGood.map((good) => good.version)).toEqual(["1.1.0", "1.0.0"]);
  });

  it("is rolled back: traffic first, then the commit, owed while git is down", async () => {
    world.isGitDown = true;
    measure(world, 30);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({
      health: "Degraded",
      desired: "1.1.0",
      reason: { text: expect.stringContaining("git lags runtime: the revert to 1.0.0 is owed") },
    });
    world.isGitDown = false;
    await passes(world, 31_000);
    expect(world.reverts).toHaveLength(1);
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy", desired: "1.0.0" });
  });

  it("drops the commit when a person has moved the pin meanwhile", async () => {
    world.isGitDown = true;
    measure(world, 30);
    await world.settle();
    world.publish("orders", "1.2.0");
    measure(world, 0);
    world.pin("orders", "1.2.0");
    world.isGitDown = false;
    await passes(world, 31_000);
    expect(world.reverts).toEqual([]);
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
    expect((await world.state("orders"))?.revert).toBeNull();
  });

  it("stays out until a person takes it out of quarantine", async () => {
    measure(world, 30);
    await world.settle();
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await world.status("orders")).toMatchObject({
      health: "Degraded",
      reason: { text: expect.stringContaining("1.1.0 is in quarantine here") },
    });
    expect(await world.command({ kind: "retry", process: "orders" })).toMatchObject({
      kind: "refused",
      why: expect.stringContaining("quarantine.yaml"),
    });
    world.lift("orders");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("is not rolled back a second time within the cool-down: it is held, and a person is called", async () => {
    measure(world, 30);
    await world.settle();
    measure(world, 0);
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
    measure(world, 30);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.2.0": 100 });
    expect(await world.status("orders")).toMatchObject({
      health: "Degraded",
      reason: { text: expect.stringMatching(/A person must decide/u) },
    });
    await passes(world, 300_000);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts.map((request) => request.from)).toEqual(["1.1.0", "1.2.0"]);
  });

  it("counts as good when the next version comes and nothing was wrong with it", async () => {
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.2.0");
    await world.settle();
    measure(world, 30);
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("is not found good when a person takes it back meanwhile", async () => {
    world.pin("orders", "1.0.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.state("orders"))?.knownGood.map((good) => good.version)).toEqual(["1.0.0"]);
    expect((await world.journal.history({})).map(({ version, phase: end }) => [version, end])).toContainEqual(["1.1.0", "Superseded"]);
  });

  it("is not what a newer version goes back to when its metrics reject it just then", async () => {
    world.publish("orders", "1.2.0");
    world.pin("orders", "1.2.0");
    measure(world, 30);
    await world.settle();
    expect((await world.state("orders"))?.knownGood.map((good) => good.version)).not.toContain("1.1.0");
  });
});

describe("a watch that nobody kept", () => {
  it("begins again after a controller that was down for all of it", async () => {
    use(world, blueGreen, 60_000, [errorRate]);
    measure(world, 0);
    world.pin("orders", "1.1.0");
    await world.settle();
    world.now += 120_000;
    world.restart();
    await world.settle();
    expect(await world.status("orders")).toMatchObject({
      phase: "Running",
      reason: { text: expect.stringContaining("from the beginning") },
    });
    await passes(world, 10_000);
    expect(await phase()).toBe("Succeeded");
  });
});
