import { describe, expect, it } from "vitest";
import type { Digest } from "../../src/domain/names.ts";
import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import { engineContract } from "../contracts/engine.ts";
import { createFakeEngine } from "./engine.ts";

engineContract("the fake engine", async () => {
  const engine = createFakeEngine({ instances: ["one", "two"] });
  const bad = unit("returns", "1.0.0", "b");
  engine.refuse(bad.digest, { code: "engine/unknown-node-type", detail: 'the engine does not know the node type "nope"' });
  return {
    engine,
    instances: 2,
    unit,
    badUnit: () => bad,
    editByHand: async (ref) => void engine.editByHand(ref.digest, 'node "hello" changed'),
    hello: async () => null,
    close: async () => undefined,
  };
});

describe("the fake engine's controls", () => {
  it("throws engine/unreachable from every call while it is unreachable or all instances are down, and records the calls", async () => {
    const engine = createFakeEngine();
    engine.setReachable(false);
    await expect(engine.inventory()).rejects.toMatchObject({ code: "engine/unreachable" });
    engine.setReachable(true);
    engine.setInstance("one", "down");
    await expect(engine.ensureInstalled([])).rejects.toMatchObject({ code: "engine/unreachable" });
    expect(engine.calls.map((call) => call.call)).toEqual(["inventory", "ensureInstalled"]);
  });

  it("shows a unit that does not get ready, and its messages in flight", async () => {
    const engine = createFakeEngine();
    const it_ = unit("order-intake", "1.0.0", "1");
    engine.keepUnready(it_.digest, true);
    expect(await engine.ensureInstalled([it_])).toMatchObject([{ kind: "refused", code: "engine/unreachable" }]);
    engine.setInFlight(it_.digest, 3);
    expect((await engine.inventory()).installed[0]?.placements).toMatchObject([{ ready: false, inFlight: 3 }]);
  });

  it("misses a placement on an instance that was down, until it is installed again", async () => {
    const engine = createFakeEngine({ instances: ["one", "two"] });
    engine.setInstance("two", "down");
    await engine.ensureInstalled([unit("order-intake", "1.0.0", "1")]);
    engine.setInstance("two", "ready");
    expect((await engine.inventory()).installed[0]?.placements.map((each) => each.instance)).toEqual(["one"]);
    await engine.ensureInstalled([unit("order-intake", "1.0.0", "1")]);
    expect((await engine.inventory()).installed[0]?.placements.map((each) => each.instance)).toEqual(["one", "two"]);
  });
});

describe("the fake engine's instances", () => {
  it("come back after a crash with what they had, elsewhere, and count from 0", async () => {
    const engine = createFakeEngine({ instances: ["one", "two"] });
    const it_ = unit("order-intake", "1.0.0", "1");
    await engine.ensureInstalled([it_]);
    await engine.ensureArmed(new Map([["order-intake", it_.digest]]));
    expect((await engine.inventory()).installed[0]?.armed).toBe(true);
    engine.setCounts(it_.digest, { finished: 9, errors: 2 }, "one");
    const places = async () => (await engine.inventory()).installed[0]?.placements ?? [];
    const before = (await places())[0];
    expect(before).toMatchObject({ instance: "one", counts: { finished: 9, errors: 2 } });
    engine.crash("one");
    expect((await places()).map((each) => each.instance)).toEqual(["two"]);
    engine.comeBack("one");
    const after = (await places())[0];
    expect(after).toMatchObject({ instance: "one", ready: true, counts: { finished: 0, errors: 0 } });
    expect(after?.address).not.toBe(before?.address);
    expect((await engine.inventory()).installed[0]?.armed).toBe(false);
  });

  it("differ in readiness, work in flight and counts when they are told to", async () => {
    const engine = createFakeEngine({ instances: ["one", "two"] });
    const it_ = unit("order-intake", "1.0.0", "1");
    await engine.ensureInstalled([it_]);
    engine.keepUnready(it_.digest, true, "two");
    engine.setInFlight(it_.digest, 4, "one");
    engine.setCounts(it_.digest, null);
    engine.setCounts(it_.digest, { finished: 3, errors: 1 }, "two");
    expect((await engine.inventory()).installed[0]?.placements).toMatchObject([
      { instance: "one", ready: true, inFlight: 4, counts: null },
      { instance: "two", ready: false, inFlight: 0, counts: { finished: 3, errors: 1 } },
    ]);
    expect(await engine.ensureInstalled([it_], ["one"])).toMatchObject([{ kind: "installed" }]);
    expect(await engine.ensureInstalled([it_], ["two"])).toMatchObject([{ kind: "refused", code: "engine/unreachable" }]);
    expect(engine.calls.at(-1)).toMatchObject({ call: "ensureInstalled", on: ["two"] });
  });
});

function unit(process: string, version: string, digit: string): DeploymentUnit {
  const digest: Digest = `sha256-${digit.repeat(64)}`;
  const definition = { nodes: [{ id: "hello", type: "http in", config: { method: "get", url: "/hello" } }], connections: [], config: {} };
  return { process, version, digest, definition, variables: {}, secrets: {} };
}
