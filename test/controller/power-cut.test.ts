import { describe, expect, it } from "vitest";
import { type Cut, everyCutOf, wire } from "../support/power-cut.ts";
import { environment, running, smokeTest, type World } from "../support/world.ts";

/** A story: what the world looks like before, and the commit whose rollout loses power. */
interface Story {
  readonly name: string;
  readonly prepare: (world: World) => Promise<void> | void;
  readonly commit: (world: World) => void;
  /** Versions that must never have traffic in it. */
  readonly never: readonly string[];
  /** Whether the process may be without traffic for a while. */
  readonly mayBeDown: boolean;
}

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
  {
    name: "a process that leaves the pins",
    prepare: (world) => void (world.spec = { ...world.spec, allowEmpty: true }),
    commit: (world) => world.pin("orders", null),
    never: [],
    mayBeDown: true,
  },
];

const blueGreen = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
  warm: { count: 1, maxAgeMs: null },
} as const;

describe.each(stories)("$name", (story) => {
  it("ends the same after a power cut before or after any effect", async () => {
    const clean = await play(story, null);
    const cuts = everyCutOf(clean.effects);
    expect(cuts.length).toBeGreaterThanOrEqual(4);
    for (const cut of cuts) expect({ cut, end: (await play(story, cut)).end }).toEqual({ cut, end: clean.end });
  });
});

async function play(story: Story, cut: Cut | null): Promise<{ readonly effects: readonly string[]; readonly end: unknown }> {
  const world = await running();
  await story.prepare(world);
  await world.settle();
  story.commit(world);
  const wired = wire(world.ports, cut, () => checkTraffic(world, story));
  world.ports = wired.ports;
  await untilQuietOrDead(world, wired.isDead);
  expect(wired.isDead()).toBe(cut !== null);
  world.restart();
  await world.settle();
  return { effects: wired.seen, end: await endOf(world) };
}

async function untilQuietOrDead(world: World, isDead: () => boolean): Promise<void> {
  await world.settle().catch((error: unknown) => {
    if (!isDead()) throw error;
  });
  await world.ports.validations.idle();
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
    history: history.map(({ version, kind, phase, reason, endedAt }) => ({ version, kind, phase, reason, isOver: endedAt !== null })),
  };
}
