import { describe, expect, it } from "vitest";
import { watchForOthers } from "../../../../src/adapters/git/writer/overtaken.ts";

type Found = string | null | Error;

/** Watches a branch that is found so, one after the other; then the push is over. */
async function isLost(expected: readonly (string | null)[], ...found: readonly Found[]): Promise<boolean> {
  const [lost, over] = [new AbortController(), new AbortController()];
  const left = [...found];
  const find = async (): Promise<string | null> => {
    const next = left.shift() ?? null;
    if (next instanceof Error) throw next;
    return next;
  };
  const sleep = async (): Promise<void> => {
    if (left.length === 0) over.abort();
  };
  await watchForOthers({ branch: "main", find, clock: { now: () => 0, sleep } }, expected, { lost, over: over.signal });
  return lost.signal.aborted;
}

describe("watching for others while a push is on its way", () => {
  it.each([
    { branch: "stays where it was seen", found: ["seen", "seen"], expected: false },
    { branch: "is at what we push", found: ["seen", "ours"], expected: false },
    { branch: "cannot be asked for", found: [new Error("down"), "ours"], expected: false },
    { branch: "has moved to somebody else's commit", found: ["seen", "theirs"], expected: true },
    { branch: "is no more", found: ["seen", null], expected: true },
  ])("the push has lost: $expected, when the branch $branch", async ({ found, expected }) => {
    expect(await isLost(["seen", "ours"], ...found)).toBe(expected);
  });
});
