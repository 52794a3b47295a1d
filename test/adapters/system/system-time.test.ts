/** The time of a run, whatever is done to the machine's clock, and what is noticed of a process that stands still. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startSystemTime } from "../../../src/adapters/system/system-time.ts";
import { createKeptLog } from "../../support/log.ts";

const hour = 3_600_000;
const noon = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** A machine with a clock that can be set, and a state folder. */
function createMachine() {
  let kept: string | null = null;
  const machine = {
    wallAhead: noon,
    monotonicNow: 5_000.25,
    log: createKeptLog(),
    isDiskFull: false,
    /** Time passes, and the process runs. */
    pass(ms: number) {
      for (let left = ms; left > 0; left -= 250) {
        machine.monotonicNow += Math.min(left, 250);
        vi.advanceTimersByTime(Math.min(left, 250));
      }
    },
    /** Time passes, and the process does not run. */
    freeze: (ms: number) => void (machine.monotonicNow += ms),
    start: () =>
      startSystemTime({
        log: machine.log,
        machine: { wall: () => machine.wallAhead + machine.monotonicNow, monotonic: () => machine.monotonicNow },
        memory: {
          read: () => kept,
          write(value) {
            if (machine.isDiskFull) throw new Error("no space left");
            kept = value;
          },
        },
      }),
    damage: () => void (kept = "{"),
  };
  return machine;
}

describe("within a run", () => {
  it.each([2 * hour, -2 * hour])("a machine's clock that is set by %i ms moves nothing", (step) => {
    const machine = createMachine();
    const { clock, awake } = machine.start();
    const [began, ran] = [clock.now(), awake.ran()];
    machine.pass(1_000);
    machine.wallAhead += step;
    machine.pass(1_000);
    expect(clock.now() - began).toBe(2_000);
    expect(awake.ran() - ran).toBe(2_000);
    expect(awake.since()).toBe(began);
  });

  it("time in which it stood still is lost, and it says so once", () => {
    const machine = createMachine();
    const { clock, awake } = machine.start();
    const ran = awake.ran();
    machine.pass(1_000);
    machine.freeze(45_000);
    expect(awake.ran() - ran).toBe(1_000);
    expect(awake.since()).toBe(clock.now());
    machine.pass(1_000);
    expect(awake.ran() - ran).toBe(2_000);
    expect(awake.lostMs()).toBe(45_000);
    expect(machine.log.lines.filter(({ text }) => text.includes("did not run for a while"))).toHaveLength(1);
  });

  it.each(["since", "lostMs", "ran"] as const)("who asks first notices that it stood still, by whatever it asks (%s)", (first) => {
    const machine = createMachine();
    const { clock, awake } = machine.start();
    const before = { since: clock.now(), lostMs: 0, ran: awake.ran() };
    machine.freeze(45_000);
    expect(awake[first]() - before[first]).toBe({ since: 45_000, lostMs: 45_000, ran: 0 }[first]);
  });

  it("a busy machine is not one that stood still", () => {
    const machine = createMachine();
    const { awake } = machine.start();
    machine.freeze(2_600);
    machine.pass(500);
    expect(awake.lostMs()).toBe(0);
  });
});

describe("between runs", () => {
  it("a run that was killed at once is remembered: the next one begins no earlier, though the clock was set back", () => {
    const machine = createMachine();
    machine.start().stop();
    machine.wallAhead += 2 * hour;
    const killed = machine.start();
    machine.pass(1_000);
    machine.wallAhead -= 2 * hour;
    const next = machine.start();
    expect(killed.clock.now() - next.clock.now()).toBeLessThan(5_000);
    expect(next.awake.lostMs()).toBe(killed.awake.lostMs());
  });

  it("goes on from the newest instant when the machine's clock was set back, and says so", () => {
    const machine = createMachine();
    const first = machine.start();
    machine.pass(60_000);
    first.stop();
    const ended = first.clock.now();
    machine.wallAhead -= 2 * hour;
    const second = machine.start();
    expect(second.clock.now()).toBe(ended);
    expect(second.awake.lostMs()).toBe(0);
    expect(machine.log.lines.some(({ text }) => text.includes("set back"))).toBe(true);
  });

  it.each(["away", "set forward"])("time is lost in which nothing ran, or the clock was set forward: %s", (what) => {
    const machine = createMachine();
    const first = machine.start();
    machine.pass(60_000);
    first.stop();
    const ran = first.awake.ran();
    if (what === "away") machine.freeze(2 * hour);
    else machine.wallAhead += 2 * hour;
    const second = machine.start();
    expect(second.awake.lostMs()).toBe(2 * hour);
    expect(second.awake.ran()).toBe(ran);
    expect(second.awake.since()).toBe(second.clock.now());
  });

  it("a run that was killed has remembered all but its last seconds", () => {
    const machine = createMachine();
    machine.start();
    machine.pass(58_000);
    machine.freeze(1_000);
    const second = machine.start();
    expect(second.awake.lostMs()).toBeGreaterThanOrEqual(1_000);
    expect(second.awake.lostMs()).toBeLessThanOrEqual(6_000);
  });

  it("what cannot be read or written is no reason to stop", () => {
    const machine = createMachine();
    machine.isDiskFull = true;
    machine.start().stop();
    machine.isDiskFull = false;
    machine.damage();
    expect(machine.start().awake.lostMs()).toBe(0);
  });
});
