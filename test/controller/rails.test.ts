import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import { canary, errorRate, measure, passes, use } from "../support/progressive.ts";
import { blueGreen, environment, running, smokeTest, type World } from "../support/world.ts";

const process = "orders";

async function deployed(...versions: readonly string[]): Promise<World> {
  const world = await running();
  for (const version of versions) {
    world.publish(process, version, { checks: [smokeTest("/orders")] });
    world.pin(process, version);
    await world.settle();
  }
  return world;
}

async function rolloutIs(world: World, state: string): Promise<void> {
  for (let passes = 0; (await world.state("orders"))?.rollout?.state.kind !== state; passes += 1) {
    if (passes > 20) throw new Error(`it is never ${state}`);
    await world.pass();
  }
}

async function knownGood(world: World): Promise<readonly string[]> {
  return (await world.state(process))?.knownGood.map(({ version }) => version) ?? [];
}

describe("a version that was rejected", () => {
  it("is nobody's way back: not of a second emergency, and not of a rollback", async () => {
    const world = await deployed("1.1.0");
    await world.command({ kind: "recover", process });
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(await world.command({ kind: "recover", process })).toMatchObject({ kind: "refused" });
    expect(await world.command({ kind: "rollback", process, to: null })).toMatchObject({ kind: "refused" });
    expect(await world.command({ kind: "rollback", process, to: "1.1.0" })).toMatchObject({ kind: "refused" });
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toHaveLength(1);
  });

  it("is not known to be good any more: once its quarantine is lifted it goes through all its checks again", async () => {
    const world = await deployed("1.1.0", "1.0.0");
    use(world, blueGreen, 10_000, [errorRate]);
    measure(world, 50);
    world.pin(process, "1.1.0");
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(await knownGood(world)).toEqual(["1.0.0"]);
    measure(world, 0);
    world.lift(process);
    world.pin(process, "1.1.0");
    await world.pass();
    expect((await world.state(process))?.rollout).toMatchObject({ fast: false, state: { kind: "validating" } });
  });
});

describe("the way back", () => {
  it("is tried once to each good version, not for ever, when none of them can be installed any more", async () => {
    const world = await deployed("1.1.0", "1.2.0");
    world.spec = { ...world.spec, strategy: { ...blueGreen, keepOldVersion: false }, variables: { currency: "EUR" } };
    world.pin(process, "1.2.0");
    await world.settle();
    await world.command({ kind: "freeze" });
    world.isGitDown = true;
    await world.command({ kind: "recover", process });
    await world.settle();
    expect(await world.status(process)).toMatchObject({ health: "Degraded" });
  });

  it("leads past what people have put into quarantine, under whatever number", async () => {
    const world = await deployed("1.1.0", "1.2.0");
    use(world, { ...blueGreen, warm: { count: 9, maxAgeMs: null } });
    const [, , oldest] = (await world.state(process))?.knownGood ?? [];
    if (oldest?.definition === undefined) throw new Error("the definition of 1.0.0 is not remembered");
    world.isGitDown = true;
    world.engine.removeByHand(world.digest(process, "1.1.0"));
    world.engine.refuse(world.digest(process, "1.1.0"), { code: "engine/refused", detail: "no" });
    world.condemnAs({ process, version: "0.1.0", digest: oldest.definition });
    await world.command({ kind: "recover", process });
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.2.0": 100 });
    expect((await world.journal.history({})).filter(({ version }) => version === "1.0.0")).toHaveLength(1);
    world.lift(process);
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });

  it("stays where it leads, also when nobody can prove in time that it helped", async () => {
    const world = await deployed("1.1.0");
    world.spec = { ...world.spec, validation: { ...world.spec.validation, rollback: ["service_availability", "data_integrity"] } };
    const publicly = world.router.publicAddress(environment);
    world.prober.setAnswer(({ url }) => {
      if (url.startsWith(publicly)) throw new PinionError("router/unreachable", "no answer");
      return {};
    });
    world.pin(process, "1.0.0");
    await rolloutIs(world, "post-deployment");
    world.now += world.spec.deploymentTimeoutMs;
    for (let seconds = 0; seconds < 5; seconds += 1) await passes(world, 1_000);
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });

  it.each(["ensureArmed", "ensureRemoved"] as const)("is written to git although the engine refuses %s", async (refused) => {
    const world = await running();
    const { engine } = world;
    let isRefusing = false;
    use(world, blueGreen, 60_000, [errorRate]);
    world.ports = {
      ...world.ports,
      engine: () => ({
        kind: engine.kind,
        inventory: () => engine.inventory(),
        ensureInstalled: (units, on) => engine.ensureInstalled(units, on),
        ensureArmed: (armed) => engine.ensureArmed(armed),
        ensureRemoved: (units) => engine.ensureRemoved(units),
        ...(isRefusing ? { [refused]: () => Promise.reject(new PinionError("engine/unreachable", "it does not let go")) } : {}),
      }),
    };
    measure(world, 0);
    world.pin(process, "1.1.0");
    await world.settle();
    isRefusing = true;
    world.isGitDown = true;
    measure(world, 50);
    await world.settle();
    world.isGitDown = false;
    for (let seconds = 0; seconds < 120; seconds += 1) await passes(world, 1_000);
    expect(world.reverts).toMatchObject([{ from: "1.1.0", to: "1.0.0" }]);
  });
});

describe("a person's abort", () => {
  it("writes no commit and quarantines nothing, also when the version before it cannot be put back", async () => {
    const world = await running();
    use(world, canary);
    measure(world, 0);
    world.pin(process, "1.1.0");
    await world.settle();
    world.isGitDown = true;
    world.engine.refuse(world.digest(process, "1.0.0"), { code: "engine/refused", detail: "no such node" });
    world.engine.removeByHand(world.digest(process, "1.0.0"));
    await world.command({ kind: "abort", process });
    for (let seconds = 0; seconds < 40; seconds += 1) await passes(world, 1_000);
    expect(await world.state(process)).toMatchObject({ revert: null, quarantined: [] });
  });
});

describe("an emergency", () => {
  it("is heard while the bad version is just being put back again", async () => {
    const world = await deployed("1.1.0");
    world.engine.keepUnready(world.digest(process, "1.1.0"), true);
    await rolloutIs(world, "installing");
    expect((await world.state(process))?.rollout).toMatchObject({ kind: "self-heal" });
    expect(await world.command({ kind: "recover", process })).toMatchObject({ kind: "done", why: "goes back from 1.1.0 to 1.0.0" });
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });
});

describe("recreate", () => {
  async function stuckRemoving(): Promise<World> {
    const world = await running();
    const { engine } = world;
    world.spec = { ...world.spec, strategy: { kind: "recreate" } };
    world.ports = {
      ...world.ports,
      engine: () => ({
        kind: engine.kind,
        inventory: () => engine.inventory(),
        ensureInstalled: (units, on) => engine.ensureInstalled(units, on),
        ensureArmed: (armed) => engine.ensureArmed(armed),
        ensureRemoved: () => Promise.reject(new PinionError("engine/unreachable", "it does not let go")),
      }),
    };
    world.pin(process, "1.1.0");
    await rolloutIs(world, "removing");
    return world;
  }

  it("can be aborted while the old version is taken out", async () => {
    const world = await stuckRemoving();
    expect(await world.command({ kind: "abort", process })).toMatchObject({ kind: "done" });
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
  });

  it("gives up in time when the old version cannot be taken out, and rejects nobody who never had any traffic", async () => {
    const world = await stuckRemoving();
    await passes(world, world.spec.deploymentTimeoutMs);
    await world.settle();
    expect(world.traffic(process)).toEqual({ "1.0.0": 100 });
    expect(world.reverts).toEqual([]);
    expect(await world.state(process)).toMatchObject({ quarantined: [], revert: null });
  });
});
