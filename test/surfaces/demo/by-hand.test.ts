import { describe, expect, it } from "vitest";
import { describeCustomers, instructions } from "../../../src/surfaces/demo/by-hand.ts";
import type { Load } from "../../../src/surfaces/demo/load.ts";

const place = {
  workingCopy: "/tmp/demo/shop",
  address: "http://127.0.0.1:1/production",
  controller: "http://127.0.0.1:2",
  tokenFile: "/tmp/demo/state/api.token",
  command: ["node", "bin/pinion.js"],
};

function load(requests: number, failed: number): Load {
  return {
    counts: { requests, failed, firstFailure: null, byVersion: new Map() },
    mark: () => undefined,
    stop: async () => undefined,
  };
}

describe("what to try in the demo", () => {
  it.each([
    "cd /tmp/demo/shop",
    "payment-authorise: 2.2.0",
    "payment-authorise: 2.1.0",
    "pinion pause",
    "pinion freeze",
    "pinion rollback",
  ])("has %s", (text) => {
    expect(instructions(place).join("\n")).toContain(text);
  });

  it("makes `pinion` a command that talks to this demo's controller", () => {
    expect(instructions(place)).toContain("  export PINION_CONTROLLER=http://127.0.0.1:2");
    expect(instructions(place)).toContain("  alias pinion='node bin/pinion.js'");
  });

  it("fits 60 columns, comments aside", () => {
    const commands = instructions(place).map((line) => line.replace(/(?<=\S) {2}# .*/u, ""));
    expect(commands.filter((line) => line.length > 60)).toEqual([]);
  });

  it("tells what the customers have met", () => {
    expect(describeCustomers({ orders: load(12, 0), payments: load(340, 3) })).toBe(
      "customers in production  12 orders, none failed; 340 payments, 3 failed",
    );
  });
});
