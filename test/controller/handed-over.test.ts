/** What is so of versions whose paths have changed owner, once they have. */

import { beforeEach, describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { createWorld, smokeTest, type World } from "../support/world.ts";

let world: World;

async function goodVersions(process: string): Promise<readonly string[]> {
  return ((await world.state(process))?.knownGood ?? []).map(({ version }) => version);
}

async function stateOf(process: string): Promise<string | null> {
  return (await world.state(process))?.rollout?.state.kind ?? null;
}

async function passesUntilUnderWay(process: string, version: string): Promise<void> {
  for (let pass = 0; (await world.state(process))?.rollout?.candidate?.version !== version; pass += 1) {
    if (pass > 40) throw new Error(`${process} ${version} never begins`);
    await world.pass();
  }
}

describe("a canary that got all the traffic at once, since a path changed its owner", () => {
  beforeEach(async () => {
    world = createWorld();
    use(world, canary);
    measure(world, 0);
    world.publish("alpha", "1.0.0", { paths: ["/apple", "/banana"] });
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.publish("beta", "1.0.0", { paths: ["/beta"] });
    world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
    for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
    await world.settle();
    for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
    await world.settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "2.0.0": 100 }]);
  });

  it("is judged by its metrics while it is watched, for their window", async () => {
    await passes(world, errorRate.windowMs - 1_000);
    expect(await goodVersions("beta")).toEqual(["1.0.0"]);
    await passes(world, 2_000);
    expect(await goodVersions("beta")).toEqual(["2.0.0", "1.0.0"]);
  });

  it("goes back when they are bad", async () => {
    measure(world, 60);
    await passes(world, errorRate.windowMs + 1_000);
    expect(world.traffic("beta")).toEqual({ "1.0.0": 100 });
    expect(await goodVersions("beta")).toEqual(["1.0.0"]);
  });

  it("is not taken for good without a verdict", async () => {
    world.readings = () => ({ candidate: { kind: "none", why: "nobody calls it" } });
    await passes(world, errorRate.windowMs + 1_000);
    expect(await goodVersions("beta")).toEqual(["1.0.0"]);
    expect(world.traffic("beta")).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toEqual([]);
  });

  it("waits for a person where pause is wanted, who takes it as good", async () => {
    world.spec = { ...world.spec, analysis: { ...world.spec.analysis, onInconclusive: "pause" } };
    world.readings = () => ({ candidate: { kind: "none", why: "nobody calls it" } });
    await passes(world, errorRate.windowMs + 1_000);
    await passes(world, 3_600_000);
    expect((await world.status("beta"))?.reason.code).toBe("PersonMustDecide");
    expect(await world.command({ kind: "promote", process: "beta", isFull: false })).toMatchObject({ kind: "done" });
    await world.settle();
    expect((await world.state("beta"))?.rollout).toBeNull();
    expect(await goodVersions("beta")).toEqual(["2.0.0", "1.0.0"]);
  });
});

describe("the first version of a canary that takes a path over", () => {
  beforeEach(async () => {
    world = createWorld();
    use(world, canary);
    measure(world, 0);
    world.publish("alpha", "1.0.0", { paths: ["/apple", "/banana"] });
    world.publish("alpha", "2.0.0", { paths: ["/apple"] });
    world.publish("beta", "1.0.0", { paths: ["/banana"] });
    world.pin("alpha", "1.0.0");
    await world.settle();
    world.pin("alpha", "2.0.0");
    world.pin("beta", "1.0.0");
    await world.settle();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
  });

  it("waits for nobody's word when it has no verdict, as any first version, and says that it was not judged", async () => {
    world.readings = ({ candidate: { process } }) => ({
      candidate:
        process === "beta" ? { kind: "none", why: "nobody calls it" } : { kind: "value", value: 0, requests: 100, coveredMs: 10_000 },
    });
    await passes(world, errorRate.windowMs + 1_000);
    expect((await world.status("beta"))?.reason.code).not.toBe("PersonMustDecide");
    expect((await world.state("beta"))?.rollout).toBeNull();
    expect((await world.state("beta"))?.knownGood[0]).toMatchObject({
      version: "1.0.0",
      why: expect.stringContaining("not judged") as string,
    });
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "1.0.0": 100 }]);
  });

  it("is still rejected by bad metrics", async () => {
    measure(world, 60);
    await passes(world, 1_000);
    expect((await world.status("beta"))?.health).toBe("Degraded");
    expect((await world.status("beta"))?.reason.text).toContain("error_rate");
    expect(await goodVersions("beta")).toEqual([]);
  });
});

it("is pinned again, and its warm version gets no traffic where another process has its path by now", async () => {
  world = createWorld();
  world.spec = { ...world.spec, pruneDelayMs: 60_000 };
  world.publish("alpha", "1.0.0", { paths: ["/apple"] });
  world.publish("alpha", "2.0.0", { paths: ["/pear"] });
  world.publish("beta", "1.0.0", { paths: ["/beta"] });
  world.publish("beta", "2.0.0", { paths: ["/beta", "/apple"] });
  for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
  await world.settle();
  world.pin("alpha", null);
  world.pin("beta", "2.0.0");
  await world.settle();
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{}, { "2.0.0": 100 }]);
  world.pin("alpha", "2.0.0");
  for (let quiet = 0; quiet < 2; quiet = (await world.pass()) ? quiet + 1 : 0) expect(world.traffic("alpha")).not.toHaveProperty("1.0.0");
  expect(world.traffic("alpha")).toEqual({ "2.0.0": 100 });
  expect(world.router.receive(world.spec.name, "GET", "/apple")).toBe("2.0.0");
});

it("waits for those that hand their paths over also when the router could not be asked just then", async () => {
  world = createWorld();
  world.publish("alpha", "1.0.0", { paths: ["/apple", "/banana"] });
  world.publish("alpha", "2.0.0", { paths: ["/apple"], checks: [smokeTest("/apple")] });
  world.publish("beta", "1.0.0", { paths: ["/beta"] });
  world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
  for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
  await world.settle();
  world.prober.setAnswer(() => ({ status: 500 }));
  for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
  const { ports } = world;
  const mute = { ...world.router, routes: () => Promise.reject(new PinionError("router/unreachable", "no answer")) };
  for (let pass = 0; pass < 24; pass += 1) {
    world.ports = pass % 2 === 0 ? ports : { ...ports, router: mute };
    await world.pass();
    expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "1.0.0": 100 }, { "1.0.0": 100 }]);
  }
});

it("takes its place again when its paths change owner no more: nobody else begins at that moment", async () => {
  world = createWorld();
  world.spec = { ...world.spec, maxConcurrentDeployments: 1 };
  world.publish("alpha", "1.0.0", { paths: ["/apple", "/banana"] });
  world.publish("alpha", "2.0.0", { paths: ["/apple"] });
  world.publish("beta", "1.0.0", { paths: ["/beta"] });
  world.publish("beta", "2.0.0", { paths: ["/beta", "/banana"] });
  world.publish("beta", "3.0.0", { paths: ["/beta"] });
  for (const process of ["alpha", "beta"]) world.pin(process, "1.0.0");
  await world.settle();
  for (const process of ["alpha", "beta"]) world.pin(process, "2.0.0");
  await passesUntilUnderWay("beta", "2.0.0");
  expect(await stateOf("alpha")).toBe("handing-over");
  world.pin("beta", "3.0.0");
  await passesUntilUnderWay("beta", "3.0.0");
  expect(["validating", "installing", "checking"]).not.toContain(await stateOf("alpha"));
  await world.settle();
  expect([world.traffic("alpha"), world.traffic("beta")]).toEqual([{ "2.0.0": 100 }, { "3.0.0": 100 }]);
});
