import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import { type Firing, type FiringLog, openFiringLog } from "./firings.ts";
import { unitOf } from "./flows.ts";
import { find, pids, silent, until } from "./instances.ts";

describe("schedules on two instances of embedded Node-RED", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  let log: FiringLog;

  beforeAll(async () => {
    log = await openFiringLog();
    directory = await mkdtemp(join(tmpdir(), "pinion-node-red-"));
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 2, log: silent, drainMs: 2_000 });
  });
  afterAll(async () => {
    await embedded?.stop();
    await log?.close();
    await rm(directory, { recursive: true, force: true });
  });
  beforeEach(async () => embedded.engine.ensureRemoved((await embedded.engine.inventory()).installed));

  const arm = (...units: readonly DeploymentUnit[]) =>
    embedded.engine.ensureArmed(new Map(units.map((unit) => [unit.process, unit.digest])));
  const of = (...names: readonly string[]): readonly Firing[] => log.firings.filter((each) => names.includes(each.name));
  const more = async (name: string, count: number): Promise<void> => {
    const before = of(name).length;
    await until(async () => of(name).length >= before + count);
  };

  it("fire once each, in one version after the other, and lose no more than a period when they move", async () => {
    const [stable, candidate] = [unitOf("tick", "1.0.0", log.flow("stable")), unitOf("tick", "2.0.0", log.flow("candidate"))];
    const clock = unitOf("clock", "1.0.0", log.flow("clock"));
    await embedded.engine.ensureInstalled([stable, clock]);
    await arm(stable, clock);
    await more("stable", 3);
    await embedded.engine.ensureInstalled([candidate]);
    await more("stable", 3);
    const moves = [candidate, stable, candidate, stable, candidate];
    let lost = 1;
    for (const unit of moves) {
      const begun = performance.now();
      await arm(unit);
      // A period, and as many as a busy machine needs for the move.
      lost += 1 + Math.ceil((performance.now() - begun) / 200);
      await more(unit === stable ? "stable" : "candidate", 4);
    }
    const fired = of("stable", "candidate");
    expect(blocks(fired)).toEqual(["stable", "candidate", "stable", "candidate", "stable", "candidate"]);
    expect(new Set(fired.map((each) => each.pid)).size).toBe(1);
    for (const name of ["stable", "candidate"]) expectEach(fired.filter((each) => each.name === name));
    // The clock ticks in the same process: what it has more of, the moves have lost.
    const ticks = log.firings.slice(log.firings.indexOf(fired[0] as Firing)).filter((each) => each.name === "clock").length;
    expect(ticks - fired.length).toBeLessThanOrEqual(lost);
  });

  it("go to the other instance when theirs dies, and fire there alone when it is back", async () => {
    const unit = unitOf("report", "1.0.0", log.flow("report"));
    await embedded.engine.ensureInstalled([unit]);
    await arm(unit);
    await more("report", 3);
    const firing = of("report")[0]?.pid ?? 0;
    const before = await pids(directory);
    expect(before).toContain(firing);
    process.kill(firing, "SIGKILL");
    await until(async () => (await embedded.engine.inventory()).instances.some((each) => each.state !== "ready"));
    expect(await find(embedded.engine, unit)).toMatchObject({ armed: false });
    await arm(unit);
    await more("report", 3);
    const other = before.find((pid) => pid !== firing);
    await until(async () => (await embedded.engine.inventory()).instances.every((each) => each.state === "ready"));
    await more("report", 3);
    expect(await find(embedded.engine, unit)).toMatchObject({ armed: true, placements: [{ ready: true }, { ready: true }] });
    await arm(unit);
    await more("report", 3);
    expect(blocks(of("report"), "pid")).toEqual([firing, other]);
    expectEach(of("report").filter(({ pid }) => pid === other));
  });
});

/** Values that follow each other, each run once. */
function blocks<K extends keyof Firing>(firings: readonly Firing[], key: K = "name" as K): readonly Firing[K][] {
  const values = firings.map((each) => each[key]);
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

/** Counted from 1, and none is missing; the last ones may still be on their way. */
function expectEach(firings: readonly Firing[]): void {
  const sequence = firings.map((each) => each.sequence).slice(0, -3);
  expect(sequence).toEqual(Array.from(sequence, (_, index) => index + 1));
}
