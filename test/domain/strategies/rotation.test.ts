/** Which instances carry which version while a rolling deployment goes from one batch to the next. */

import { expect, it } from "vitest";
import type { InstanceView } from "../../../src/domain/journal/rollout.ts";
import { candidateWeight, isRotated, rotate, rotationFor } from "../../../src/domain/strategies/rotation.ts";
import { down, moved, out, shared, word } from "./rolling-table.ts";
import { candidate, instance, rolloutIn, seenWith, spec, stable } from "./rolling-values.ts";

const versions = { stable, candidate };

it.each<
  [
    string,
    { readonly moved?: readonly string[]; readonly batch?: readonly string[] },
    readonly InstanceView[],
    number,
    boolean,
    readonly string[],
  ]
>([
  ["before the first batch all serve the old version", {}, [instance("a"), instance("b")], 1, false, ["traffic 1.0.0=100@a,b"]],
  ["a batch is out of rotation", { batch: ["a"] }, [instance("a"), instance("b")], 1, true, ["traffic 1.0.0=100@b"]],
  ["the only instance stays in rotation", { batch: ["a"] }, [instance("a")], 1, false, ["traffic 1.0.0=100@a"]],
  [
    "a batch stays in while others are down and maxUnavailable is used up",
    { batch: ["a"] },
    [instance("a"), instance("b"), down("c")],
    1,
    false,
    ["traffic 1.0.0=100@a,b"],
  ],
  [
    "with a larger maxUnavailable it goes out",
    { batch: ["a"] },
    [instance("a"), instance("b"), down("c")],
    2,
    true,
    ["traffic 1.0.0=100@b"],
  ],
  [
    "the traffic is shared by instances",
    { moved: ["a"] },
    [moved("a"), instance("b"), instance("c")],
    1,
    false,
    ["traffic 1.0.0=67@b,c 1.1.0=33@a"],
  ],
  ["a moved instance without the new version is out", { moved: ["a"] }, [instance("a"), instance("b")], 1, false, ["traffic 1.0.0=100@b"]],
  ["all are moved", { moved: ["a", "b"] }, [moved("a"), moved("b")], 1, false, ["traffic 1.1.0=100@a,b"]],
  ["nobody is there: no change", {}, [down("a")], 1, false, []],
])("%s", (...[, position, instances, maxUnavailable, isBatchOut, actions]) => {
  const rotation = rotationFor({ moved: [], batch: [], ...position }, instances, { ...spec, maxUnavailable });
  expect([rotation.isBatchOut, rotate(rolloutIn({ kind: "switching" }), versions, rotation).map(word)]).toEqual([isBatchOut, actions]);
});

it.each([
  [0, 3, 0],
  [3, 0, 100],
  [1, 1, 50],
  [1, 2, 33],
  [1, 999, 1],
  [999, 1, 99],
])("%i instances of the new version and %i of the old one: %i %%", (on, off, weight) => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
  expect(candidateWeight({ candidateOn: ids(on), stableOn: ids(off), isBatchOut: false, others: 0 })).toBe(weight);
});

it.each([
  ["weights and instances are right", 50, [moved("a"), instance("b")], true],
  ["the weights are not", 40, [moved("a"), instance("b")], false],
  ["an instance is out that should be in", 50, [moved("a"), out("b")], false],
] as const)("is rotated: %s", (_what, weight, instances, is) => {
  const rotation = { candidateOn: ["a"], stableOn: ["b"], isBatchOut: false, others: 2 };
  expect(isRotated(rotation, instances, seenWith(instances, shared(weight)))).toBe(is);
});
