import { describe, expect, it } from "vitest";
import { engineKind, whyNoEngine } from "../../../src/domain/gates/engine-kind.ts";
import { usablePin } from "../../../src/domain/gates/usable-pin.ts";
import { broken, proposed } from "./proposed.ts";

describe("the gate for the kind of engine", () => {
  it.each([
    ["nothing", { pinned: null }, "open"],
    ["what is installed nowhere yet", { runsIn: null }, "open"],
    ["what is installed in the kind that process.yaml names", { runsIn: "node-red" }, "open"],
    ["what is installed in another kind", { runsIn: "other" }, "EngineChanged"],
    ["a kind that the environment lacks", { pinned: broken("pin/engine-missing") }, "EngineMissing"],
    ["what is broken otherwise", { pinned: broken("pin/archived") }, "open"],
  ])("%s", (_what, parts, code) => {
    const answer = engineKind(proposed(parts));
    expect(answer.kind === "open" ? "open" : answer.code).toBe(code);
  });

  it("is the only one that speaks of it", () => {
    expect(usablePin(proposed({ pinned: broken("pin/engine-missing") })).kind).toBe("open");
  });

  it("names what the environment has", () => {
    const there = { environment: "production", kinds: ["node-red", "other"] };
    expect(whyNoEngine("orders", "third", there)).toBe(
      "orders needs an engine of kind third, and production has none; it has node-red and other",
    );
    expect(whyNoEngine("orders", "other", there)).toBeNull();
  });
});
