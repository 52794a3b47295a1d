import { describe, expect, it } from "vitest";
import { concurrency } from "../../../src/domain/gates/concurrency.ts";
import { frozen } from "../../../src/domain/gates/frozen.ts";
import type { Blocked, GateAnswer } from "../../../src/domain/gates/gate.ts";
import { quarantined } from "../../../src/domain/gates/quarantined.ts";
import { refusedBefore } from "../../../src/domain/gates/refused-before.ts";
import { removable } from "../../../src/domain/gates/removable.ts";
import { usableEnvironment } from "../../../src/domain/gates/usable-environment.ts";
import { usablePin } from "../../../src/domain/gates/usable-pin.ts";
import { broken, proposed, spec } from "./proposed.ts";

const digest = `sha256-${"a".repeat(64)}` as const;
const freeze = { by: { name: "Ada", email: null }, why: "sale", at: 1 };
const refusal = { unit: { process: "orders", version: "2.0.0", digest }, code: "RolledBack", why: "too many errors", at: 1 } as const;

function codeOf(answer: GateAnswer): string {
  return answer.kind === "open" ? "open" : answer.code;
}

function blockedBy(answer: GateAnswer): Blocked {
  if (answer.kind === "open") throw new Error(`open: ${answer.text}`);
  return answer;
}

describe("the gate for the environment", () => {
  it("is open where environment.yaml can be used", () => {
    expect(codeOf(usableEnvironment(proposed()))).toBe("open");
    expect(codeOf(usableEnvironment(proposed({ spec: null })))).toBe("EnvironmentUnusable");
  });
});

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

describe("the gate for what failed here before", () => {
  const waiting = { ...refusal, awaits: "billing" };
  it.each([
    ["nothing failed", null, "open"],
    ["it failed", { refusal, isRetryDue: false }, "RolledBack"],
    ["it failed with a process that it calls", { refusal: waiting, isRetryDue: false }, "AwaitsDependency"],
    ["that process is healthy again", { refusal: waiting, isRetryDue: true }, "open"],
  ])("%s", (_what, refused, code) => {
    expect(codeOf(refusedBefore(proposed({ refused })))).toBe(code);
  });

  it("names the command that tries it again", () => {
    const { text, liftedBy } = blockedBy(refusedBefore(proposed({ refused: { refusal, isRetryDue: false } })));
    expect(text).toBe("too many errors; `pinion retry production/orders` tries it again");
    expect(liftedBy).toContain("pinion retry production/orders");
  });
});

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

describe("the gate for concurrent deployments", () => {
  it.each([
    [0, 1, "new", "open"],
    [1, 1, "new", "WaitsForTurn"],
    [2, 3, "new", "open"],
    [3, 3, "new", "WaitsForTurn"],
    [9, null, "new", "open"],
    [9, 1, "known-good", "WaitsForTurn"],
    [9, 1, "way-back", "open"],
  ] as const)("with %i running of at most %s, %s", (running, maxConcurrentDeployments, record, code) => {
    expect(codeOf(concurrency(proposed({ running, record, spec: spec({ maxConcurrentDeployments }) })))).toBe(code);
  });
});
