import { describe, expect, it } from "vitest";
import { createLastPlacements } from "../../src/controller/last-placements.ts";
import type { Digest, UnitRef } from "../../src/domain/names.ts";
import type { Inventory } from "../../src/domain/desired/unit.ts";
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
    expect(await world.status("orders")).toMatchObject({ phase: "Pending", reason: { text: "waits for billing 2.0.0, which it calls" } });
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

  it("wait again when what they call is deployed once more: that it failed with other variables is no refusal of these", async () => {
    const world = await caller();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.engine.refuse(world.digest("billing", "2.0.0"), { code: "engine/refused", detail: "no" });
    await world.settle();
    world.spec = { ...world.spec, variables: { currency: "CHF" } };
    await world.pass();
    expect(await world.status("orders")).toMatchObject({ phase: "Pending", reason: { text: "waits for billing 2.0.0, which it calls" } });
    await world.settle();
    expect((await redeployed(world)).slice(2)).toEqual(["billing Succeeded", "orders Succeeded"]);
  });

  it("do not wait for one whose pin is broken", async () => {
    const world = await caller();
    world.spec = { ...world.spec, variables: { currency: "EUR" } };
    world.pin("billing", "9.9.9");
    await world.settle();
    expect(await redeployed(world)).toEqual(["orders Succeeded"]);
  });
});

describe("where versions answered last", () => {
  const digest: Digest = `sha256-${"a".repeat(64)}`;
  const unit = { process: "orders", version: "1.0.0", digest };
  const again = { ...unit, digest: `sha256-${"b".repeat(64)}` } as const;
  const other = { ...unit, process: "return" };

  function place(of: UnitRef, address: string, ready = true): Inventory["installed"][number] {
    return { ...of, drift: null, armed: true, endpoints: [], placements: [{ instance: "one", address, ready, inFlight: 0, counts: null }] };
  }

  function inventory(address: string, others: Inventory["installed"] = [], state: "ready" | "down" = "ready"): Inventory {
    return { instances: [{ id: "one", state, why: "" }], installed: address === "" ? others : [place(unit, address), ...others] };
  }

  it("is told by process and by unit: the same version with other variables is elsewhere", () => {
    const placements = createLastPlacements();
    placements.remember(environment, "node-red", inventory("http://one", [place(again, "http://again"), place(other, "http://other")]));
    const address = (of: UnitRef) => placements.last(environment, of)?.placements[0]?.address;
    expect([unit, again, other].map(address)).toEqual(["http://one", "http://again", "http://other"]);
    expect(placements.last(environment, { ...other, digest: again.digest })).toBeNull();
  });

  it("is kept while it does not answer, or while an instance is down, and forgotten with it", () => {
    const placements = createLastPlacements();
    const address = () => placements.last(environment, unit)?.placements[0]?.address;
    placements.remember(environment, "node-red", inventory("http://one"));
    placements.remember(environment, "node-red", inventory("", [place(unit, "http://silent", false)]));
    expect(address()).toBe("http://one");
    placements.remember(environment, "node-red", inventory("", [], "down"));
    expect(address()).toBe("http://one");
    placements.remember(environment, "node-red", inventory(""));
    expect(address()).toBeUndefined();
  });

  it("is nobody's from another environment while its own engine is down", () => {
    const placements = createLastPlacements();
    placements.remember("staging", "node-red", inventory("http://staging"));
    placements.remember(environment, "node-red", inventory("", [], "down"));
    expect(placements.last(environment, unit)).toBeNull();
    placements.remember(environment, "node-red", inventory("", [place(unit, "http://silent", false)]));
    expect(placements.last(environment, unit)).toBeNull();
  });

  it("is told by environment: the same version on an instance of the same name is elsewhere in another one", () => {
    const placements = createLastPlacements();
    placements.remember(environment, "node-red", inventory("http://production"));
    expect(placements.last("staging", unit)).toBeNull();
    placements.remember("staging", "node-red", inventory("http://staging"));
    expect(placements.last(environment, unit)?.placements[0]?.address).toBe("http://production");
    expect(placements.last("staging", unit)?.placements[0]?.address).toBe("http://staging");
  });
});
