import { describe, expect, it } from "vitest";
import { PinionError } from "../../src/domain/errors.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { followed } from "../support/followed.ts";

describe("following the repository", () => {
  it("starts without a commit and says so", () => {
    expect(followed().source.status()).toMatchObject({ state: "starting", commit: null });
  });

  it("puts the first commit in force", async () => {
    const { source, memory } = followed();
    expect(await source.poll()).toBe(true);
    expect(source.status()).toMatchObject({ state: "ok", commit: "c1", subject: "subject of c1" });
    expect(source.wanted("production")?.commit).toBe("c1");
    expect(memory.applied).toBe("c1");
  });

  it("says of a commit what its operator has named in vain, and of nothing else", async () => {
    const { source, told, warned } = followed();
    const found: Finding = {
      file: "f",
      line: 1,
      column: 1,
      pointer: "",
      severity: "warning",
      code: "pin/deprecated",
      message: "old",
      hint: "",
    };
    told.push(found, { ...found, code: "config/unknown-environment", message: "what is said of prodution holds nowhere" });
    await source.poll();
    expect(warned).toEqual([expect.stringContaining("what is said of prodution holds nowhere")]);
  });

  it("reads nothing while the branch stands still", async () => {
    const { source, snapshots } = followed();
    await source.poll();
    expect(await source.poll()).toBe(false);
    expect(snapshots).toEqual(["c1"]);
  });

  it("leaves environments alone that it was not asked to run", async () => {
    const { source } = followed();
    await source.poll();
    expect(source.environments()).toEqual(["production"]);
  });
});

describe("an environment whose folder is gone", () => {
  it("is shown with the reason while something is deployed there, and cannot be used", async () => {
    const { source, memory } = followed();
    memory.remembered = ["production", "shut"];
    await source.poll();
    expect(source.environments()).toEqual(["production", "shut"]);
    expect(source.wanted("shut")).toMatchObject({ desired: null, environment: { spec: null } });
    expect(source.wanted("shut")?.environment.findings).toMatchObject([{ code: "environment/vanished", severity: "error" }]);
    expect(source.wanted("shut")?.environment.findings[0]?.hint).toContain("`name: shut`");
    expect(source.wanted("production")?.environment.findings).toEqual([]);
  });

  it("is forgotten when nothing is left there", async () => {
    const { source, memory, remote } = followed();
    memory.remembered = ["shut"];
    await source.poll();
    memory.remembered = [];
    remote.commit = "c2";
    await source.poll();
    expect(source.environments()).toEqual(["production"]);
  });

  it("is left alone when it was not asked to be run", async () => {
    const { source, memory } = followed();
    memory.remembered = ["another"];
    await source.poll();
    expect(source.environments()).toEqual(["production"]);
  });
});

describe("when the remote fails", () => {
  const down = new PinionError("git/unreachable", "connection refused");

  it("shows code and reason, and keeps what was in force", async () => {
    const { source, remote } = followed();
    await source.poll();
    remote.error = down;
    expect(await source.poll()).toBe(false);
    expect(source.status()).toMatchObject({ state: "error", code: "git/unreachable", reason: "connection refused", commit: "c1" });
    expect(source.wanted("production")?.commit).toBe("c1");
  });

  it("counts failures in a row, and forgets them when it is back", async () => {
    const { source, remote } = followed();
    remote.error = down;
    await source.poll();
    await source.poll();
    expect(source.failures()).toBe(2);
    remote.error = null;
    await source.poll();
    expect(source.failures()).toBe(0);
  });

  it("says when it went well last", async () => {
    const { source, remote } = followed();
    expect(source.status().lastGoodPollAt).toBeNull();
    await source.poll();
    const { lastGoodPollAt } = source.status();
    remote.error = down;
    await source.poll();
    expect(source.status().lastGoodPollAt).toBe(lastGoodPollAt);
    expect(source.status().lastPollAt).toBeGreaterThan(lastGoodPollAt ?? 0);
  });

  it("leaves a server alone for as long as it asks, and no longer once it is back", async () => {
    const { source, remote } = followed();
    remote.error = new PinionError("git/unreachable", "asked too often", { retryAfterMs: 3_600_000 });
    await source.poll();
    expect(source.leaveAloneUntil()).toBeGreaterThan(3_600_000);
    remote.error = down;
    await source.poll();
    expect(source.leaveAloneUntil()).toBeNull();
  });

  it("keeps since while the same thing is wrong", async () => {
    const { source, remote } = followed();
    remote.error = down;
    await source.poll();
    const { since } = source.status();
    await source.poll();
    expect(source.status().since).toBe(since);
  });
});

describe("a start while the remote is down", () => {
  it("takes what the mirror holds when it was in force before", async () => {
    const { source, remote } = followed("c0");
    remote.mirrored = "c0";
    await source.recover();
    expect(source.wanted("production")?.commit).toBe("c0");
  });

  it("takes nothing that was never in force", async () => {
    const { source, remote } = followed("c0");
    remote.mirrored = "c1";
    await source.recover();
    expect(source.wanted("production")).toBeNull();
  });
});

describe("a history that was rewritten", () => {
  it("is not taken, and what was in force stays so", async () => {
    const { source, remote, memory } = followed();
    await source.poll();
    Object.assign(remote, { commit: "c2", lost: ["c1"] });
    expect(await source.poll()).toBe(false);
    expect(source.status()).toMatchObject({ state: "error", code: "git/history-rewritten", commit: "c1" });
    expect([source.wanted("production")?.commit, memory.applied]).toEqual(["c1", "c1"]);
  });

  it.each([null, "c0", "c1"])(
    "is not taken by a controller that has just started either, whatever the mirror holds (%s)",
    async (mirrored) => {
      const { source, remote, memory, snapshots } = followed("c1");
      Object.assign(remote, { commit: "c2", mirrored, lost: ["c1"] });
      await source.recover();
      for (let polls = 0; polls < 3; polls += 1) expect(await source.poll()).toBe(false);
      expect(source.status().code).toBe("git/history-rewritten");
      expect(memory.applied).toBe("c1");
      expect(snapshots).not.toContain("c2");
    },
  );

  it("is left behind when the branch is restored", async () => {
    const { source, remote } = followed("c1");
    Object.assign(remote, { commit: "c2", lost: ["c1"] });
    await source.poll();
    Object.assign(remote, { commit: "c3", lost: [] });
    expect(await source.poll()).toBe(true);
    expect(source.status()).toMatchObject({ state: "ok", commit: "c3" });
  });
});

describe("a commit", () => {
  it.each([
    ["cannot be read", "snapshot", new PinionError("git/object-missing", "a blob is gone")],
    ["cannot be remembered", "write", new PinionError("store/full", "the disk is full")],
  ] as const)("that %s is neither in force nor remembered, and tried again", async (_, what, error) => {
    const { source, remote, memory, failing } = followed();
    await source.poll();
    remote.commit = "c2";
    failing[what] = error;
    expect(await source.poll()).toBe(false);
    expect([source.wanted("production")?.commit, source.snapshot()?.commit, memory.applied]).toEqual(["c1", "c1", "c1"]);
    expect(source.status()).toMatchObject({ state: "error", code: error.code, commit: "c1" });
    failing[what] = null;
    expect(await source.poll()).toBe(true);
    expect([source.wanted("production")?.commit, memory.applied]).toEqual(["c2", "c2"]);
  });
});

describe("a mirror that lacks an object", () => {
  it("is fetched although the branch stands still, once", async () => {
    const { source, fetches, snapshots } = followed();
    await source.poll();
    await expect(source.version("orders", "1.0.0")).rejects.toThrow("a blob is gone");
    await source.poll();
    await source.poll();
    expect({ fetches, snapshots }).toEqual({ fetches: ["c1", "c1"], snapshots: ["c1"] });
  });
});

describe("a router that moves", () => {
  it("makes what is wanted anew, even while the remote is down", async () => {
    const { source, remote, router } = followed();
    await source.poll();
    const before = source.wanted("production")?.desired;
    router.address = "http://127.0.0.1:2";
    remote.error = new PinionError("git/unreachable", "connection refused");
    expect(await source.poll()).toBe(true);
    expect(source.wanted("production")?.desired?.settingsDigest).not.toBe(before?.settingsDigest);
    expect(await source.poll()).toBe(false);
  });
});
