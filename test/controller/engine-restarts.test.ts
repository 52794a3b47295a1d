import { describe, expect, it } from "vitest";
import { running, type World } from "../support/world.ts";

/** `orders` moves to 1.1.0, and a request to its private address ends the engine, so many times. */
async function killing(times: number, isLost: boolean): Promise<World> {
  const world = await running();
  const candidate = world.digest("orders", "1.1.0");
  let kills = 0;
  world.prober.setAnswer(({ url }) => {
    if (!url.includes(candidate.slice(7, 15)) || kills === times) return {};
    kills += 1;
    world.engine.crash("one");
    if (isLost) world.engine.removeByHand(candidate);
    world.engine.comeBack("one");
    return new Error("the connection ended before the answer was whole");
  });
  world.pin("orders", "1.1.0");
  for (let minutes = 0; minutes < 3; minutes += 1) {
    await world.settle();
    world.now += 60_000;
  }
  return world;
}

describe.each([
  ["and comes back with everything", false],
  ["and comes back without what was installed last", true],
])("an engine that dies while a version is checked %s", (_how, isLost) => {
  it("is asked again, and the version gets the traffic", async () => {
    const world = await killing(1, isLost);
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("is taken for the version's fault when it dies again", async () => {
    const world = await killing(10, isLost);
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect((await world.status("orders"))?.reason.text).toContain("and so it did the time before");
  });
});
