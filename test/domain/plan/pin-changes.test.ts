/** Which processes a change of the repository touches, and why: one reason for each, or none. */

import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import { changedPins, versionOf } from "../../../src/domain/plan/pin-changes.ts";
import { pinnedTo } from "../../support/case-values.ts";
import { spec } from "../../support/spec.ts";

const runs = (version: string, definition = "a"): PinnedVersion =>
  pinnedTo("orders", version, { definitionDigest: `sha256-${definition}` }).pinned;
const broken = (version: string): PinnedVersion => ({ kind: "broken", process: "orders", version, findings: [] });

function environment(pin: PinnedVersion | null, parts: Partial<EnvironmentSnapshot> = {}): EnvironmentSnapshot {
  return { name: "production", spec, pins: new Map(pin ? [["orders", pin]] : []), quarantine: [], findings: [], ...parts };
}

const reasons = (from: EnvironmentSnapshot | null, to: EnvironmentSnapshot) => changedPins(from, to).map(({ why }) => why);

describe("a pin has changed:", () => {
  it.each<[PinnedVersion | null, PinnedVersion | null, readonly string[]]>([
    [null, runs("1.0.0"), ["newly pinned"]],
    [runs("1.0.0"), null, ["no longer pinned"]],
    [runs("1.0.0"), runs("1.1.0"), ["1.1.0 is pinned instead of 1.0.0"]],
    [runs("1.0.0"), broken("1.1.0"), ["1.1.0 is pinned instead of 1.0.0"]],
    [runs("1.0.0"), broken("1.0.0"), ["it can no longer run"]],
    [broken("1.0.0"), runs("1.0.0"), ["it can run now"]],
    [broken("1.0.0"), broken("1.0.0"), []],
    [runs("1.0.0"), runs("1.0.0", "b"), ["the definition of 1.0.0 has changed"]],
    [runs("1.0.0"), runs("1.0.0"), []],
  ])("%j to %j", (from, to, expected) => {
    expect(reasons(environment(from), environment(to))).toEqual(expected);
  });
});

describe("what the environment gives has changed:", () => {
  const secrets = { KEY: { kind: "env", name: "SHOP_KEY" } } as const;
  const variables = { LEVEL: "info" };
  it.each<[string, Partial<typeof spec>, readonly string[]]>([
    ["nothing", {}, []],
    ["variables", { variables }, ["the environment's variables have changed"]],
    ["secrets", { secrets }, ["the environment's secrets have changed"]],
    ["both", { variables, secrets }, ["the environment's variables and secrets have changed"]],
    ["something that versions do not get", { selfHeal: false }, []],
  ])("%s", (_what, parts, expected) => {
    expect(reasons(environment(runs("1.0.0")), environment(runs("1.0.0"), { spec: { ...spec, ...parts } }))).toEqual(expected);
  });

  it("another version says it already", () => {
    expect(reasons(environment(runs("1.0.0")), environment(runs("1.1.0"), { spec: { ...spec, variables } }))).toEqual([
      "1.1.0 is pinned instead of 1.0.0",
    ]);
  });

  it("it is not known where environment.yaml cannot be used", () => {
    expect(reasons(environment(runs("1.0.0"), { spec: null }), environment(runs("1.0.0"), { spec: { ...spec, variables } }))).toEqual([]);
  });
});

it("processes come in the order of their names", () => {
  const pins = new Map([
    ["b", runs("1.0.0")],
    ["a", runs("1.0.0")],
  ]);
  expect(changedPins(null, environment(null, { pins })).map(({ process }) => process)).toEqual(["a", "b"]);
});

it("a pin names a version, whether it can run or not", () => {
  expect([versionOf(runs("1.0.0")), versionOf(broken("1.1.0")), versionOf(null)]).toEqual(["1.0.0", "1.1.0", null]);
});
