import { describe, expect, it } from "vitest";
import { resolveDesired } from "../../src/domain/desired.ts";
import type { EnvironmentSpec } from "../../src/domain/environment.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../src/domain/snapshot.ts";
import { createWorld, sha256 } from "../support/world.ts";

const spec: EnvironmentSpec = createWorld().spec;

const pinned: PinnedVersion = {
  kind: "runnable",
  status: "published",
  summary: { process: "orders", version: "1.0.0", definitionDigest: "sha256-a", dependencies: [], hasChecks: false },
};

function snapshot(changes: Partial<EnvironmentSnapshot> = {}): EnvironmentSnapshot {
  return { name: "production", spec, pins: new Map([["orders", pinned]]), findings: [], ...changes };
}

function digestOf(environment: EnvironmentSnapshot): string {
  const desired = resolveDesired(environment, sha256, null)?.processes.get("orders");
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

  it("does not change with how the environment deploys", () => {
    expect(digestOf(snapshot({ spec: { ...spec, deploymentTimeoutMs: 1, selfHeal: false } }))).toBe(digestOf(snapshot()));
  });
});

describe("desired state", () => {
  it("is null when environment.yaml cannot be used", () => {
    expect(resolveDesired(snapshot({ spec: null }), sha256, null)).toBeNull();
  });

  it("is the very same when no pin and no setting has changed", () => {
    const first = snapshot();
    const before = resolveDesired(first, sha256, null);
    expect(resolveDesired({ ...first, spec: { ...spec, deploymentTimeoutMs: 1 } }, sha256, before)).toBe(before);
    expect(resolveDesired({ ...first, spec: { ...spec, variables: { LOG_LEVEL: "debug" } } }, sha256, before)).not.toBe(before);
  });

  it("takes over what has not changed", () => {
    const before = resolveDesired(snapshot(), sha256, null);
    const after = resolveDesired(
      snapshot({
        pins: new Map([
          ["orders", pinned],
          ["billing", { ...pinned }],
        ]),
      }),
      sha256,
      before,
    );
    expect(after?.processes.get("orders")).toBe(before?.processes.get("orders"));
  });

  it("resolves everything anew when a variable changes", () => {
    const before = resolveDesired(snapshot(), sha256, null);
    const after = resolveDesired(snapshot({ spec: { ...spec, variables: { A: 1 } } }), sha256, before);
    expect(after?.processes.get("orders")).not.toEqual(before?.processes.get("orders"));
  });
});
