import { describe, expect, it } from "vitest";
import type { ProcessRecord } from "../../../../src/adapters/manifest/process/process-record.ts";
import type { WholeVersion } from "../../../../src/adapters/manifest/process/read-process.ts";
import { createRecentVersions } from "../../../../src/adapters/manifest/process/recent-versions.ts";

function folder(treeId: string, process = "orders"): ProcessRecord {
  return {
    process,
    treeId,
    catalogue: { process, engine: "node-red", owner: "", versions: new Map(), findings: [] },
    findings: [],
    versions: new Map(),
  };
}

/** Reads versions of about 300 characters, and counts. */
function counted(kind: WholeVersion["kind"] = "version") {
  let reads = 0;
  const version = { text: "x".repeat(300) } as unknown as Extract<WholeVersion, { kind: "version" }>["version"];
  const whole: WholeVersion =
    kind === "version"
      ? { kind, version, digest: "version-sha256-a", warnings: [], dependencyPlaces: [], addresses: [], variables: [], exclusives: [] }
      : { kind, findings: [] };
  return {
    reads: () => reads,
    read: async () => {
      reads += 1;
      return whole;
    },
  };
}

describe("the versions read last", () => {
  it("are read once as long as their folder stays as it is", async () => {
    const { read, reads } = counted();
    const recent = createRecentVersions(1_000);
    const first = await recent.get(folder("a"), "1.0.0", read);
    expect(await recent.get(folder("a"), "1.0.0", read)).toBe(first);
    expect(reads()).toBe(1);
    await recent.get(folder("b"), "1.0.0", read);
    expect(reads()).toBe(2);
  });

  it("make room for others, the one not asked for the longest first", async () => {
    const { read, reads } = counted();
    const recent = createRecentVersions(700);
    await recent.get(folder("a"), "1.0.0", read);
    await recent.get(folder("a"), "2.0.0", read);
    await recent.get(folder("a"), "1.0.0", read);
    await recent.get(folder("a"), "3.0.0", read);
    expect(reads()).toBe(3);
    await recent.get(folder("a"), "1.0.0", read);
    expect(reads()).toBe(3);
    await recent.get(folder("a"), "2.0.0", read);
    expect(reads()).toBe(4);
  });

  it("are not kept when one alone is too large, or is refused", async () => {
    const large = counted();
    const recent = createRecentVersions(100);
    await recent.get(folder("a"), "1.0.0", large.read);
    await recent.get(folder("a"), "1.0.0", large.read);
    const refused = counted("refused");
    await recent.get(folder("a", "bills"), "1.0.0", refused.read);
    await recent.get(folder("a", "bills"), "1.0.0", refused.read);
    expect([large.reads(), refused.reads()]).toEqual([2, 2]);
  });
});
