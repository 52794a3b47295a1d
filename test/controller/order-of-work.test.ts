/** What is owed is done in order: traffic before git and triggers, all of it before anything is removed, each process for itself. */

import { beforeEach, describe, expect, it } from "vitest";
import { performOwed } from "../../src/controller/perform.ts";
import { createReverts } from "../../src/controller/reverts.ts";
import type { OwedRevert } from "../../src/controller/ports.ts";
import type { Action } from "../../src/domain/journal/actions.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { RevertRequest, RevertOutcome } from "../../src/domain/journal/revert.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Router } from "../../src/ports/router.ts";
import { request as someOrder } from "../support/decision-values.ts";
import { environment, running, type World } from "../support/world.ts";

let world: World;
/** What was done, in order. */
let done: string[];
/** Kinds of calls that are refused. */
let refused: Set<string>;

const refusal = () => new PinionError("engine/unreachable", "not now");

beforeEach(async () => {
  world = await running();
  done = [];
  refused = new Set();
  const note = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    done.push(what);
    if (refused.has(what)) throw refusal();
    return work();
  };
  const engine: Engine = {
    ...world.engine,
    kind: world.engine.kind,
    inventory: () => world.engine.inventory(),
    ensureInstalled: (units, on) => note("install", () => world.engine.ensureInstalled(units, on)),
    ensureArmed: (armed) => note("arm", () => world.engine.ensureArmed(armed)),
    ensureRemoved: (units) => note("remove", () => world.engine.ensureRemoved(units)),
  };
  const router: Router = { ...world.router, ensureRoutes: (name, routes) => note("route", () => world.router.ensureRoutes(name, routes)) };
  const pinWriter = {
    revert: (request: RevertRequest) =>
      note("revert", async (): Promise<RevertOutcome> => ({ kind: "committed", commit: `of ${request.id}` })),
  };
  world.ports = { ...world.ports, engine: () => engine, router, pinWriter };
});

function everything(): readonly Action[] {
  const unit = { process: "orders", version: "1.0.0", digest: world.digest("orders", "1.0.0") };
  return [
    { kind: "ensure-removed", unit: { ...unit, version: "1.1.0", digest: world.digest("orders", "1.1.0") } },
    { kind: "ensure-armed", process: "orders", digest: unit.digest },
    { kind: "ensure-reverted", process: "orders", request: someOrder },
    { kind: "ensure-weights", process: "orders", weights: [{ unit, weight: 100 }] },
    { kind: "ensure-installed", unit },
  ];
}

async function owe(process: string, actions: readonly Action[]): Promise<void> {
  const nothing = { processes: [], forgotten: [], deployments: [], results: [], events: [], wakeAt: null };
  await world.journal.record({ environment, at: world.now, ...nothing, owed: new Map([[process, actions]]) });
}

/** Does what is due; what was done, as a set of words in order. */
async function settled(): Promise<readonly string[]> {
  done = [];
  await performOwed(environment, world.ports);
  await world.ports.reverts.idle();
  return done;
}

async function left(): Promise<readonly string[]> {
  return (await world.journal.state(environment)).owed.map(({ action }) => action.kind).toSorted();
}

describe("what is owed", () => {
  it("is done in its order, whatever the order in which it was decided", async () => {
    await owe("orders", everything());
    const all = await settled();
    expect(all.indexOf("install")).toBeLessThan(all.indexOf("route"));
    expect(all.indexOf("route")).toBeLessThan(Math.min(all.indexOf("revert"), all.indexOf("arm")));
    expect(all.indexOf("arm")).toBeLessThan(all.indexOf("remove"));
    expect(new Set(all)).toEqual(new Set(["install", "route", "revert", "arm", "remove"]));
    expect(await left()).toEqual([]);
  });

  it.each([
    ["install", ["install", "route", "revert", "arm"], ["ensure-installed", "ensure-removed"]],
    ["route", ["install", "route"], ["ensure-armed", "ensure-removed", "ensure-reverted", "ensure-weights"]],
    ["arm", ["install", "route", "revert", "arm"], ["ensure-armed", "ensure-removed"]],
    ["remove", ["install", "route", "revert", "arm", "remove"], ["ensure-removed"]],
    ["revert", ["install", "route", "revert", "arm", "remove"], ["ensure-reverted"]],
  ])("waits for what comes before it: %s is refused", async (what, tried, owed) => {
    await owe("orders", everything());
    refused.add(what);
    expect(new Set(await settled())).toEqual(new Set(tried));
    expect(await left()).toEqual(owed);
    // Nor does it overtake what waits to be tried again.
    expect(await settled()).toEqual([]);
    expect(await left()).toEqual(owed);
    refused.clear();
    world.now += 30_000;
    await settled();
    expect(await left()).toEqual([]);
  });

  it("of one process does not wait for another process", async () => {
    world.publish("billing", "1.0.0");
    const unit = { process: "billing", version: "1.0.0", digest: world.digest("billing", "1.0.0") };
    // It runs nowhere, so nothing can be routed to it.
    await owe("billing", [{ kind: "ensure-weights", process: "billing", weights: [{ unit, weight: 100 }] }]);
    await owe("orders", everything());
    expect(new Set(await settled())).toEqual(new Set(["install", "route", "revert", "arm", "remove"]));
    const [entry, ...others] = (await world.journal.state(environment)).owed;
    expect([entry?.action.kind, entry?.stuck?.code, others]).toEqual(["ensure-weights", "engine/unreachable", []]);
  });
});

describe("paths that change their owner together", () => {
  it("stay where they are while one of the two cannot be routed", async () => {
    world.publish("billing", "1.0.0");
    const unit = { process: "billing", version: "1.0.0", digest: world.digest("billing", "1.0.0") };
    const serving = { process: "orders", version: "1.0.0", digest: world.digest("orders", "1.0.0") };
    await owe("billing", [{ kind: "ensure-weights", process: "billing", weights: [{ unit, weight: 100 }], with: ["orders"] }]);
    await owe("orders", [{ kind: "ensure-weights", process: "orders", weights: [{ unit: serving, weight: 100 }], with: ["billing"] }]);
    expect(await settled()).toEqual([]);
    expect((await world.journal.state(environment)).owed.map(({ stuck }) => stuck?.code)).toEqual([
      "engine/unreachable",
      "engine/unreachable",
    ]);
  });
});

describe("a revert", () => {
  it("that is being written is not written a second time meanwhile, and another one is", async () => {
    let finish: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (finish = resolve));
    const written: string[] = [];
    const told: string[] = [];
    const reverts = createReverts({ onWritten: () => void told.push("written"), wake: (name) => void told.push(`wake ${name}`) });
    const ports = {
      ...world.ports,
      pinWriter: {
        revert: async (request: RevertRequest): Promise<RevertOutcome> => {
          written.push(request.id);
          await until;
          return { kind: "committed", commit: "c9" };
        },
      },
    };
    const owed = (id: string): OwedRevert => ({
      id: 1,
      action: { kind: "ensure-reverted", process: "orders", request: { ...someOrder, id } },
      notBefore: 0,
      stuck: null,
    });
    for (const id of ["one", "one", "two", "one"]) reverts.ensure(environment, owed(id), ports);
    expect(written).toEqual(["one", "two"]);
    finish();
    await reverts.idle();
    expect(told.toSorted()).toEqual([`wake ${environment}`, `wake ${environment}`, "written", "written"]);
    reverts.ensure(environment, owed("one"), ports);
    await reverts.idle();
    expect(written).toEqual(["one", "two", "one"]);
  });
});
