import { describe, expect, it } from "vitest";
import { running } from "../support/world.ts";

/** A path that the router does not take, however it got past `validate`. */
const greedy = String.raw`/zz|\S+`;

describe("a route that the router refuses", () => {
  it("rejects its own version only: the others get their traffic in the same pass", async () => {
    const world = await running();
    world.publish("greedy", "1.0.0", { path: greedy });
    world.publish("innocent", "1.0.0", { path: "/innocent" });
    world.pin("greedy", "1.0.0");
    world.pin("innocent", "1.0.0");
    await world.settle();
    expect(world.traffic("innocent")).toEqual({ "1.0.0": 100 });
    expect(world.traffic("greedy")).toEqual({});
    const together = world.router.calls.filter(
      (call) => call.call === "ensureRoutes" && ["greedy", "innocent"].every((name) => call.routes.some(({ process }) => process === name)),
    );
    expect(together).not.toEqual([]);
    expect((await world.status("innocent"))?.health).toBe("Healthy");
    expect(await world.status("greedy")).toMatchObject({ health: "Degraded", reason: { text: expect.stringContaining(greedy) as string } });
  });

  it("leaves the version before where it is", async () => {
    const world = await running();
    world.publish("orders", "1.2.0", { path: greedy });
    world.pin("orders", "1.2.0");
    await world.settle();
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toMatchObject([{ from: "1.2.0", to: "1.0.0" }]);
  });
});
