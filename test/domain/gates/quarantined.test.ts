import { describe, expect, it } from "vitest";
import { quarantined } from "../../../src/domain/gates/quarantined.ts";
import { broken, codeOf, proposed } from "./proposed.ts";

describe("the gate for quarantine", () => {
  it.each([
    ["nothing is in quarantine", {}, "open"],
    ["the controller's own list has it", { quarantined: { version: "2.0.0", why: "too many errors" } }, "Quarantined"],
    ["quarantine.yaml has it", { pinned: broken("pin/quarantined") }, "Quarantined"],
    ["something else is wrong with the pin", { pinned: broken("x/y") }, "open"],
    ["nothing is pinned", { pinned: null, quarantined: { version: "2.0.0", why: "too many errors" } }, "open"],
  ])("%s", (_what, parts, code) => {
    expect(codeOf(quarantined(proposed(parts)))).toBe(code);
  });
});
