import { describe, expect, it } from "vitest";
import { usablePin } from "../../../src/domain/gates/usable-pin.ts";
import { blockedBy, broken, codeOf, proposed } from "./proposed.ts";

describe("the gate for the pin", () => {
  it.each([
    ["nothing", null, "open"],
    ["what can run", proposed().pinned, "open"],
    ["what has no version that can be used", broken(), "PinUnusable"],
    ["a version that does not exist", broken("pin/unknown-version"), "PinUnusable"],
    ["what is said by the gate for the status", broken("pin/archived"), "open"],
    ["what is said by the gate for quarantine", broken("pin/quarantined"), "open"],
    ["quarantine that cannot be read", broken("pin/quarantine-unknown"), "PinUnusable"],
    ["a dependency that is not pinned", broken("dependency/not-pinned"), "PinUnusable"],
  ])("pinned is %s", (_what, pinned, code) => {
    expect(codeOf(usablePin(proposed({ pinned })))).toBe(code);
  });

  it("says the first error of its own, and how many there are besides", () => {
    const { text, about, liftedBy } = blockedBy(usablePin(proposed({ pinned: broken("pin/archived", "x/y", "x/z") })));
    expect([text, about, liftedBy]).toEqual(["pins.yaml:3:1: it is x/y (x/y), and 2 more", "x/y", "Fix x/y."]);
  });
});
