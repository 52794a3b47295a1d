/** Durations as people write them. */

import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/domain/durations.ts";

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["0.5ms", 1],
  ])("%s is %i milliseconds", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "10", "m", "-1s", "10 m", "1h,30m", "Infinitys"])("%j is none", (text) => expect(parseDuration(text)).toBeNull());
});
