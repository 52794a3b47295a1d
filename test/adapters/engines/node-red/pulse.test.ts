import { describe, expect, it } from "vitest";
import { createPatience, createPatienceWith } from "../../../../src/adapters/engines/node-red/patience.ts";
import { countMisses, isHanging, noMisses, pulseTimeoutMs, untilItHangs } from "../../../../src/adapters/engines/node-red/pulse.ts";

/** Asks a process on a clock of its own; `answers` says for each question what became of it and how long that took. */
async function ask(
  answers: readonly (readonly [isAnswered: boolean, tookMs: number])[],
  isBusy = false,
  waitedMs: (now: number) => number | null = () => null,
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
    waitedMs: async () => waitedMs(now),
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
  ] as const)("rejects nobody for %s", async (_what, answers) => {
    expect(await ask(answers)).toMatch(/^still well/);
  });

  it("is patient with one that is being deployed to, and not for ever", async () => {
    const many = Array.from({ length: 30 }, () => silent);
    expect(await ask([silent, silent, silent, silent, well], true)).toMatch(/^still well/);
    expect(await ask(many, true)).toMatch(/^hangs at 4\d\d\d\d$/);
  });

  it("is patient with one that the machine gives little time, until it has used as much as any other, or is silent for minutes", async () => {
    const silentFor = (count: number) => Array.from({ length: count }, () => silent);
    const letHalf = (now: number) => now / 2;
    expect(await ask([well, ...silentFor(4), well], false, letHalf)).toMatch(/^still well/);
    expect(await ask([well, ...silentFor(10)], false, letHalf)).toMatch(/^hangs at 1\d\d\d\d$/);
    const letNever = (now: number) => now;
    expect(await ask([well, ...silentFor(100), well], false, letNever)).toMatch(/^still well/);
    expect(await ask([well, ...silentFor(200)], true, letNever)).toMatch(/^hangs at 3\d\d\d\d\d$/);
  });

  it("counts only what was asked and not answered", () => {
    const asked = { answered: false, tookMs: 2_010, waitedMs: 0, timeoutMs: 2_000 };
    const two = { questions: 2, used: 2 };
    expect(countMisses(two, { ...asked, answered: true })).toEqual(noMisses);
    expect(countMisses(two, asked)).toEqual({ questions: 3, used: 3 });
    expect(countMisses(two, { ...asked, tookMs: 1 })).toEqual({ questions: 3, used: 3 });
    expect(countMisses(two, { ...asked, tookMs: 3_100 })).toEqual(noMisses);
    expect(countMisses(two, { ...asked, waitedMs: 2_500 })).toEqual({ questions: 3, used: 2 });
    expect(isHanging(two, { isBusy: false })).toBe(false);
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

  it("with another process does not run out while that waits for a processor, and not never", async () => {
    let [now, waitedMs] = [0, 0];
    const patience = createPatienceWith(
      async () => waitedMs,
      10_000,
      () => now,
    );
    const later = async (ms: number, waited: number) => {
      now += ms;
      waitedMs += waited;
      return patience.isOver();
    };
    expect(await later(0, 0)).toBe(false);
    for (let look = 0; look < 60; look += 1) expect(await later(1_000, 1_000)).toBe(false);
    for (let look = 0; look < 19; look += 1) expect(await later(1_000, 500)).toBe(false);
    expect(await later(2_000, 0)).toBe(true);
    const starved = createPatienceWith(
      async () => now,
      10_000,
      () => now,
    );
    let looks = 0;
    for (; !(await starved.isOver()); looks += 1) now += 1_000;
    expect(looks).toBe(201);
  });
});
