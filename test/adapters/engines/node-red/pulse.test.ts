import { describe, expect, it } from "vitest";
import { createPatience } from "../../../../src/adapters/engines/node-red/patience.ts";
import type { Usage } from "../../../../src/adapters/engines/node-red/os-process.ts";
import { countMisses, isHanging, pulseTimeoutMs, untilItHangs, wasStarved } from "../../../../src/adapters/engines/node-red/pulse.ts";

/** Asks a process on a clock of its own; `answers` says for each question what became of it and how long that took. */
async function ask(
  answers: readonly (readonly [isAnswered: boolean, tookMs: number])[],
  isBusy = false,
  usage: (now: number) => Usage | null = () => null,
): Promise<string> {
  const left = [...answers];
  const enough = new AbortController();
  let now = 0;
  await untilItHangs({
    process: { pid: 0, startTime: null },
    ask: async (timeoutMs) => {
      expect(timeoutMs).toBe(pulseTimeoutMs);
      const [isAnswered, tookMs] = left.shift() ?? [true, 1];
      now += tookMs;
      if (left.length === 0) enough.abort();
      return isAnswered;
    },
    isBusy: () => isBusy,
    signal: enough.signal,
    usage: async () => usage(now),
    time: { now: () => now, pause: async (ms) => void (now += ms) },
  });
  return left.length === 0 ? `still well at ${now}` : `hangs at ${now}`;
}

const silent = [false, pulseTimeoutMs] as const;
const well = [true, 3] as const;

describe("the pulse of an instance", () => {
  it("says that it hangs after three questions without an answer, within ten seconds", async () => {
    expect(await ask([well, silent, silent, silent, well])).toBe("hangs at 7203");
  });

  it.each([
    ["one answer in between", [silent, silent, well, silent, silent, well, well]],
    ["a question that lasted for as long as the controller stood still", [well, [false, 50_000], well, well]],
    ["misses from before the controller stood still", [silent, silent, [false, 50_000], silent, silent, well, well]],
    ["a controller that is stopped again and again", [[false, 9_000], [false, 9_000], [false, 9_000], [false, 9_000], well, well]],
  ] as const)("condemns nobody for %s", async (_what, answers) => {
    expect(await ask(answers)).toMatch(/^still well/);
  });

  it("is patient with one that is being deployed to, and not for ever", async () => {
    const many = Array.from({ length: 30 }, () => silent);
    expect(await ask([silent, silent, silent, silent, well], true)).toMatch(/^still well/);
    expect(await ask(many, true)).toMatch(/^hangs at 4\d\d\d\d$/);
  });

  it("is patient with one that the machine gives no time, by what it got since its last answer", async () => {
    const wellFor = (count: number) => Array.from({ length: count }, () => well);
    const cpuUntil = (at: number) => (now: number) => ({ state: "R", cpuMs: Math.min(now, at) });
    // It had all the time it wanted for ten seconds, and gets none from then on.
    const starving = [...wellFor(10), silent, silent, silent, silent, silent, well];
    expect(await ask(starving, false, cpuUntil(9_040))).toMatch(/^still well/);
    expect(await ask(starving, false, cpuUntil(1_000_000))).toMatch(/^hangs at 1\d\d\d\d$/);
    expect(await ask([...wellFor(10), ...Array.from({ length: 30 }, () => silent)], false, cpuUntil(9_040))).toMatch(
      /^hangs at 5\d\d\d\d$/,
    );
  });

  it("counts only what was asked and not answered", () => {
    const timeoutMs = 2_000;
    expect(countMisses(2, { answered: true, tookMs: 9_000, timeoutMs })).toBe(0);
    expect(countMisses(2, { answered: false, tookMs: 2_010, timeoutMs })).toBe(3);
    expect(countMisses(2, { answered: false, tookMs: 1, timeoutMs })).toBe(3);
    expect(countMisses(2, { answered: false, tookMs: 3_100, timeoutMs })).toBe(0);
    expect(isHanging(2, { isBusy: false, isStarved: false })).toBe(false);
    expect(isHanging(3, { isBusy: false, isStarved: true })).toBe(false);
  });

  it.each([
    ["wants to run and got next to nothing", "R", 300, true],
    ["runs in a loop", "R", 5_000, false],
    ["is stopped", "T", 0, false],
    ["waits for something that never comes", "S", 0, false],
  ])("takes one that %s for %s", (_what, state, cpuMs, starved) => {
    expect(wasStarved({ state: "S", cpuMs: 100 }, { state, cpuMs: 100 + cpuMs }, 7_000)).toBe(starved);
    expect(wasStarved(null, { state, cpuMs }, 7_000)).toBe(false);
  });
});

describe("a limit of time", () => {
  it("does not run out while this process stands still", () => {
    let now = 0;
    const patience = createPatience(10_000, () => now);
    const later = (ms: number) => {
      now += ms;
      return patience.isOver();
    };
    expect([later(100), later(3_600_000), later(100)]).toEqual([false, false, false]);
    expect([later(2_900), later(2_900), later(2_000)]).toEqual([false, false, true]);
  });
});
