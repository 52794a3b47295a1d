import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gatherEnds } from "../../../src/controller/validating/debounce.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** So many under way; counts how often their ends were said. */
function underWay(count: number) {
  let said = 0;
  const ends = gatherEnds(() => (said += 1), { crowd: 3, gatherMs: 100, crowdMs: 3_000 });
  for (let started = 0; started < count; started += 1) ends.started();
  return { ends, said: () => said };
}

describe("ends that are gathered", () => {
  it("are said at once when nothing else is under way", () => {
    const { ends, said } = underWay(1);
    ends.ended();
    expect(said()).toBe(1);
  });

  it("wait a little for others, and are said once for all", () => {
    const { ends, said } = underWay(3);
    ends.ended();
    ends.ended();
    expect(said()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(said()).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(said()).toBe(1);
  });

  it("do not wait for the last one when it takes long", () => {
    const { ends, said } = underWay(2);
    ends.ended();
    vi.advanceTimersByTime(100);
    ends.ended();
    expect(said()).toBe(2);
  });

  it("wait longer in a crowd, but not longer than it lasts", () => {
    const { ends, said } = underWay(6);
    ends.ended();
    vi.advanceTimersByTime(2_000);
    expect(said()).toBe(0);
    ends.ended();
    ends.ended();
    vi.advanceTimersByTime(100);
    expect(said()).toBe(1);
  });

  it("are said within a crowd, too, when it lasts long", () => {
    const { ends, said } = underWay(9);
    ends.ended();
    vi.advanceTimersByTime(3_000);
    expect(said()).toBe(1);
  });
});
