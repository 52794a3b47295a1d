import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startSchedule } from "../../../src/adapters/git/schedule.ts";
import type { Schedule } from "../../../src/adapters/git/schedule.ts";

describe("a schedule", () => {
  let schedule: Schedule | null;
  let calls: string[];

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date("2026-03-01T10:00:30Z") });
    calls = [];
    schedule = null;
  });
  afterEach(() => {
    schedule?.stop();
    vi.useRealTimers();
  });

  const start = (...expressions: readonly string[]) =>
    (schedule = startSchedule({ expressions, timezone: "UTC", onDue: () => calls.push(new Date().toISOString().slice(11, 16)) }));

  it("calls back at the times that its expression names", async () => {
    start("*/15 * * * *");
    await vi.advanceTimersByTimeAsync(40 * 60_000);
    expect(calls).toEqual(["10:15", "10:30"]);
  });

  it("calls back for each of several expressions", async () => {
    start("5 * * * *", "7 10 * * *");
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(calls).toEqual(["10:05", "10:07"]);
  });

  it("is silent once it is stopped", async () => {
    start("* * * * *").stop();
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(calls).toEqual([]);
  });

  it.each(["every morning", "61 * * * *", ""])("refuses %j, naming the option", (expression) => {
    expect(() => start(expression)).toThrow(
      expect.objectContaining({ code: "config/invalid", message: expect.stringContaining("repository.schedule") }),
    );
  });
});
