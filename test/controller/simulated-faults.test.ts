/** Faults that the simulation found, each as a story of its own. */

import { describe, expect, it } from "vitest";
import { emptyDecision } from "../../src/domain/journal/state.ts";
import { canary, measure, passes, use } from "../support/progressive.ts";
import { environment, running } from "../support/world.ts";

const process = "orders";

describe("a version whose pin is being put back", () => {
  it("is not tried again before that commit is written: it would land while the version has traffic", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0);
    world.pin(process, "1.1.0");
    await world.settle();
    world.isGitDown = true;
    await world.command({ kind: "recover", process });
    await world.settle();
    expect(await world.command({ kind: "retry", process })).toMatchObject({
      kind: "refused",
      why: "the commit that restores 1.0.0 is not written yet; try again after that",
    });
    world.isGitDown = false;
    await passes(world, 31_000);
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toHaveLength(1);
  });
});

describe("what can never be done", () => {
  it("is tried once, and shown for as long as nothing else is decided", async () => {
    const world = await running();
    const digest = world.digest(process, "1.0.0");
    world.pin(process, "9.9.9");
    await world.settle();
    world.engine.refuse(digest, { code: "engine/refused", detail: "the engine does not take it" });
    world.engine.removeByHand(digest);
    await world.settle();
    const tries = () => world.engine.calls.filter(({ call }) => call === "ensureInstalled").length;
    const before = tries();
    await passes(world, 3_600_000);
    expect(tries()).toBe(before);
    expect((await world.status(process))?.reason.text).toContain("1.0.0 cannot be restored: the engine does not take it");
  });
});

describe("what serves, and was never found good", () => {
  it("is put back too when the engine has lost it: nothing else could have the traffic", async () => {
    const world = await running();
    const row = await world.state(process);
    await world.journal.record({ ...emptyDecision(environment, world.now), processes: row ? [{ ...row, knownGood: [] }] : [] });
    world.pin(process, "9.9.9");
    await world.settle();
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    await world.settle();
    expect((await world.engine.inventory()).installed.map(({ version }) => version)).toEqual(["1.0.0"]);
  });
});

describe("a version in quarantine that still serves beside another one", () => {
  it("is not the way back of what is pinned next", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0);
    world.publish(process, "1.2.0");
    world.pin(process, "1.1.0");
    await world.settle();
    await passes(world, 5_000);
    expect(world.traffic(process)).toEqual({ "1.0.0": 50, "1.1.0": 50 });
    const row = await world.state(process);
    const definition = row?.knownGood.find(({ version }) => version === "1.0.0")?.definition;
    if (definition === undefined) throw new Error("the definition of 1.0.0 is not remembered");
    const bad = {
      version: "1.0.0",
      digest: definition,
      why: "emergency",
      at: world.now,
      rollbackId: "r1",
      isInGit: false,
    };
    await world.journal.record({ ...emptyDecision(environment, world.now), processes: row ? [{ ...row, quarantined: [bad] }] : [] });
    world.pin(process, "1.2.0");
    for (let pass = 0; pass < 4; pass += 1) await world.pass();
    expect(world.traffic(process)["1.0.0"] ?? 0).toBeLessThanOrEqual(50);
    expect(world.traffic(process)).toMatchObject({ "1.1.0": expect.any(Number) as number });
  });
});
