import { afterEach, describe, expect, it, vi } from "vitest";
import type { ComparingManifests } from "../../src/adapters/manifest/manifests.ts";
import { keepNewest } from "../../src/composition/keep-newest.ts";

const nothing = { commit: "c", committedAt: 0, environments: new Map(), findings: [] };

function open(keep: () => Promise<void>) {
  const said: string[] = [];
  const log = { info: () => undefined, warn: (_: object, message: string) => void said.push(message), error: () => undefined };
  const manifests: ComparingManifests = {
    snapshot: async () => nothing,
    earlier: async () => null,
    version: () => Promise.reject(new Error("nobody asks")),
    findingsSince: () => [],
    keep,
  };
  return { keeping: keepNewest(manifests, log), said };
}

describe("the newest snapshot", () => {
  afterEach(() => void vi.useRealTimers());

  it("is kept once for commits in a row, and in the end", async () => {
    vi.useFakeTimers();
    let count = 0;
    const { keeping } = open(async () => void (count += 1));
    await keeping.snapshot("a", 0);
    await keeping.snapshot("b", 0);
    expect(count).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count).toBe(1);
    await keeping.snapshot("c", 0);
    await keeping.close();
    expect(count).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count).toBe(2);
  });

  it("is not missed by anybody when it cannot be kept", async () => {
    const { keeping, said } = open(() => Promise.reject(new Error("the disk is full")));
    await keeping.close();
    expect(said).toEqual(["the next start reads the repository anew: this one could not be kept"]);
  });
});
