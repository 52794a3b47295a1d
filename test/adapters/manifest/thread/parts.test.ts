import { describe, expect, it } from "vitest";
import { gatherEnvironment, gatherVersion } from "../../../../src/adapters/manifest/thread/gather.ts";
import type { Part } from "../../../../src/adapters/manifest/thread/messages.ts";
import { environmentParts, versionParts } from "../../../../src/adapters/manifest/thread/parts.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../../src/domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../../../src/domain/desired/version.ts";
import type { Finding } from "../../../../src/domain/finding.ts";

const found: Finding = { file: "f", line: 1, column: 1, pointer: "", code: "c", severity: "error", message: "m", hint: "h" };

function environmentOf(count: number, findings: number): EnvironmentSnapshot {
  const pins = Array.from({ length: count }, (_, index): [string, PinnedVersion] => {
    const process = `p${index}`;
    return [process, { kind: "broken", process, version: "1.0.0", findings: Array.from({ length: findings }, () => found) }];
  });
  return { name: "e", spec: null, pins: new Map(pins), quarantine: [], findings: [found] };
}

function versionOf(nodes: number, text: string): ProcessVersion {
  const all = Array.from({ length: nodes }, (_, index) => ({ id: `n${index}`, type: "t", config: { text } }));
  const connections = all.slice(1).map(({ id }, index) => ({ from: { node: `n${index}`, port: 0 }, to: { node: id, port: 0 } }));
  const metadata = { title: "t", description: "", author: "", changelog: [], tags: [] };
  const definition = { nodes: all, connections, config: { a: 1 } };
  return { process: "p", version: "1.0.0", metadata, dependencies: [], checks: [], definition, definitionDigest: "sha256-d" };
}

const sizes = (parts: readonly Part[]): readonly number[] => parts.map((part) => (part.kind === "pins" ? part.pins.length : 0));

describe("what is handed over", () => {
  it.each([
    { pins: 0, findings: 0, expected: [0] },
    { pins: 1_000, findings: 0, expected: [1_000, 0] },
    { pins: 2_500, findings: 0, expected: [1_000, 1_000, 500, 0] },
    { pins: 30, findings: 99, expected: [10, 10, 10, 0] },
    { pins: 2, findings: 5_000, expected: [1, 1, 0] },
  ])("of $pins pins with $findings findings each comes in parts of a weight: $expected", ({ pins, findings, expected }) => {
    const environment = environmentOf(pins, findings);
    const parts = [...environmentParts(environment)];
    expect(sizes(parts)).toEqual(expected);
    const gathering = gatherEnvironment();
    for (const part of parts) gathering.take(part);
    expect(gathering.result()).toEqual({ ...environment, pins: expect.any(Object) as unknown });
    expect(new Map(gathering.result()?.pins)).toEqual(environment.pins);
  });

  it.each([
    { nodes: 2, text: "x", expected: ["nodes", "connections", "version"] },
    { nodes: 6, text: "x".repeat(100_000), expected: ["nodes", "nodes", "connections", "version"] },
    { nodes: 1, text: "x".repeat(5_000_000), expected: ["nodes", "version"] },
  ])("of a version of $nodes nodes comes in parts of a length", ({ nodes, text, expected }) => {
    const version = versionOf(nodes, text);
    const parts = [...versionParts(version)];
    expect(parts.map(({ kind }) => kind)).toEqual(expected);
    const gathering = gatherVersion();
    for (const part of parts) gathering.take(part);
    expect(gathering.result()).toEqual(version);
  });

  it("is nothing before its last part", () => {
    const [first] = [...environmentParts(environmentOf(1, 0))];
    const gathering = gatherEnvironment();
    if (first) gathering.take(first);
    expect(() => gathering.result()).toThrow("the last part has not come");
    expect(() => gatherVersion().result()).toThrow("the last part has not come");
  });
});
