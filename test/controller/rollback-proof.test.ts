import { describe, expect, it } from "vitest";
import { environment, running, type World } from "../support/world.ts";

/** `orders` moves to 1.1.0, which fails with traffic; what it goes back to answers as told. */
async function rolledBack(stableStatus: number): Promise<World> {
  const world = await running();
  const proofs = ["service_availability", "data_integrity"] as const;
  world.spec = { ...world.spec, validation: { ...world.spec.validation, rollback: proofs } };
  const publicly = world.router.publicAddress(environment);
  world.prober.setAnswer(({ url }) => {
    if (!url.startsWith(publicly)) return {};
    return { status: "1.1.0" in world.traffic("orders") ? 500 : stableStatus };
  });
  world.pin("orders", "1.1.0");
  for (let minutes = 0; minutes < 3; minutes += 1) {
    await world.settle();
    world.now += 60_000;
  }
  return world;
}

async function proofs(world: World): Promise<readonly string[]> {
  const [newest] = await world.journal.history({ environment, limit: 1 });
  const found = newest?.validations.filter(({ scope }) => scope === "rollback") ?? [];
  return found.map(({ validation, result }) => `${validation} ${result}`);
}

describe("after a rollback", () => {
  it("the good version is shown to be served and to answer, and that is recorded", async () => {
    const world = await rolledBack(200);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await proofs(world)).toEqual(["service_availability passed", "data_integrity passed"]);
    expect((await world.journal.history({ environment, limit: 1 }))[0]).toMatchObject({ version: "1.1.0", phase: "RolledBack" });
  });

  it("the story says when it does not help", async () => {
    const world = await rolledBack(503);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(await proofs(world)).toEqual(["service_availability passed", "data_integrity failed"]);
    const [newest] = await world.journal.history({ environment, limit: 1 });
    expect(newest?.reason.text).toMatch(/^smoke_test "answers" failed: .*; but the rollback did not help: data_integrity/);
  });
});
