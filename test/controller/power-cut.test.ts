import { describe, expect, it } from "vitest";
import type { CommandSpec } from "../../src/domain/journal/commands.ts";
import { type Cut, everyCutOf, wire } from "../support/power-cut.ts";
import { environment, running, smokeTest, type World } from "../support/world.ts";

/** A story: what the world looks like before, and the commit whose rollout loses power. */
interface Story {
  readonly name: string;
  readonly prepare: (world: World) => Promise<void> | void;
  readonly commit: (world: World) => void;
  /** What happens after it; if power is lost meanwhile, the one who wanted it does it again. */
  readonly afterwards?: (world: World) => Promise<void> | void;
  /** What its clean end must show, so that the story tells what its name says. */
  readonly ends?: object;
  /** Versions that must never have traffic in it. */
  readonly never: readonly string[];
  /** Whether the process may be without traffic for a while. */
  readonly mayBeDown: boolean;
}

const blueGreen = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
} as const;

const errorRate = {
  name: "error_rate",
  metric: "error_rate",
  source: "gateway",
  statistic: null,
  query: null,
  windowMs: 5_000,
  minRequests: 1,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: null,
} as const;

const canary = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 30 },
    { kind: "analysis", durationMs: 2_000 },
    { kind: "weight", weight: 60 },
    { kind: "analysis", durationMs: 2_000 },
  ],
  checks: [],
  maxDurationMs: 600_000,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
} as const;

const rolling = { kind: "rolling", batchSize: 1, batchDelayMs: 1_000, maxUnavailable: 1, healthCheckIntervalMs: 500 } as const;

const stories: readonly Story[] = [
  { name: "a bump by blue-green", prepare: () => undefined, commit: (world) => world.pin("orders", "1.1.0"), never: [], mayBeDown: false },
  {
    name: "a bump that fails its smoke test",
    prepare: (world) => {
      const candidate = world.digest("orders", "1.1.0").slice(7, 15);
      world.prober.setAnswer(({ url }) => (url.includes(candidate) ? { status: 500 } : {}));
    },
    commit: (world) => world.pin("orders", "1.1.0"),
    never: ["1.1.0"],
    mayBeDown: false,
  },
  {
    name: "a bump that fails with traffic",
    prepare: (world) => {
      world.publish("orders", "1.1.0", { checks: [smokeTest("/orders")] });
      world.prober.setAnswer(({ url }) => (url === "http://127.0.0.1:1/production/orders" ? { status: 500 } : {}));
    },
    commit: (world) => world.pin("orders", "1.1.0"),
    never: [],
    mayBeDown: false,
  },
  {
    name: "a version that the engine refuses",
    prepare: (world) => world.engine.refuse(world.digest("orders", "1.1.0"), { code: "engine/refused", detail: "no" }),
    commit: (world) => world.pin("orders", "1.1.0"),
    never: ["1.1.0"],
    mayBeDown: false,
  },
  {
    name: "a revert by the fast path",
    prepare: async (world) => {
      world.pin("orders", "1.1.0");
      await world.settle();
    },
    commit: (world) => world.pin("orders", "1.0.0"),
    never: [],
    mayBeDown: false,
  },
  {
    name: "a bump that removes the old version",
    prepare: (world) =>
      void (world.spec = { ...world.spec, strategy: { ...blueGreen, keepOldVersion: false, warm: { count: 1, maxAgeMs: null } } }),
    commit: (world) => world.pin("orders", "1.1.0"),
    never: [],
    mayBeDown: false,
  },
  {
    name: "a bump by recreate",
    prepare: (world) => void (world.spec = { ...world.spec, strategy: { kind: "recreate" } }),
    commit: (world) => world.pin("orders", "1.1.0"),
    never: [],
    mayBeDown: true,
  },
  {
    name: "the healing of a hand edit",
    prepare: () => undefined,
    commit: (world) => world.engine.editByHand(world.digest("orders", "1.0.0"), "node answer changed"),
    never: [],
    mayBeDown: false,
  },
  watched("a bump by blue-green that is watched", { ...blueGreen }, 0, letTimePass),
  watched("a bump by canary", canary, 0, letTimePass),
  watched("a bump by rolling over three instances", rolling, 0, letTimePass),
  watched("a version that its metrics reject while it is watched", { ...blueGreen }, 50, letTimePass),
  watched("a version that its metrics reject as a canary", canary, 50, letTimePass),
  watched("a version that its metrics reject on its first instance", rolling, 50, letTimePass),
  {
    ...watched("a canary that a person aborts", canary, 0, async (world) => {
      await orderOnce(world, { kind: "abort", process: "orders" });
      await letTimePass(world);
    }),
    ends: { traffic: { "1.0.0": 100 }, reverts: [], quarantined: [] },
  },
  watched("a canary that is frozen and let go on", canary, 0, async (world) => {
    await orderOnce(world, { kind: "freeze" });
    await letTimePass(world);
    await orderOnce(world, { kind: "unfreeze" });
    await letTimePass(world);
  }),
  {
    ...watched("an emergency", { ...blueGreen }, 0, async (world) => {
      await letTimePass(world);
      await orderOnce(world, { kind: "recover", process: "orders" });
      await letTimePass(world);
    }),
    ends: wentBack("emergency"),
  },
  {
    name: "a process that is renamed",
    prepare: (world) => world.publish("purchases", "2.0.0", { path: "/orders" }),
    commit: (world) => {
      world.pin("orders", null);
      world.pin("purchases", "2.0.0");
    },
    never: [],
    mayBeDown: true,
  },
  {
    name: "a process that leaves the pins",
    prepare: (world) => void (world.spec = { ...world.spec, allowEmpty: true }),
    commit: (world) => world.pin("orders", null),
    never: [],
    mayBeDown: true,
  },
];

/** Stories under one rollback policy: traffic is measured, and so is what is wrong with it. */
function watched(
  name: string,
  strategy: World["spec"]["strategy"],
  errors: number,
  afterwards: (world: World) => Promise<void> | void,
): Story {
  return {
    name,
    prepare: (world) => {
      const automatic = { ...world.spec.rollback.automatic, triggers: [errorRate], bakeMs: 5_000 };
      const validation = { ...world.spec.validation, rollback: ["service_availability"] as const };
      world.spec = { ...world.spec, strategy, validation, rollback: { ...world.spec.rollback, automatic } };
      world.readings = () => ({ candidate: { kind: "value", value: errors, requests: 100, coveredMs: 5_000 } });
    },
    commit: (world) => world.pin("orders", "1.1.0"),
    afterwards,
    ends: errors > 0 ? wentBack("error_rate") : { traffic: { "1.1.0": 100 }, reverts: [] },
    never: [],
    mayBeDown: false,
  };
}

/** The stable version has everything again, by one commit, and the bad one is in quarantine. */
function wentBack(trigger: string): object {
  return {
    traffic: { "1.0.0": 100 },
    reverts: [{ from: "1.1.0", to: "1.0.0", trigger }],
    quarantined: [{ version: "1.1.0", isInGit: true }],
    revert: undefined,
  };
}

/** Time goes by until a rollout that waits for it is over. */
async function letTimePass(world: World): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    world.now += 2_500;
    await world.settle();
  }
}

describe.each(stories)("$name", (story) => {
  it("ends the same after a power cut before or after any effect", async () => {
    const clean = await play(story, null);
    expect(clean.effects.length).toBeGreaterThanOrEqual(3);
    if (story.ends) expect(clean.end).toMatchObject(story.ends);
    for (const cut of everyCutOf(clean.effects)) expect({ cut, end: (await play(story, cut)).end }).toEqual({ cut, end: clean.end });
  });
});

/** The same command, however often it has to be given: its id says so. */
async function orderOnce(world: World, spec: CommandSpec): Promise<void> {
  const order = { id: `story.${spec.kind}`, environment, by: { name: "Ada", email: null }, why: "", at: 0, spec };
  await world.ports.journal.recordCommand(order);
  await world.settle();
}

async function play(story: Story, cut: Cut | null): Promise<{ readonly effects: readonly string[]; readonly end: unknown }> {
  const world = await running({ instances: ["one", "two", "three"], hasPlans: true });
  await story.prepare(world);
  await world.settle();
  story.commit(world);
  const wired = wire(world.ports, cut, () => checkTraffic(world, story));
  world.ports = wired.ports;
  const go = async (): Promise<void> => {
    await world.settle();
    await story.afterwards?.(world);
  };
  await untilQuietOrDead(world, go, wired.isDead);
  expect(wired.isDead()).toBe(cut !== null);
  world.restart();
  await go();
  return { effects: wired.seen, end: await endOf(world) };
}

async function untilQuietOrDead(world: World, go: () => Promise<void>, isDead: () => boolean): Promise<void> {
  await go().catch((error: unknown) => {
    if (!isDead()) throw error;
  });
  await world.ports.validations.idle();
  await world.ports.reverts.idle();
}

function checkTraffic(world: World, story: Story): void {
  const traffic = world.traffic("orders");
  for (const version of story.never) expect(traffic[version] ?? 0).toBe(0);
  if (!story.mayBeDown) expect(Object.values(traffic).reduce((sum, weight) => sum + weight, 0)).toBe(100);
}

/** Everything that must not depend on where the power went, but for times. */
async function endOf(world: World): Promise<unknown> {
  const state = await world.state("orders");
  const { owed } = await world.journal.state(environment);
  const { installed } = await world.engine.inventory();
  const history = await world.journal.history({});
  return {
    traffic: world.traffic("orders"),
    installed: installed.map(({ version, drift, armed }) => ({ version, drift, armed })),
    knownGood: state?.knownGood.map((unit) => unit.version),
    refused: state?.refused?.why,
    status: state?.status && { ...state.status, since: 0 },
    owed: owed.map((entry) => entry.action),
    reverts: world.reverts.map(({ from, to, trigger }) => ({ from, to, trigger })),
    quarantined: state?.quarantined.map(({ version, isInGit }) => ({ version, isInGit })),
    revert: state?.revert?.request.id,
    history: history.map(({ version, kind, phase, reason, endedAt }) => ({ version, kind, phase, reason, isOver: endedAt !== null })),
  };
}
