/** Who waits for whom for ever, when one commit moves a path and asks for what its owner becomes. */

import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import { deadlocksOf } from "../../../src/domain/plan/deadlocks.ts";
import { servingUnit } from "../../../src/domain/observed/observation.ts";
import { imagine, neededBy } from "../../../src/domain/plan/beginning.ts";
import { ImaginedWorld } from "../../../src/domain/plan/imagined-world.ts";
import { pathMoves } from "../../../src/domain/plan/paths.ts";
import { changedPins, type PinChange, versionOf } from "../../../src/domain/plan/pin-changes.ts";
import { playForward } from "../../../src/domain/plan/play-forward.ts";
import { brokenPin, environment, pin, plan, spec } from "./snapshots.ts";

type Pins = readonly PinnedVersion[];

const before: Pins = [
  pin("a", "1.0.0", { paths: ["/x", "/a"] }),
  pin("b", "1.0.0", { paths: ["/b"] }),
  pin("c", "1.0.0", { paths: ["/c"] }),
];
const a = pin("a", "2.0.0", { paths: ["/a"] });
const bNeeding = (needs: Readonly<Record<string, string>>) => pin("b", "2.0.0", { paths: ["/b", "/x"], needs });
const still = (process: string) => pin(process, "1.0.0", { paths: [`/${process}`] });

function found(from: Pins, to: Pins) {
  const [base, merged] = [environment(from), environment(to)];
  return deadlocksOf(changedPins(base, merged), base, merged);
}

function heldIn(from: EnvironmentSnapshot, to: EnvironmentSnapshot) {
  return plan(from, to).held.map(({ process, reason }) => [process, reason]);
}

const deadlocks: readonly (readonly [string, Pins, Pins, Readonly<Record<string, string>>])[] = [
  [
    "the taker needs what its giver becomes",
    before,
    [a, bNeeding({ a: "^2.0.0" }), still("c")],
    both(
      ["a", "b"],
      "a 2.0.0 and b 2.0.0 wait for each other: b 2.0.0 waits for a 2.0.0, which it calls; a 2.0.0 gives GET /x up only when b 2.0.0 is ready",
    ),
  ],
  [
    "the giver needs what its taker becomes",
    before,
    [pin("a", "2.0.0", { paths: ["/a"], needs: { b: "^2.0.0" } }), bNeeding({}), still("c")],
    both(
      ["a", "b"],
      "a 2.0.0 and b 2.0.0 wait for each other: a 2.0.0 waits for b 2.0.0, which it calls; b 2.0.0 takes GET /x over only when a 2.0.0 is ready",
    ),
  ],
  [
    "over a third, which need not be any newer",
    before,
    [a, bNeeding({ c: "^2.0.0" }), pin("c", "2.0.0", { paths: ["/c"], needs: { a: ">=1.0.0" } })],
    both(
      ["a", "b", "c"],
      "a 2.0.0, b 2.0.0 and c 2.0.0 wait for each other: b 2.0.0 waits for c 2.0.0, which it calls; c 2.0.0 waits for a 2.0.0, which it calls; a 2.0.0 gives GET /x up only when b 2.0.0 is ready",
    ),
  ],
  [
    "two heirs of one that is taken out, of which one calls the other",
    before,
    [pin("b", "2.0.0", { paths: ["/b", "/x"], needs: { c: "^2.0.0" } }), pin("c", "2.0.0", { paths: ["/c", "/a"] })],
    both(
      ["a", "b", "c"],
      "a, b 2.0.0 and c 2.0.0 wait for each other: b 2.0.0 waits for c 2.0.0, which it calls; c 2.0.0 takes GET /a over only when a is ready; a gives GET /x up only when b 2.0.0 is ready",
    ),
  ],
];

function both(processes: readonly string[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(processes.map((process) => [process, reason]));
}

describe("changes that wait for each other", () => {
  it.each(deadlocks)("%s", (_case, from, to, reasons) => {
    const all = found(from, to);
    expect(Object.fromEntries(all.flatMap(({ processes, reason }) => processes.map((process) => [process, reason])))).toEqual(reasons);
    expect(all.map(({ isWayBack }) => isWayBack)).toEqual([false]);
  });

  it.each(deadlocks)("are held in the plan, each with the same words: %s", (_case, from, to, reasons) => {
    const merged = plan(environment(from), environment(to));
    expect(Object.fromEntries(merged.held.map(({ process, reason }) => [process, reason]))).toEqual(reasons);
    expect([merged.deployments, merged.estimatedDuration]).toEqual([[], 0]);
  });

  it("hold those who call them, for want of them", () => {
    const to = [...before.slice(2), a, bNeeding({ a: "^2.0.0" }), pin("d", "1.0.0", { needs: { a: "^2.0.0" } })];
    expect(heldIn(environment(before), environment(to))).toContainEqual(["d", "needs a ^2.0.0, but 1.0.0 will serve"]);
  });

  it("hold nobody where one of them could not begin anyway: then that is said, and who calls it waits", () => {
    const waiting = pin("a", "2.0.0", { paths: ["/a"], needs: { c: "^3.0.0" } });
    const to = [waiting, bNeeding({ a: "^2.0.0" }), still("c"), pin("d", "1.0.0", { needs: { a: "*" } })];
    expect(found(before, to)).toHaveLength(1);
    expect(Object.fromEntries(heldIn(environment(before), environment(to)))).toEqual({
      a: "needs c ^3.0.0, but 1.0.0 will serve",
      b: "needs a ^2.0.0, but 1.0.0 will serve",
      d: "waits for a 2.0.0, which it calls",
    });
  });

  it("let those who call them begin with what serves, where that will do", () => {
    const to = [a, bNeeding({ a: "^2.0.0" }), still("c"), pin("d", "1.0.0", { needs: { a: "*" } })];
    const merged = plan(environment(before), environment(to));
    expect(merged.held.map(({ process }) => process).toSorted()).toEqual(["a", "b"]);
    expect(merged.deployments.map(({ process }) => process)).toEqual(["d"]);
  });

  it("may be a way back, which a controller that has found it good before does not hold", () => {
    const from = [pin("a", "3.0.0", { paths: ["/x", "/a"] }), pin("b", "3.0.0", { paths: ["/b"] })];
    expect(found(from, [a, bNeeding({ a: "^2.0.0" })]).map(({ isWayBack }) => isWayBack)).toEqual([true]);
  });
});

describe("changes that do not wait for each other", () => {
  it.each<readonly [string, Pins]>([
    ["the taker is content with what runs", [a, bNeeding({ a: ">=1.0.0" }), still("c")]],
    [
      "the owner keeps the path and nobody takes it",
      [pin("a", "2.0.0", { paths: ["/x", "/a"] }), pin("b", "2.0.0", { paths: ["/b"], needs: { a: "^2.0.0" } })],
    ],
    ["the caller takes another path", [a, pin("b", "2.0.0", { paths: ["/b", "/y"], needs: { a: "^2.0.0" } })]],
    ["what it calls besides does not wait for anybody", [a, bNeeding({ c: "^2.0.0" }), pin("c", "2.0.0", { paths: ["/c"] })]],
    ["a third calls the giver", [a, bNeeding({}), pin("c", "2.0.0", { paths: ["/c"], needs: { a: "^2.0.0" } })]],
    ["what it calls stays as it is", [a, bNeeding({ c: "^1.0.0" }), pin("c", "1.0.0", { paths: ["/c"], needs: { a: ">=1.0.0" } })]],
    ["an optional dependency", [a, pin("b", "2.0.0", { paths: ["/b", "/x"], needs: { a: "^2.0.0" }, optional: ["a"] })]],
  ])("%s", (_case, to) => {
    expect(found(before, to)).toEqual([]);
    expect(heldIn(environment(before), environment(to))).toEqual([]);
  });

  it.each<readonly [string, Pins, Pins]>([
    ["nothing ran before", [], [a, bNeeding({ a: "^2.0.0" })]],
    ["the giver cannot run, so it gives nothing up", before, [brokenPin("a", "2.0.0"), bNeeding({ a: "^2.0.0" })]],
    [
      "a circle of dependencies, which is another matter",
      before,
      [pin("a", "2.0.0", { needs: { b: "*" } }), pin("b", "2.0.0", { needs: { a: "*" } })],
    ],
  ])("%s", (_case, from, to) => {
    expect(found(from, to)).toEqual([]);
  });
});

/** The same question, asked of the decision itself: whether all that is changed comes to an end in time. */
describe("the decision played forward", () => {
  const paths = ["/x", "/y"];
  const processes = ["a", "b", "c"];

  it("agrees on every small change in which nothing else is amiss", () => {
    const answers = smallChanges().map(({ name, from, to }) => {
      const changes = changedPins(from, to);
      return { name, isFound: deadlocksOf(changes, from, to).length > 0, isDone: isDone(changes, from, to) };
    });
    expect(answers.filter(({ isFound, isDone: isOver }) => isFound === isOver).map(({ name }) => name)).toEqual([]);
    expect(new Set(answers.map(({ isFound }) => isFound))).toEqual(new Set([true, false]));
  });

  /** Played without anything held back. */
  function isDone(changes: readonly PinChange[], from: EnvironmentSnapshot, to: ReturnType<typeof environment>): boolean {
    const world = new ImaginedWorld(imagine(changes, { from, to: { ...to, spec: spec() }, instances: ["one"], isExcluded: () => false }));
    const moves = pathMoves(changes, from, to);
    playForward(world, {
      processes: changes.map(({ process }) => process),
      entangled: new Set(moves.flatMap(({ giver, taker }) => [giver, taker])),
      needsOf: (process) => neededBy(to.pins.get(process) ?? null),
      workMs: () => 1000,
      removalMs: 1000,
    });
    return changes.every(({ process, to: pinned }) => servingUnit(world.route(process))?.version === versionOf(pinned));
  }

  /** Each path has one owner before and after; each process may call one other, strictly or not. */
  function smallChanges() {
    const owners = [
      { "/x": "b", "/y": "b" },
      { "/x": "b", "/y": "c" },
    ];
    const calls = processes.flatMap((caller) => processes.filter((one) => one !== caller).map((called) => [caller, called] as const));
    const pairs = calls.flatMap((one, index) => calls.slice(index + 1).map((other) => [one, other]));
    const withoutCircle = pairs.filter((pair) => new Set(pair.flat()).size > 2);
    const needs = [
      ...calls.flatMap((one) => ["^2.0.0", "*"].map((range) => [[...one, range] as const])),
      ...withoutCircle.map((all) => all.map((one) => [...one, "^2.0.0"] as const)),
    ];
    const before = environment(processes.map((process) => pin(process, "1.0.0", { paths: pathsOf({ "/x": "a", "/y": "b" }, process) })));
    return owners.flatMap((owner) =>
      needs.map((all) => {
        const needsOf = (process: string) =>
          Object.fromEntries(all.flatMap(([caller, called, range]) => (caller === process ? [[called, range]] : [])));
        const after = processes.map((process) => pin(process, "2.0.0", { paths: pathsOf(owner, process), needs: needsOf(process) }));
        return { name: JSON.stringify([owner, all]), from: before, to: environment(after) };
      }),
    );
  }

  function pathsOf(owner: Readonly<Record<string, string>>, process: string): readonly string[] {
    return [`/${process}`, ...paths.filter((path) => owner[path] === process)];
  }
});
