import { describe, expect, it } from "vitest";
import { removable } from "../../../src/domain/gates/removable.ts";
import { codeOf, proposed } from "./proposed.ts";

describe("the gate for a removal", () => {
  const whyKept = "production has errors";
  it.each([
    ["is asked of what is no longer pinned", { pinned: null, whyKept }, "NotRemoved"],
    ["is open where nothing is wrong", { pinned: null }, "open"],
    ["does not ask what is pinned", { whyKept }, "open"],
  ])("%s", (_what, parts, code) => {
    expect(codeOf(removable(proposed(parts)))).toBe(code);
  });
});
