import { describe, expect, it } from "vitest";
import { desiredOf, resolveDesired } from "../../../src/domain/desired/resolve.ts";
import type { EnvironmentSpec } from "../../../src/domain/desired/environment.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import { createWorld, sha256 } from "../../support/world.ts";

const around = { hash: sha256, address: "http://127.0.0.1:1/production" };

const spec: EnvironmentSpec = createWorld().spec;

const pinned: PinnedVersion = {
  kind: "runnable",
  status: "published",
  summary: {
    process: "orders",
    version: "1.0.0",
    engine: "node-red",
    definitionDigest: "sha256-a",
    dependencies: [],
    hasChecks: false,
    endpoints: [],
  },
};

const error: Finding = {
  file: "environments/production/pins.yaml",
  line: 1,
  column: 1,
  pointer: "",
  code: "pins/invalid",
  severity: "error",
  message: "no version",
  hint: "",
};

function snapshot(changes: Partial<EnvironmentSnapshot> = {}): EnvironmentSnapshot {
  return { name: "production", spec, pins: new Map([["orders", pinned]]), quarantine: [], findings: [], ...changes };
}

function digestOf(environment: EnvironmentSnapshot): string {
  const desired = resolveDesired(environment, around, null)?.processes.get("orders");
  if (desired?.kind !== "run") throw new Error("not runnable");
  return desired.unit.digest;
}

describe("the digest of a unit", () => {
  it.each<[string, Partial<EnvironmentSnapshot>]>([
    ["a variable", { spec: { ...spec, variables: { LOG_LEVEL: "debug" } } }],
    ["where a secret is found", { spec: { ...spec, secrets: { KEY: { kind: "env", name: "KEY" } } } }],
    ["the definition", { pins: new Map([["orders", { ...pinned, summary: { ...pinned.summary, definitionDigest: "sha256-b" } }]]) }],
    ["the version", { pins: new Map([["orders", { ...pinned, summary: { ...pinned.summary, version: "1.0.1" } }]]) }],
  ])("changes with %s", (_what, changes) => {
    expect(digestOf(snapshot(changes))).not.toBe(digestOf(snapshot()));
  });

  it("changes with the address that the flows are told", () => {
    const elsewhere = resolveDesired(snapshot(), { ...around, address: "http://127.0.0.1:2/production" }, null)?.processes.get("orders");
    expect(elsewhere).toMatchObject({ kind: "run", unit: { version: "1.0.0" } });
    expect(elsewhere?.kind === "run" && elsewhere.unit.digest).not.toBe(digestOf(snapshot()));
  });

  it("does not change with how the environment deploys", () => {
    expect(digestOf(snapshot({ spec: { ...spec, deploymentTimeoutMs: 1, selfHeal: false } }))).toBe(digestOf(snapshot()));
  });
});

describe("desired state", () => {
  it("is null when environment.yaml cannot be used", () => {
    expect(resolveDesired(snapshot({ spec: null }), around, null)).toBeNull();
  });

  it("is the very same when no pin and no setting has changed", () => {
    const first = snapshot();
    const before = resolveDesired(first, around, null);
    expect(resolveDesired({ ...first, spec: { ...spec, deploymentTimeoutMs: 1 } }, around, before)).toBe(before);
    expect(resolveDesired({ ...first, spec: { ...spec, variables: { LOG_LEVEL: "debug" } } }, around, before)).not.toBe(before);
  });

  it.each<[string, { readonly takenOutAt: number | null } | undefined, "unclear" | undefined]>([
    ["is unclear beside an error", undefined, "unclear"],
    ["is unclear beside an error, also where it is remembered", { takenOutAt: null }, "unclear"],
    ["is gone all the same where it was taken out before", { takenOutAt: 1 }, undefined],
  ])("of what is not pinned %s", (_what, known, kind) => {
    const desired = resolveDesired(snapshot({ findings: [error] }), around, null);
    expect(desiredOf("billing", desired, known)?.kind).toBe(kind);
    expect(desiredOf("orders", desired, known)?.kind).toBe("run");
  });

  it("follows errors that come and go without a new pin", () => {
    const before = snapshot();
    const clean = resolveDesired(before, around, null);
    const wrong = resolveDesired({ ...before, findings: [error] }, around, clean);
    expect([desiredOf("billing", clean, undefined), desiredOf("billing", wrong, undefined)]).toEqual([
      null,
      { kind: "unclear", why: expect.stringContaining("production has errors") as string },
    ]);
    expect(resolveDesired(before, around, wrong)?.unpinned).toBeNull();
  });

  it("takes over what has not changed", () => {
    const before = resolveDesired(snapshot(), around, null);
    const after = resolveDesired(
      snapshot({
        pins: new Map([
          ["orders", pinned],
          ["billing", { ...pinned }],
        ]),
      }),
      around,
      before,
    );
    expect(after?.processes.get("orders")).toBe(before?.processes.get("orders"));
  });

  it("resolves everything anew when a variable changes", () => {
    const before = resolveDesired(snapshot(), around, null);
    const after = resolveDesired(snapshot({ spec: { ...spec, variables: { A: 1 } } }), around, before);
    expect(after?.processes.get("orders")).not.toEqual(before?.processes.get("orders"));
  });
});
