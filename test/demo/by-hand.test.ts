import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { describeCustomers, instructions, shellText } from "../../src/demo/by-hand.ts";
import type { Load } from "../../src/demo/load.ts";

const place = {
  workingCopy: "/tmp/demo/shop",
  address: "http://127.0.0.1:1/production",
  shellFile: "/tmp/demo/env.sh",
  hasKeys: true,
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

  it("makes `pinion` a command that talks to this demo's controller, whatever its folder is called", () => {
    const text = shellText({
      controller: "http://127.0.0.1:2",
      tokenFile: "/tmp/it's here/api.token",
      command: ["/bin/echo", "a b"],
    });
    const script = `${text}\npinion status "x y"; echo "$PINION_CONTROLLER $PINION_TOKEN_FILE"`;
    expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe("a b status x y\nhttp://127.0.0.1:2 /tmp/it's here/api.token\n");
    expect(instructions(place)).toContain("  . /tmp/demo/env.sh  # makes pinion a command for this demo");
  });

  it("names the key that hides it, where there are keys", () => {
    expect(instructions(place)[0]).toBe("t hides this; Ctrl-C ends it. In another terminal:");
    expect(instructions({ ...place, hasKeys: false })[0]).toBe("Ctrl-C ends it. In another terminal:");
  });

  it("fits a terminal of 80x24, with what runs", () => {
    expect(instructions(place).length).toBeLessThan(17);
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
