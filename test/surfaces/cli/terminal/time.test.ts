/** Times as people write them. */

import { describe, expect, it } from "vitest";
import { parseDuration } from "../../../../src/surfaces/cli/terminal/time.ts";

describe("a duration", () => {
  it.each([
    ["500ms", 500],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
  ])("%s is %i milliseconds", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["", "10", "m", "-1s", "10 m", "10d", "1h,30m", "Infinitys"])("%j is none", (text) => expect(parseDuration(text)).toBeNull());
});
