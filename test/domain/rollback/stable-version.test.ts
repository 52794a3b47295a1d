/** Which version the traffic goes back to: what serves, or the one before it where what serves was never found good. */

import { describe, expect, it } from "vitest";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import { stableFor, verifiedBefore } from "../../../src/domain/rollback/stable-version.ts";
import {
  caseOf,
  definitionOf,
  get,
  goodAs,
  installedAs,
  pinnedTo,
  routeTo,
  type Stage,
  unitOf,
  viewOf,
} from "../../support/case-values.ts";
import { rollout, row } from "../../support/decision-values.ts";

const orders = (version: string) => unitOf("orders", version);
/** 1.1.0 was given the traffic in place of 1.0.0 when it was superseded. */
const superseded = (parts: Partial<Rollout> = {}, isGood = false) => ({
  rollout: rollout({ stable: orders("1.0.0"), candidate: orders("1.1.0"), ...parts }),
  isGood,
});
const both = [installedAs("orders", "1.0.0"), installedAs("orders", "1.1.0")];
const servedBy = (version: string): Stage => ({ installed: both, routes: [routeTo("orders", { [version]: 100 })] });
const inQuarantine = (version: string) => [{ process: "orders", version, digest: definitionOf("orders", version) }];

interface Row {
  readonly when: string;
  readonly stage: Stage;
  readonly superseded?: ReturnType<typeof superseded>;
  /** Null: it goes back to nothing. */
  readonly back: string | null;
}

const rows: readonly Row[] = [
  { when: "a version serves", stage: servedBy("1.0.0"), back: "1.0.0" },
  { when: "no version serves", stage: { installed: both }, back: null },
  { when: "the candidate itself serves", stage: servedBy("2.0.0"), back: null },
  { when: "what serves was superseded before it was good", stage: servedBy("1.1.0"), superseded: superseded(), back: "1.0.0" },
  { when: "what serves was superseded after it was good", stage: servedBy("1.1.0"), superseded: superseded({}, true), back: "1.1.0" },
  { when: "what serves came by a rollback", stage: servedBy("1.1.0"), superseded: superseded({ kind: "rollback" }), back: "1.1.0" },
  { when: "another version serves than the superseded one", stage: servedBy("1.0.0"), superseded: superseded(), back: "1.0.0" },
  {
    when: "the version before it is not installed any more",
    stage: { ...servedBy("1.1.0"), installed: [installedAs("orders", "1.1.0")] },
    superseded: superseded(),
    back: "1.1.0",
  },
  {
    when: "the version before it is the candidate",
    stage: servedBy("1.1.0"),
    superseded: superseded({ stable: orders("2.0.0") }),
    back: "1.1.0",
  },
  {
    when: "what serves is in quarantine, and another version has a share",
    stage: {
      installed: both,
      routes: [routeTo("orders", { "1.0.0": 20, "1.1.0": 80 })],
      observation: { quarantine: inQuarantine("1.1.0") },
    },
    back: "1.0.0",
  },
  {
    when: "what serves is in quarantine, and another good version is warm",
    stage: { ...servedBy("1.1.0"), observation: { quarantine: inQuarantine("1.1.0") } },
    back: "1.0.0",
  },
  {
    when: "what serves is in quarantine, and the other good version is gone",
    stage: { ...servedBy("1.1.0"), installed: [installedAs("orders", "1.1.0")], observation: { quarantine: inQuarantine("1.1.0") } },
    back: "1.1.0",
  },
  {
    when: "what serves is in quarantine, and the other good version is too",
    stage: { ...servedBy("1.1.0"), observation: { quarantine: [...inQuarantine("1.0.0"), ...inQuarantine("1.1.0")] } },
    back: "1.1.0",
  },
  {
    when: "what serves is in quarantine, and the good version that is warm has paths that another process serves",
    stage: {
      installed: [installedAs("orders", "1.0.0", { endpoints: get("/a") }), installedAs("orders", "1.1.0", { endpoints: get("/b") })],
      routes: [routeTo("orders", { "1.1.0": 100 }, get("/b")), routeTo("billing", { "1.0.0": 100 }, get("/a"))],
      observation: { quarantine: inQuarantine("1.1.0") },
    },
    back: "1.1.0",
  },
];

describe("the traffic goes back, when", () => {
  it.each(rows)("$when", ({ stage, superseded: ended = null, back }) => {
    const known = [row({ knownGood: [goodAs("orders", "1.0.0"), goodAs("orders", "1.1.0")] })];
    const one = caseOf("orders", { states: known, ...stage }, { superseded: ended });
    expect(stableFor(one, viewOf("orders", stage), orders("2.0.0"))?.version ?? null).toBe(back);
  });
});

describe("a version that was never good serves on", () => {
  const served: Stage = {
    installed: [installedAs("orders", "1.0.0", { endpoints: get("/a") }), installedAs("orders", "1.1.0", { endpoints: get("/b") })],
    routes: [routeTo("orders", { "1.1.0": 100 }, get("/b"))],
  };
  const before = (stage: Stage) => verifiedBefore(caseOf("orders", stage, { superseded: superseded() }), viewOf("orders", stage));

  it("not where nothing stands in the way", () => {
    expect(before(served)).toEqual(orders("1.0.0"));
  });

  it("where another process serves a path that the one before it would get back", () => {
    expect(before({ ...served, routes: [...(served.routes ?? []), routeTo("billing", { "1.0.0": 100 }, get("/a"))] })).toBeNull();
  });

  it("where another process is pinned to answer what it would give up", () => {
    expect(before({ ...served, pinned: [pinnedTo("billing", "2.0.0", { endpoints: get("/b") })] })).toBeNull();
  });
});
