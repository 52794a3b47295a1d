import { describe, expect, it } from "vitest";
import type { Revert, RevertRequest } from "../../../src/domain/journal/revert.ts";
import { viewOfRevert } from "../../../src/domain/journal/revert-view.ts";
import type { OwedAction } from "../../../src/domain/journal/state.ts";

const request: RevertRequest = {
  id: "rb-1",
  environment: "production",
  process: "orders",
  from: "1.1.0",
  to: "1.0.0",
  quarantine: null,
  trigger: "manual",
  why: "because",
  at: 0,
  commit: "0123456789abcdef",
  deployment: null,
  by: null,
  mode: "push",
};
const owed: Revert = { request, outcome: null };

function refused(detail: string, id = "rb-1"): OwedAction {
  const action = { kind: "ensure-reverted", process: "orders", request: { ...request, id } } as const;
  return { id: 1, action, notBefore: 0, stuck: { action, code: "git/refused", detail, retry: "later", attempts: 3 } };
}

describe("a revert that is shown", () => {
  it.each<[string, Revert, readonly OwedAction[], string | null]>([
    ["says what the last try came to", owed, [refused("denied")], "denied"],
    ["says it shortened", owed, [refused("x".repeat(400))], `${"x".repeat(299)}…`],
    ["says nothing of another revert's try", owed, [refused("denied", "rb-2")], null],
    ["says nothing before the first try has failed", owed, [], null],
    ["says nothing once it is written", { request, outcome: { kind: "committed", commit: "abc" } }, [refused("denied")], null],
  ])("%s", (_what, revert, actions, refusal) => {
    expect(viewOfRevert(revert, { owed: actions }).refusal).toBe(refusal);
  });
});
