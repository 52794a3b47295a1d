import { describe, expect, it } from "vitest";
import { createPlaces } from "../../src/controller/places.ts";
import type { Digest } from "../../src/domain/names.ts";
import type { Inventory } from "../../src/domain/unit.ts";
import { createWorld, environment, type World } from "../support/world.ts";

const needsBilling = [{ type: "workflow", name: "billing", version: "^2.0.0", required: true }] as const;

/** Orders calls billing; both run. */
async function caller(): Promise<World> {
  const world = createWorld();
  world.publish("orders", "1.0.0", { dependencies: needsBilling });
  world.publish("billing", "2.0.0");
  world.pin("orders", "1.0.0");
  world.pin("billing", "2.0.0");
  await world.settle();
  return world;
}

async function redeployed(world: World): Promise<readonly string[]> {
  const all = await world.journal.history({});
  return all
    .toReversed()
    .slice(2)
    .map(({ process, phase }) => `${process} ${phase}`);
}

describe("the same versions, deployed again because the variables have changed", () => {
  it("come in the order of their dependencies, as new ones do", async () => {
    const world = await caller();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    await world.pass();
    expect((await world.state("billing"))?.rollout?.kind).toBe("deploy");
    expect(await world.status("orders")).toMatchObject({ phase: "Pending", reason: "waits for billing 2.0.0, which it calls" });
    await world.settle();
    expect(await redeployed(world)).toEqual(["billing Succeeded", "orders Succeeded"]);
  });

  it("do not wait for one that fails so, while the version before it is in range", async () => {
    const world = await caller();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.engine.refuse(world.digest("billing", "2.0.0"), { code: "engine/refused", detail: "no" });
    await world.settle();
    expect(await redeployed(world)).toEqual(["billing Failed", "orders Succeeded"]);
  });
});

describe("where versions answered last", () => {
  const digest: Digest = `sha256-${"a".repeat(64)}`;
  const unit = { process: "orders", version: "1.0.0", digest };

  function inventory(address: string): Inventory {
    const placements = [{ instance: "one", address, ready: true, inFlight: 0, counts: null }];
    return {
      instances: [{ id: "one", state: "ready", why: "" }],
      installed: [{ ...unit, drift: null, armed: true, endpoints: [], placements }],
    };
  }

  it("is told by environment: the same version on an instance of the same name is elsewhere in another one", () => {
    const places = createPlaces();
    places.remember(environment, inventory("http://production"));
    expect(places.last("staging", unit)).toBeNull();
    places.remember("staging", inventory("http://staging"));
    expect(places.last(environment, unit)?.placements[0]?.address).toBe("http://production");
    expect(places.last("staging", unit)?.placements[0]?.address).toBe("http://staging");
  });
});
