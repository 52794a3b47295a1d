/** What merging a change would do, as a table of changes. */

import { describe, expect, it } from "vitest";
import { type DeploymentPlan, isNothingToDo } from "../../../src/domain/plan/deployment-plan.ts";
import { distanceBetween } from "../../../src/domain/plan/plan.ts";
import { brokenPin, environment, finding, metricCheck, pin, plan, rollbackPolicy } from "./snapshots.ts";

const deployed = ({ deployments }: DeploymentPlan) => deployments.map(({ process, from, to }) => `${process} ${from} → ${to}`);
const held = (its: DeploymentPlan) => its.held.map(({ process, reason }) => `${process}: ${reason}`);
describe("a plan deploys", () => {
  it("nothing when nothing has changed", () => {
    const same = environment([pin("a", "1.0.0")]);
    expect(isNothingToDo(plan(same, environment([pin("a", "1.0.0")])))).toBe(true);
  });

  it.each([
    ["another version", [pin("a", "1.0.0")], [pin("a", "1.1.0")], "a 1.0.0 → 1.1.0", "1.1.0 is pinned instead of 1.0.0"],
    ["a new process", [], [pin("a", "1.0.0")], "a null → 1.0.0", "newly pinned"],
    [
      "a draft whose file has changed",
      [pin("a", "1.0.0", { definition: "x" })],
      [pin("a", "1.0.0", { definition: "y" })],
      "a 1.0.0 → 1.0.0",
      "the definition of 1.0.0 has changed",
    ],
    ["what can run again", [brokenPin("a", "1.0.0")], [pin("a", "1.0.0")], "a 1.0.0 → 1.0.0", "it can run now"],
    [
      "a process out that is no longer pinned",
      [pin("a", "1.0.0"), pin("b", "1.0.0")],
      [pin("b", "1.0.0")],
      "a 1.0.0 → null",
      "takes a out of staging: no longer pinned",
    ],
  ])("%s", (_what, ...[from, to, deployment, why]) => {
    const its = plan(environment(from), environment(to));
    expect(deployed(its)).toEqual([deployment]);
    expect(its.deployments[0]?.why).toBe(why);
    expect(isNothingToDo(its)).toBe(false);
  });

  it.each([
    ["variables", { variables: { A: 2 } }, "the environment's variables have changed"],
    ["secrets", { secrets: { S: { kind: "env", name: "X" } } }, "the environment's secrets have changed"],
  ] as const)("everything anew when the environment's %s change", (_what, settings, why) => {
    const pins = [pin("a", "1.0.0"), pin("b", "2.0.0")];
    const its = plan(environment(pins, { variables: { A: 1 } }), environment(pins, { variables: { A: 1 }, ...settings }));
    expect(its.deployments.map((one) => one.why)).toEqual([why, why]);
    expect(its.settings).toHaveLength(1);
  });

  it("nothing when only other settings change, and shows them", () => {
    const its = plan(environment([pin("a", "1.0.0")]), environment([pin("a", "1.0.0")], { drainTimeoutMs: 9 }));
    expect(its.deployments).toEqual([]);
    expect(its.settings).toEqual([{ pointer: "/drainTimeoutMs", kind: "changed", oldValue: 1000, newValue: 9 }]);
    expect(isNothingToDo(its)).toBe(false);
  });

  it("what is called before its callers, and takes out at once", () => {
    const from = environment([pin("aa", "1.0.0")]);
    const to = environment([
      pin("caller", "1.0.0", { needs: { z: "^1.0.0" } }),
      pin("z", "1.0.0", { needs: { zz: "*" } }),
      pin("zz", "1.0.0"),
    ]);
    const its = plan(from, to);
    expect(its.deployments.map(({ process, waitsFor }) => [process, waitsFor])).toEqual([
      ["zz", []],
      ["aa", []],
      ["z", ["zz"]],
      ["caller", ["z"]],
    ]);
    expect(its.dependencies).toContainEqual({ process: "caller", on: "z", range: "^1.0.0", version: "1.0.0" });
  });
});

describe("a plan does not wait for", () => {
  it("what serves already", () => {
    const called = pin("called", "1.0.0");
    const its = plan(
      environment([called, pin("caller", "1.0.0")]),
      environment([called, pin("caller", "1.1.0", { needs: { called: "^1.0.0" } })]),
    );
    expect(its.deployments.map(({ process, waitsFor }) => [process, waitsFor])).toEqual([["caller", []]]);
  });

  it("a release where a prerelease in range is pinned", () => {
    const to = environment([pin("a", "1.0.0", { needs: { b: "^1.0.0" } }), pin("b", "1.5.0-rc.1")]);
    expect(held(plan(null, to))).toEqual([]);
  });
});

describe("a plan holds back", () => {
  it.each([
    ["what is broken", [brokenPin("a", "2.0.0", "is no YAML")], {}, "a: a.yaml:1:2: is no YAML (x/y)"],
    [
      "a draft where only published ones are allowed",
      [pin("a", "2.0.0", { status: "draft" })],
      { allowedVersionTypes: ["published"] },
      "a: version 2.0.0 is a draft, and drafts are not allowed in this environment",
    ],
    ["an archived version", [pin("a", "2.0.0", { status: "archived" })], {}, "a: version 2.0.0 is archived"],
    [
      "what needs something that is not pinned",
      [pin("a", "2.0.0", { needs: { b: "^1.0.0" } })],
      {},
      "a: needs b ^1.0.0, which will not run here",
    ],
    [
      "what needs another version",
      [pin("a", "2.0.0", { needs: { c: "^2.0.0" } }), pin("c", "1.0.0")],
      {},
      "a: needs c ^2.0.0, but 1.0.0 will serve",
    ],
  ] as const)("%s", (_what, pins, settings, reason) => {
    const from = environment([pin("a", "1.0.0"), pin("c", "1.0.0")]);
    expect(held(plan(from, environment([pin("c", "1.0.0"), ...pins], settings)))).toEqual([reason]);
  });

  it("what needs something that is taken out beside it", () => {
    const from = environment([pin("b", "1.0.0"), pin("c", "1.0.0")]);
    const to = environment([pin("a", "1.0.0", { needs: { b: "*" } }), pin("c", "1.0.0")]);
    expect(held(plan(from, to))).toEqual(["a: needs b *, which will not run here"]);
  });

  it("what needs something that is held back itself", () => {
    const from = environment([pin("a", "1.0.0"), pin("b", "1.0.0")]);
    const to = environment([pin("a", "2.0.0", { needs: { b: "^2.0.0" } }), brokenPin("b", "2.0.0")]);
    expect(held(plan(from, to))).toEqual(["a: needs b ^2.0.0, but 1.0.0 will serve", "b: a.yaml:1:2: is broken (x/y)"]);
  });

  it("nothing for the sake of an optional dependency", () => {
    const to = environment([pin("a", "2.0.0", { needs: { b: "^1.0.0" }, optional: ["b"] })]);
    expect(held(plan(null, to))).toEqual([]);
  });

  it("what waits for itself in a circle", () => {
    const to = environment([pin("a", "1.0.0", { needs: { b: "*" } }), pin("b", "1.0.0", { needs: { a: "*" } }), pin("c", "1.0.0")]);
    const its = plan(null, to);
    expect(deployed(its)).toEqual(["c null → 1.0.0"]);
    expect(its.held.map(({ process }) => process)).toEqual(["a", "b"]);
  });

  it("what needs somebody in a circle", () => {
    const circle = [pin("a", "1.0.0", { needs: { b: "*" } }), pin("b", "1.0.0", { needs: { a: "*" } })];
    expect(held(plan(null, environment([...circle, pin("c", "1.0.0", { needs: { a: "*" } })])))).toEqual([
      "a: waits for itself in a circle of dependencies: a, b",
      "b: waits for itself in a circle of dependencies: a, b",
      "c: needs a *, which will not run here",
    ]);
  });

  it("all removals when the last pin is gone, unless that is allowed", () => {
    const from = environment([pin("a", "1.0.0")]);
    expect(held(plan(from, environment([])))).toEqual([
      "a: no longer pinned, but all pins are gone: nothing is taken out without allowEmpty: true",
    ]);
    expect(deployed(plan(from, environment([], { allowEmpty: true })))).toEqual(["a 1.0.0 → null"]);
  });

  it("all removals while the environment has errors", () => {
    const its = plan(
      environment([pin("a", "1.0.0"), pin("b", "1.0.0")]),
      environment([pin("b", "1.0.0")], {}, [finding("pins.yaml is broken")]),
    );
    expect(held(its)).toEqual([expect.stringContaining("nothing is taken out until they are fixed")]);
  });

  it("a removal beside a pin that cannot run: it may be a slip of the pen", () => {
    const its = plan(environment([pin("hello", "1.0.0"), pin("b", "1.0.0")]), environment([brokenPin("helo", "1.0.0"), pin("b", "1.0.0")]));
    expect(deployed(its)).toEqual([]);
    expect(held(its)).toContainEqual(expect.stringMatching(/^hello: no longer pinned, but staging has errors/u));
  });

  it("not what was broken before and still is", () => {
    expect(isNothingToDo(plan(environment([brokenPin("a", "1.0.0")]), environment([brokenPin("a", "1.0.0")])))).toBe(true);
  });

  it("everything when environment.yaml cannot be used, or has gone", () => {
    const from = environment([pin("a", "1.0.0")]);
    const unusable = plan(from, environment([pin("a", "2.0.0")], null, [finding("name is missing")]));
    expect(unusable).toMatchObject({ blocked: expect.stringContaining("name is missing"), deployments: [], held: [] });
    expect(plan(from, null)).toMatchObject({ blocked: expect.stringContaining("running versions keep running"), type: "staging" });
  });
});

describe("the way back", () => {
  const triggers = [metricCheck({ windowMs: 300_000 })];

  it("is Pinion's own where triggers are watched", () => {
    const to = environment([pin("a", "1.1.0")], { rollback: rollbackPolicy({ triggers, bakeMs: 600_000 }) });
    expect(plan(environment([pin("a", "1.0.0")]), to).rollbackPlan.automatic).toEqual({
      triggers: ["error_rate > 5 % over 5 min"],
      bakeMs: 600_000,
    });
  });

  it.each([
    ["without triggers", { triggers: [] }],
    ["switched off", { enabled: false, triggers }],
  ])("is people's %s", (_, parts) => {
    const to = environment([pin("a", "1.1.0")], { rollback: rollbackPolicy(parts) });
    expect(plan(environment([pin("a", "1.0.0")]), to).rollbackPlan.automatic).toBe(null);
  });
});

describe("the distance between versions", () => {
  it.each([
    [null, "1.0.0", "first"],
    ["1.0.0", "2.0.0", "major"],
    ["1.0.0", "1.1.0", "minor"],
    ["1.1.0", "1.0.9", "minor"],
    ["1.0.0", "1.0.1", "patch"],
    ["1.0.0", "1.0.0", "same"],
    ["1.0.0-a", "1.0.0-b", "prerelease"],
    ["1.0.0", "1.1.0-a", "prerelease"],
  ])("%s → %s is %s", (from, to, distance) => {
    expect(distanceBetween(from, to)).toBe(distance);
  });
});
