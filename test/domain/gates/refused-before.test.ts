import { describe, expect, it } from "vitest";
import { refusedBefore } from "../../../src/domain/gates/refused-before.ts";
import { blockedBy, codeOf, proposed } from "./proposed.ts";

const digest = `sha256-${"a".repeat(64)}` as const;
const refusal = { unit: { process: "orders", version: "2.0.0", digest }, code: "RolledBack", why: "too many errors", at: 1 } as const;

describe("the gate for what failed here before", () => {
  const waiting = { ...refusal, awaits: "billing" };
  it.each([
    ["nothing failed", null, "open"],
    ["it failed", { refusal, isRetryDue: false }, "RolledBack"],
    ["it failed with a process that it calls", { refusal: waiting, isRetryDue: false }, "AwaitsDependency"],
    ["it could not be restored", { refusal: { ...refusal, code: "NotRestored" as const }, isRetryDue: false }, "NotRestored"],
    [
      "it could not be restored long ago",
      { refusal: { ...refusal, code: "NotRestored" as const, at: -300_000 }, isRetryDue: false },
      "open",
    ],
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
