/** What quarantine.yaml says, and what is remembered beside it: people's entries count, and only a person's commit lifts one. */

import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/domain/finding.ts";
import type { Digest } from "../../../src/domain/names.ts";
import { followGit, isInQuarantine, quarantine } from "../../../src/domain/rollback/quarantine.ts";
import type { Quarantined } from "../../../src/domain/journal/revert.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import { toQuarantine } from "../../../src/domain/rollback/policy.ts";
import { row } from "../../support/decision-values.ts";

const digest: Digest = `sha256-${"a".repeat(64)}`;
const known = (isInGit: boolean): Quarantined => ({ version: "1.1.0", digest, why: "errors", at: 1, rollbackId: "rb-1", isInGit });
const entry = (process = "orders", version = "1.1.0") => ({ process, version, digest });

function observation(
  quarantine: Observation["quarantine"],
  how: { readonly severity?: Finding["severity"]; readonly isSpecReadable?: boolean } = {},
): Observation {
  const findings = how.severity === undefined ? [] : [{ severity: how.severity }];
  return { quarantine, findings, spec: how.isSpecReadable === false ? null : {} } as unknown as Observation;
}

describe("what people have put into quarantine", () => {
  it("is in quarantine, though Pinion remembers nothing of it", () => {
    expect(isInQuarantine(row(), { version: "1.1.0" }, observation([entry()]))).toBe(true);
  });

  it.each([
    ["another process", entry("billing")],
    ["another version", entry("orders", "1.2.0")],
  ])("is nothing against %s", (_, other) => {
    expect(isInQuarantine(row(), { version: "1.1.0" }, observation([other]))).toBe(false);
  });

  it("is lifted by taking the entry out, and by nothing else", () => {
    const before = row({ quarantined: [known(true)] });
    expect(followGit(before, observation([entry()])).quarantined).toHaveLength(1);
    expect(followGit(before, observation([])).quarantined).toEqual([]);
  });

  it.each([
    ["has an error", { severity: "error" }],
    ["has no readable environment.yaml", { isSpecReadable: false }],
  ] as const)("is not lifted while the environment %s: the entry may only not be readable", (_, how) => {
    expect(followGit(row({ quarantined: [known(true)] }), observation([], how)).quarantined).toHaveLength(1);
  });

  it("is lifted by itself: neither another process's entry keeps it, nor does it take others along", () => {
    expect(followGit(row({ quarantined: [known(true)] }), observation([entry("billing")])).quarantined).toEqual([]);
    const other: Quarantined = { ...known(true), version: "1.2.0", digest: `sha256-${"b".repeat(64)}` };
    expect(followGit(row({ quarantined: [known(true), other] }), observation([entry()])).quarantined).toEqual([known(true)]);
    expect(followGit(row({ quarantined: [known(true), known(false)] }), observation([])).quarantined).toEqual([known(false)]);
  });

  it("is tried again once it is lifted, though it was refused; what was refused for another reason is not", () => {
    const refused = (version: string) => ({ unit: { process: "orders", version, digest }, why: "in quarantine", at: 1 });
    const after = (version: string) => followGit(row({ quarantined: [known(true)], refused: refused(version) }), observation([])).refused;
    expect(after("1.1.0")).toBeNull();
    expect(after("1.2.0")).toEqual(refused("1.2.0"));
  });

  it("is lifted while there are warnings only", () => {
    expect(followGit(row({ quarantined: [known(true)] }), observation([], { severity: "warning" })).quarantined).toEqual([]);
  });

  it("is not lifted before git has had it, and is known to be in git once it was seen there", () => {
    const before = row({ quarantined: [known(false)] });
    expect(followGit(before, observation([])).quarantined).toEqual([known(false)]);
    const after = followGit(before, observation([entry()]));
    expect(after.quarantined).toEqual([known(true)]);
    expect(followGit(after, observation([])).quarantined).toEqual([]);
  });
});

it("a definition that is rolled back again has one entry, the newest, and takes the place of no other", () => {
  const other: Quarantined = { ...known(true), digest: `sha256-${"b".repeat(64)}` };
  const again: Quarantined = { ...known(true), version: "1.3.0", at: 2, rollbackId: "rb-2" };
  expect(quarantine(row({ quarantined: [known(true), other] }), again)).toEqual([again, other]);
});

describe("a quarantine goes by definition", () => {
  const other: Digest = `sha256-${"c".repeat(64)}`;
  const good = (version: string, definition?: Digest) => ({
    process: "orders",
    version,
    digest: `sha256-${"e".repeat(64)}` as const,
    at: 1,
    ...(definition && { definition }),
  });

  it.each([
    ["the store", { quarantined: [known(false)] }, []],
    ["quarantine.yaml", {}, [entry()]],
  ] as const)("in %s: the same one is in it under another number", (_, parts, inGit) => {
    const before = row({ knownGood: [good("1.0.0", digest)], ...parts });
    expect(isInQuarantine(before, { version: "1.0.0" }, observation(inGit))).toBe(true);
    expect(isInQuarantine(before, good("1.0.0"), observation(inGit))).toBe(true);
  });

  it.each([
    ["the store", { quarantined: [known(false)] }, []],
    ["quarantine.yaml", {}, [entry()]],
  ] as const)("in %s: another one of the same number is not in it", (_, parts, inGit) => {
    expect(isInQuarantine(row({ knownGood: [good("1.1.0", other)], ...parts }), { version: "1.1.0" }, observation(inGit))).toBe(false);
  });

  it("and by the number where an older release did not write which it was", () => {
    const before = row({ knownGood: [good("1.1.0")], quarantined: [known(false)] });
    expect(isInQuarantine(before, { version: "1.1.0" }, observation([]))).toBe(true);
    expect(isInQuarantine(before, { version: "1.0.0" }, observation([]))).toBe(false);
  });

  it("and what goes back to the very same one under another number puts nothing there", () => {
    const before = row({ knownGood: [good("1.0.0", digest)] });
    expect(toQuarantine(before, digest, "1.0.0")).toBeNull();
    expect(toQuarantine(before, other, "1.0.0")).toBe(other);
  });
});
