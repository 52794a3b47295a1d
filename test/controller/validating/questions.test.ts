import { describe, expect, it } from "vitest";
import type { PerformanceTest } from "../../../src/domain/desired/environment.ts";
import type { Phase, ValidationName } from "../../../src/domain/validation-result.ts";
import { check, createStand, inShort } from "./stand.ts";

const performance: PerformanceTest = { checks: [], requests: 2, concurrency: 1, durationMs: 1_000 };
const checks = [check("/a"), check("/a", { method: "POST" }), check("/b", { kind: "integration" })];

async function askedIn(phase: Phase, names: readonly ValidationName[]) {
  const stand = createStand({ validation: { [phase]: names, performance } });
  const unit = await stand.candidate("orders", "1.0.0", { checks });
  if (phase === "post") await stand.serve(unit);
  return inShort(await stand.validate(unit, phase));
}

describe("what is asked in a phase", () => {
  it.each<[Phase, readonly ValidationName[], readonly string[]]>([
    ["pre", ["environment_validation"], ["environment_validation passed"]],
    ["pre", ["dependency_validation", "process_validation"], ["process_validation passed", "dependency_validation passed"]],
    ["during", ["step_validation"], ["step_validation installation passed", "step_validation endpoints passed"]],
    ["during", ["smoke_test"], ["smoke_test GET /a passed", "smoke_test POST /a passed"]],
    ["during", ["integration_test"], ["integration_test GET /b passed"]],
    ["during", ["performance_test"], ["performance_test passed"]],
    ["post", ["smoke_test", "service_availability"], ["service_availability passed", "smoke_test GET /a passed"]],
    ["post", ["integration_test"], ["integration_test GET /b passed"]],
    ["post", ["data_integrity"], ["data_integrity GET /a passed"]],
    ["post", ["monitoring_setup", "performance_test"], ["performance_test passed", "monitoring_setup passed"]],
  ])("%s: %j", async (phase, names, expected) => {
    expect(await askedIn(phase, names)).toEqual(expected);
  });

  it.each<[Phase, readonly string[]]>([
    ["pre", ["process_validation passed"]],
    ["during", ["step_validation installation passed", "step_validation endpoints passed"]],
    ["post", ["service_availability passed"]],
  ])("%s is never nothing", async (phase, expected) => {
    expect(await askedIn(phase, [])).toEqual(expected);
  });

  it("is never something that is not there yet", async () => {
    const stand = createStand({ validation: { pre: ["smoke_test"], during: ["service_availability"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks });
    expect(await stand.validate(unit, "pre")).toMatchObject([
      { result: "failed", detail: expect.stringContaining("of what is installed") },
    ]);
    expect(await stand.validate(unit, "during")).toMatchObject([
      { result: "failed", detail: expect.stringContaining("of what has traffic") },
    ]);
  });

  it("ends with the first that does not pass", async () => {
    const stand = createStand({ validation: { during: ["smoke_test", "performance_test"], performance } });
    const unit = await stand.candidate("orders", "1.0.0", { checks });
    stand.prober.setAnswer(({ method }) => (method === "POST" ? { status: 500 } : {}));
    expect(inShort(await stand.validate(unit, "during"))).toEqual(["smoke_test GET /a passed", "smoke_test POST /a failed"]);
  });
});

describe("a version whose file or variables have changed since its deployment began", () => {
  it.each<[Phase, ValidationName]>([
    ["pre", "process_validation"],
    ["during", "smoke_test"],
    ["post", "smoke_test"],
  ])("%s: is neither good nor bad by that", async (phase, name) => {
    const stand = createStand({ validation: { [phase]: [name] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks });
    await stand.serve(unit);
    stand.spec = { ...stand.spec, variables: { currency: "EUR" } };
    expect(await stand.validate(unit, phase)).toMatchObject([
      { validation: "process_validation", result: "unknown", detail: expect.stringContaining("have changed since this was decided") },
    ]);
    stand.spec = { ...stand.spec, variables: {} };
    expect((await stand.validate(unit, phase)).map(({ result }) => result)).not.toContain("unknown");
  });
});

describe("silence through the router", () => {
  async function silent(isRouterUp: boolean) {
    const stand = createStand({ validation: { post: ["smoke_test"] } });
    const unit = await stand.runs("orders", "1.0.0", { checks });
    stand.prober.setAnswer(() => {
      stand.router.setUnreachable(isRouterUp ? null : "the gateway does not answer");
      return new Error("connection refused");
    });
    return inShort(await stand.validate(unit, "post"));
  }

  it("is the version's when the router is up", async () => {
    expect(await silent(true)).toEqual(["smoke_test GET /a failed"]);
  });

  it("is the router's when it is down", async () => {
    expect(await silent(false)).toEqual(["smoke_test GET /a unknown"]);
  });
});

describe("a validation of some instances", () => {
  it("asks there and nowhere else, on each of them", async () => {
    const stand = createStand({ instances: ["one", "two", "three"], validation: { during: ["step_validation", "smoke_test"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a")] });
    const results = await stand.validate(unit, "during", { on: ["three", "one"] });
    expect(results.map(({ scope, detail }) => `${scope}: ${detail}`)).toEqual([
      "one+three: installed unchanged on 2 instances",
      "one+three: 1 endpoint, served by no other process",
      "one+three: one: GET /a answered 200 in 1 ms; three: GET /a answered 200 in 1 ms",
    ]);
    expect(stand.prober.asked.map(({ url }) => new URL(url).pathname.split("/")[1])).toEqual(["one", "three"]);
  });

  it("says on which it fails", async () => {
    const stand = createStand({ instances: ["one", "two"], validation: { during: ["smoke_test"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a")] });
    stand.prober.setAnswer(({ url }) => (url.includes("/two/") ? { status: 503 } : {}));
    expect(await stand.validate(unit, "during")).toMatchObject([
      { result: "failed", scope: "", detail: "on instance two: GET /a: expected status 200, got 503" },
    ]);
  });

  it.each(["step_validation", "smoke_test"] as const)("waits while one of them is down (%s)", async (name) => {
    const stand = createStand({ instances: ["one", "two"], validation: { during: [name] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a")] });
    stand.engine.setInstance("two", "down");
    const [result] = await stand.validate(unit, "during", { on: ["one", "two"] });
    expect(result).toMatchObject({ result: "unknown", detail: expect.stringContaining("two") });
  });
});

describe("the proof of a rollback", () => {
  const rollback = ["service_availability", "data_integrity"] as const;

  it("is that the router and the instances serve it, and that it answers as its checks expect", async () => {
    const stand = createStand({ validation: { rollback, post: ["monitoring_setup"] } });
    const unit = await stand.runs("orders", "1.0.0", { checks });
    const results = await stand.validate(unit, "post", { isRollback: true });
    expect(inShort(results)).toEqual(["service_availability passed", "data_integrity GET /a passed"]);
    expect(results.map(({ scope }) => scope)).toEqual(["rollback", "rollback"]);
    expect(stand.prober.asked.map(({ url }) => url)).toEqual([`${stand.router.publicAddress("production")}/a`]);
  });

  it.each<[Phase, Readonly<Record<string, string>>]>([
    ["during", {}],
    ["post", { "x-check": "1" }],
  ])("%s: a check says that it is no traffic where it comes by the router", async (phase, headers) => {
    const stand = createStand({ validation: { [phase]: ["smoke_test"] } });
    stand.router.checkHeaders = () => Promise.resolve({ "x-check": "1" });
    const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a")] });
    if (phase === "post") await stand.serve(unit);
    await stand.validate(unit, phase);
    expect(stand.prober.asked.map((request) => request.headers)).toEqual([headers]);
  });

  it("fails when what it went back to does not answer as it should", async () => {
    const stand = createStand({ validation: { rollback } });
    const unit = await stand.runs("orders", "1.0.0", { checks });
    stand.prober.setAnswer(() => ({ status: 500 }));
    expect(inShort(await stand.validate(unit, "post", { isRollback: true }))).toEqual([
      "service_availability passed",
      "data_integrity GET /a failed",
    ]);
  });

  it("is unknown while an instance does not answer", async () => {
    const stand = createStand({ validation: { rollback } });
    const unit = await stand.runs("orders", "1.0.0", { checks });
    stand.engine.keepUnready(unit.digest, true);
    expect(inShort(await stand.validate(unit, "post", { isRollback: true }))).toEqual(["service_availability unknown"]);
  });

  it("is asked after the time of the deployment is over, and after its variables have changed", async () => {
    const stand = createStand({ validation: { rollback } });
    const unit = await stand.runs("orders", "1.0.0", { checks });
    stand.spec = { ...stand.spec, variables: { currency: "EUR" } };
    stand.deadline = stand.now;
    expect(inShort(await stand.validate(unit, "post", { isRollback: true }))).toEqual([
      "service_availability passed",
      "data_integrity GET /a passed",
    ]);
  });

  it("does not fail for want of checks", async () => {
    const stand = createStand({ validation: { rollback: ["data_integrity"] } });
    const unit = await stand.runs("orders", "1.0.0");
    expect(await stand.validate(unit, "post", { isRollback: true })).toMatchObject([
      { result: "passed", detail: expect.stringContaining("no smoke test") },
    ]);
  });
});

describe("a deployment that is over", () => {
  it("is asked nothing when its time is over", async () => {
    const stand = createStand({ validation: { during: ["smoke_test"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks });
    stand.deadline = stand.now;
    expect(await stand.validate(unit, "during")).toMatchObject([{ result: "unknown", detail: expect.stringContaining("was over before") }]);
    expect(stand.prober.asked).toEqual([]);
  });

  it("is asked nothing more once another one has taken its place", async () => {
    const stand = createStand({ validation: { during: ["smoke_test"] } });
    const unit = await stand.candidate("orders", "1.0.0", { checks });
    stand.prober.setAnswer(() => {
      stand.isSuperseded = true;
      return {};
    });
    expect(inShort(await stand.validate(unit, "during"))).toEqual(["smoke_test GET /a passed"]);
  });
});
