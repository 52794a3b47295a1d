import { describe, expect, it } from "vitest";
import { frozen } from "../../../src/domain/gates/frozen.ts";
import { blockedBy, codeOf, proposed } from "./proposed.ts";

const freeze = { by: { name: "Ada", email: null }, why: "sale", at: 1 };

describe("the gate for a freeze", () => {
  it.each([
    ["not frozen", null, "new", "open"],
    ["a new version", freeze, "new", "Frozen"],
    ["forwards to a version that was good here", freeze, "known-good", "Frozen"],
    ["back to a version that was good here", freeze, "way-back", "open"],
  ] as const)("%s", (_what, given, record, code) => {
    expect(codeOf(frozen(proposed({ freeze: given, record })))).toBe(code);
  });

  it("holds a removal, too, and says who froze it", () => {
    expect(blockedBy(frozen(proposed({ pinned: null, freeze }))).text).toBe("frozen by Ada: sale");
  });
});
