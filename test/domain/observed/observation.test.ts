/** What is asked of an observation: what could not be asked is unknown, and unknown is neither nothing nor good. */

import { describe, expect, it } from "vitest";
import type { EngineInstance, Installed, Placement } from "../../../src/domain/desired/unit.ts";
import {
  allEngines,
  engineFor,
  type EngineObservation,
  inFlightAt,
  inFlightOn,
  isArmedAlone,
  kindRunning,
  type Known,
  servingUnit,
  viewProcess,
  whyNotReady,
} from "../../../src/domain/observed/observation.ts";
import { installedAs, observing, pinnedTo, routeTo, unitOf } from "../../support/case-values.ts";

const orders = unitOf("orders", "1.0.0");
const unknown = { kind: "unknown", why: "down" } as const;
const engine = (...installed: readonly Installed[]): Known<EngineObservation> => ({
  kind: "known",
  value: { instances: [{ id: "one", state: "ready", why: "" }], installed: new Map(installed.map((unit) => [unit.process, [unit]])) },
});
const engines = (of: Readonly<Record<string, Known<EngineObservation>>>) => new Map(Object.entries(of));

describe("a process is run by", () => {
  const here = engine(installedAs("orders", "1.0.0"));
  const empty = engine();
  const pinned = [pinnedTo("orders", "1.0.0", { engine: "n8n" })];

  it.each<[string, Readonly<Record<string, Known<EngineObservation>>>, Known<EngineObservation>]>([
    ["the only engine, whatever its process.yaml names", { "node-red": empty }, empty],
    ["the one in which it is installed", { n8n: empty, "node-red": here }, here],
    ["else the one that its process.yaml names", { "node-red": empty, n8n: here }, here],
    ["else it is not known, while any other does not answer", { "node-red": empty, other: unknown }, unknown],
  ])("%s", (...[, of, expected]) => {
    const observation = observing({ pinned, observation: { engines: engines(of) } });
    expect(engineFor("orders", observation)).toBe(expected);
  });

  it("no known kind, where no engine that answers has it", () => {
    expect(kindRunning("orders", { engines: engines({ "node-red": empty, n8n: here }) })).toBe("n8n");
    expect(kindRunning("orders", { engines: engines({ "node-red": unknown, n8n: empty }) })).toBeNull();
  });
});

it.each<[string, Readonly<Record<string, Known<EngineObservation>>>, number | "unknown"]>([
  ["all that answer together", { "node-red": engine(), n8n: engine() }, 2],
  ["those that answer, where one does not", { "node-red": unknown, n8n: engine() }, 1],
  ["not known, where none answers", { "node-red": unknown, n8n: unknown }, "unknown"],
  ["not known, where there is none", {}, "unknown"],
])("the engines of an environment are %s", (_what, of, instances) => {
  const all = allEngines({ engines: engines(of) });
  expect(all.kind === "known" ? all.value.instances.length : all.kind).toBe(instances);
});

it("a process is not shown while its engine or the router does not answer", () => {
  const seen = (observation: object) =>
    viewProcess("orders", observing({ routes: [routeTo("orders", { "1.0.0": 100 })], observation }), null);
  expect(seen({})?.route?.process).toBe("orders");
  expect(seen({ routes: unknown })).toBeNull();
  expect(seen({ engines: engines({ "node-red": unknown }) })).toBeNull();
});

describe("what serves is", () => {
  it.each<[string, Readonly<Record<string, number>>, string | null]>([
    ["the version that has the most traffic", { "1.0.0": 40, "1.1.0": 60 }, "1.1.0"],
    ["the first of two that have the same", { "1.0.0": 50, "1.1.0": 50 }, "1.0.0"],
    ["nothing, where none has any", { "1.0.0": 0 }, null],
    ["nothing, without a share", {}, null],
  ])("%s", (_what, weights, version) => {
    expect(servingUnit(routeTo("orders", weights))?.version ?? null).toBe(version);
  });
});

describe("an installed version is ready", () => {
  const two = installedAs("orders", "1.0.0", { placements: ["one", "two"].map((instance) => placed({ instance })) });
  const up = (id: string, state: EngineInstance["state"] = "ready"): EngineInstance => ({ id, state, why: "" });
  it.each<[string, Installed, readonly EngineInstance[], string | null]>([
    ["where it answers on every instance", two, [up("one"), up("two")], null],
    ["also where another instance is down", two, [up("one"), up("three", "down")], null],
    ["not where it does not answer on one that is up", two, [up("one"), up("three")], "does not answer on instance three"],
    ["not while no instance is up", two, [up("one", "down")], "no engine instance is up"],
    ["not where a person has changed it", { ...two, drift: "func" }, [up("one")], "changed by hand in the engine: func"],
    [
      "not where it is there and does not answer",
      { ...two, placements: [placed({ ready: false })] },
      [up("one")],
      "does not answer on instance one",
    ],
  ])("%s", (...[, unit, instances, why]) => {
    expect(whyNotReady(unit, instances)).toBe(why);
  });
});

function placed(parts: Partial<Placement> = {}): Placement {
  return { instance: "one", address: "http://one", ready: true, inFlight: 0, counts: null, ...parts };
}

it.each<[string, readonly (boolean | null)[], boolean]>([
  ["where it alone is armed", [true, false], true],
  ["not where another one is armed too", [true, true], false],
  ["not where it is not armed itself", [false, false], false],
  ["also where the others have nothing to arm", [true, null], true],
])("schedules fire in exactly this version: %s", (_what, [own = null, other = null], expected) => {
  const installed = [installedAs("orders", "1.0.0", { armed: own }), installedAs("orders", "0.9.0", { armed: other })];
  expect(isArmedAlone(installed, orders.digest)).toBe(expected);
});

describe("what is in flight", () => {
  const atRouter = (counts: Readonly<Record<string, number>>) => ({
    inFlight: { kind: "known", value: new Map([[orders.digest, new Map(Object.entries(counts))]]) } as const,
  });
  const inEngine = (...counts: readonly (number | null)[]) =>
    installedAs("orders", "1.0.0", { placements: counts.map((inFlight, index) => placed({ instance: `${index}`, inFlight })) });

  it.each<[string, object, Installed | null, number | "unknown"]>([
    ["the router counts over all instances", atRouter({ one: 1, two: 2 }), null, 3],
    ["is what the engine counts, where that is more", atRouter({ one: 1 }), inEngine(2, 3), 5],
    ["is not known where an instance does not count", atRouter({ one: 1 }), inEngine(2, null), "unknown"],
    ["is not known while the router does not say", { inFlight: unknown }, inEngine(2), "unknown"],
    ["is not known where it was not asked for", { ...atRouter({}), counted: new Set(["billing"]) }, inEngine(2), "unknown"],
    ["is nothing where neither has any", atRouter({}), inEngine(0), 0],
  ])("%s", (...[, observation, installed, expected]) => {
    const found = inFlightOn(observing({ observation }), orders, installed);
    expect(found.kind === "known" ? found.value : found.kind).toBe(expected);
  });

  it("on one instance is what router or engine count there", () => {
    const at = (placement: Placement | undefined) =>
      inFlightAt(observing({ observation: atRouter({ one: 4, two: 9 }) }), orders, { instance: "one", placement });
    expect(at(placed({ inFlight: 1 }))).toEqual({ kind: "known", value: 4 });
    expect(at(placed({ inFlight: 7 }))).toEqual({ kind: "known", value: 7 });
    expect(at(undefined)).toEqual({ kind: "known", value: 4 });
    expect(at(placed({ inFlight: null })).kind).toBe("unknown");
  });
});
