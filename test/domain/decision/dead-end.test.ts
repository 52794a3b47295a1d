import { describe, expect, it } from "vitest";
import { reconcile } from "../../../src/controller/reconcile.ts";
import { deadEndOf } from "../../../src/domain/decision/dead-end.ts";
import type { World } from "../../support/world.ts";
import { environment, running } from "../../support/world.ts";

async function deadEnd(world: World, process: string): Promise<string | null> {
  const wanted = world.ports.wanted(environment);
  if (!wanted) throw new Error("nothing is wanted");
  return deadEndOf(process, { ...wanted, processes: (await world.journal.state(environment)).processes });
}

describe("no waiting brings a process to what is pinned", () => {
  it("when its pin is broken", async () => {
    const world = await running();
    world.pin("orders", "9.9.9");
    expect(await deadEnd(world, "orders")).toContain("orders has no version 9.9.9");
  });

  it("when its version failed here, until somebody wants it tried again", async () => {
    const world = await running();
    world.engine.refuse(world.digest("orders", "1.1.0"), { code: "engine/refused", detail: "no such node" });
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await deadEnd(world, "orders")).toContain("no such node");
    world.pin("orders", "1.0.0");
    expect(await deadEnd(world, "orders")).toBeNull();
  });

  it("when what it calls will not come either", async () => {
    const world = await running();
    world.publish("billing", "2.0.0");
    world.publish("carts", "1.0.0", { dependencies: [{ type: "workflow", name: "billing", version: "^2.0.0", required: true }] });
    world.engine.refuse(world.digest("billing", "2.0.0"), { code: "engine/refused", detail: "no such node" });
    world.pin("billing", "2.0.0");
    world.pin("carts", "1.0.0");
    expect(await deadEnd(world, "carts")).toBeNull();
    await world.settle();
    expect(await deadEnd(world, "carts")).toMatch(/^needs billing: .*no such node/u);
  });

  it("when it is kept because its pin vanished beside an error", async () => {
    const world = await running();
    world.pin("orders", null);
    world.pin("ordrs", "1.0.0");
    await world.settle();
    expect(await deadEnd(world, "orders")).toMatch(/^no longer pinned, but production has errors/u);
    expect(await deadEnd(world, "ordrs")).toContain("ordrs has no version 1.0.0");
  });
});

describe("waiting may help", () => {
  it("while it is being deployed, and once it is there", async () => {
    const world = await running();
    world.pin("orders", "1.1.0");
    expect(await deadEnd(world, "orders")).toBeNull();
    await world.pass();
    expect(await deadEnd(world, "orders")).toBeNull();
    await world.settle();
    expect(await deadEnd(world, "orders")).toBeNull();
  });
});

describe("a deadline", () => {
  it("wakes the processes that wait for it", async () => {
    const world = await running();
    world.spec = { ...world.spec, deploymentTimeoutMs: 1_000 };
    world.engine.keepUnready(world.digest("orders", "1.1.0"), true);
    world.pin("orders", "1.1.0");
    await world.settle();
    const deadline = (await world.state("orders"))?.rollout?.deadline ?? 0;
    world.now = deadline - 100;
    expect((await reconcile(environment, world.ports))?.wakeAt).toBe(deadline);
  });
});
