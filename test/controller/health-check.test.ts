import { describe, expect, it } from "vitest";
import { healthCheckOf as askedOf } from "../../src/domain/validation/health.ts";
import { blueGreen, environment, running, type World } from "../support/world.ts";

/** A world in which `orders` moves to 1.1.0, and each instance answers the health check as told. */
async function bumped(answers: (instance: string, attempt: number) => number | Error): Promise<World> {
  const world = await running({ instances: ["one", "two"] });
  const attempts = new Map<string, number>();
  world.prober.setAnswer(({ url }) => {
    if (!url.endsWith("/health")) return {};
    const instance = new URL(url).pathname.split("/")[1] ?? "";
    const attempt = (attempts.get(instance) ?? 0) + 1;
    attempts.set(instance, attempt);
    const answer = answers(instance, attempt);
    return answer instanceof Error ? answer : { status: answer };
  });
  world.spec = {
    ...world.spec,
    strategy: {
      kind: "blue-green",
      healthCheckUrl: "/health",
      healthCheckTimeoutMs: 2_000,
      switchTrafficDelayMs: 0,
      keepOldVersion: true,
      warm: { count: 1, maxAgeMs: null },
    },
  };
  world.pin("orders", "1.1.0");
  await world.settle();
  return world;
}

async function healthCheckOf(world: World) {
  const [newest] = await world.journal.history({ environment, limit: 1 });
  return newest?.validations.find((validation) => validation.validation === "health_check");
}

describe("healthCheckUrl", () => {
  it("is asked on every instance before the switch", async () => {
    const world = await bumped(() => 204);
    expect(await healthCheckOf(world)).toMatchObject({ result: "passed", subject: "/health", detail: "2xx on 2 instances" });
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it("may take until healthCheckTimeout to answer 2xx", async () => {
    const world = await bumped((_instance, attempt) => (attempt < 3 ? 503 : 200));
    expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  });

  it.each([
    ["answers something else", 503, "answered 503, and the time for it is over"],
    ["does not answer", new Error("connection refused"), "connection refused, and the time for it is over"],
  ] as const)("keeps the traffic where it is when one instance %s", async (_how, answer, detail) => {
    const world = await bumped((instance) => (instance === "two" ? answer : 200));
    expect(await healthCheckOf(world)).toMatchObject({ result: "failed", detail });
    expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
  });
});

describe("what is asked for a process's health", () => {
  const own = { ...blueGreen, healthCheckUrl: "/own", healthCheckTimeoutMs: 7 };
  const everybodys = { path: "/everybodys", timeoutMs: 9 };
  it.each([
    ["blue-green's own path comes first", own, everybodys, { path: "/own", timeoutMs: 7 }],
    ["then the environment's", blueGreen, everybodys, everybodys],
    ["also for other strategies", { kind: "recreate" } as const, everybodys, everybodys],
    ["else nothing", blueGreen, null, null],
  ] as const)("%s", async (_rule, strategy, healthCheck, expected) => {
    const { spec } = await running();
    const asked = { ...spec, strategies: new Map([["orders", strategy]]), validation: { ...spec.validation, healthCheck } };
    expect(askedOf(asked, "orders")).toEqual(expected);
  });
});
