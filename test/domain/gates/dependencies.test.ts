import { describe, expect, it } from "vitest";
import type { Pinned } from "../../../src/domain/desired/resolve.ts";
import { dependencies, lackingOf, servingNow } from "../../../src/domain/gates/dependencies.ts";
import type { Digest, UnitRef } from "../../../src/domain/names.ts";
import type { Dependency } from "../../../src/domain/desired/version.ts";
import { pin, proposed } from "./proposed.ts";

const digest = (letter: string): Digest => `sha256-${letter.repeat(64)}`;
const unit = (process: string, version: string, letter = "a"): UnitRef => ({ process, version, digest: digest(letter) });
const needs = (name: string, version: string, parts: Partial<Dependency> = {}): Dependency => ({
  type: "workflow",
  name,
  version,
  required: true,
  ...parts,
});

interface Around {
  readonly serving?: readonly UnitRef[];
  readonly pinned?: readonly UnitRef[];
  readonly refused?: readonly string[];
}

/** The reason; null: it may go. */
function hold(needed: readonly Dependency[], { serving = [], pinned = serving, refused = [] }: Around): string | null {
  const run = (of: UnitRef) => ({ kind: "run", unit: of }) as unknown as Pinned;
  const desired = {
    processes: new Map(pinned.map((each) => [each.process, run(each)])),
    pins: new Map(),
    settingsDigest: digest("s"),
    unpinned: null,
  };
  const view = servingNow({
    desired,
    serving: (process) => serving.find((each) => each.process === process) ?? null,
    isAwaited: (process) => !refused.includes(process),
  });
  return lackingOf(needed, view)?.text ?? null;
}

describe("the gate for dependencies", () => {
  const billing = needs("billing", "^2.0.0");

  it("lets go whom nothing is missing", () => {
    expect(hold([], {})).toBeNull();
    expect(hold([billing], { serving: [unit("billing", "2.1.0")] })).toBeNull();
  });

  it.each([
    ["out of range", { serving: [unit("billing", "1.9.0")] }, "needs billing ^2.0.0, but 1.9.0 is serving"],
    ["not there", {}, "needs billing ^2.0.0, which is not serving here"],
    ["not there yet", { pinned: [unit("billing", "2.0.0")] }, "waits for billing 2.0.0, which it calls"],
    [
      "about to be another version",
      { serving: [unit("billing", "2.0.0")], pinned: [unit("billing", "2.1.0", "b")] },
      "waits for billing 2.1.0, which it calls",
    ],
    [
      "about to be deployed again with other variables",
      { serving: [unit("billing", "2.0.0")], pinned: [unit("billing", "2.0.0", "b")] },
      "waits for billing 2.0.0, which it calls",
    ],
  ] as const)("holds a caller whose dependency is %s", (_, around, why) => {
    expect(hold([billing], around)).toBe(why);
  });

  it("looks at every dependency, wherever in the list it is", () => {
    const serving = [unit("billing", "2.0.0"), unit("stock", "1.0.0")];
    for (const list of [
      [billing, needs("stock", "^2.0.0")],
      [needs("stock", "^2.0.0"), billing],
      [needs("unknown", "*", { required: false }), billing, needs("stock", "^2.0.0")],
    ])
      expect(hold(list, { serving })).toBe("needs stock ^2.0.0, but 1.0.0 is serving");
  });

  it("does not look at what is optional, or no process", () => {
    expect(hold([needs("stock", "^2.0.0", { required: false })], {})).toBeNull();
    expect(hold([needs("postgres", "^2.0.0", { type: "service" as Dependency["type"] })], {})).toBeNull();
  });

  it("does not wait for what has failed here: then what serves must do", () => {
    const pinned = [unit("billing", "2.1.0", "b")];
    expect(hold([billing], { serving: [unit("billing", "2.0.0")], pinned, refused: ["billing"] })).toBeNull();
    expect(hold([billing], { serving: [unit("billing", "1.0.0")], pinned, refused: ["billing"] })).toMatch(/^needs billing/);
  });

  it("takes a version before a release for one of its range", () => {
    expect(hold([billing], { serving: [unit("billing", "2.1.0-rc.1")] })).toBeNull();
    expect(hold([needs("billing", ">=2.2.0")], { serving: [unit("billing", "2.1.0-rc.1")] })).not.toBeNull();
  });
});

describe("only what goes back to a version that was good here", () => {
  const pinned = pin("orders", "2.0.0", { needs: { billing: "^2.0.0" } });

  it.each([
    ["new", "blocked"],
    ["known-good", "blocked"],
    ["way-back", "open"],
  ] as const)("does not wait for what it calls: %s", (record, kind) => {
    expect(dependencies(proposed({ pinned, record })).kind).toBe(kind);
  });
});
