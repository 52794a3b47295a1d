/** What every pin writer must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommitId, Digest, ProcessId, Version } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import { failureOf } from "../support/failure.ts";

/** A writer under test, with a hand on the branch of its remote. All of it is about the environment `production`. */
export interface PinWriterUnderTest {
  readonly writer: PinWriter;
  /** Another writer in place of the one before, as after a crash. */
  restart(): Promise<PinWriter>;
  /** A person's commit; null takes the process out. */
  pin(process: ProcessId, version: Version | null): Promise<CommitId>;
  pinned(process: ProcessId): Promise<Version | null>;
  quarantined(): Promise<readonly HeldVersion[]>;
  /** Every commit on the branch, newest first. */
  commits(): Promise<readonly BranchCommit[]>;
  /** Branches beside it. */
  proposals(): Promise<readonly string[]>;
  /** From now on the branch takes no push from the writer. */
  protect(): Promise<void>;
  fail(code: "git/unreachable" | "git/refused" | null): Promise<void>;
  /** The next push arrives, and its answer does not. */
  loseAnswer(): void;
  /** Runs between the writer's look at the branch and its next push. */
  beforePush(once: () => Promise<unknown>): void;
  dispose(): Promise<void>;
}

export interface HeldVersion {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly rollbackId?: string;
}

export interface BranchCommit {
  readonly commit: CommitId;
  readonly rollbackId: string | null;
}

/** An order to take order-intake in production back from 1.5.0 to 1.4.2. */
export function revertOrder(changes: Partial<RevertRequest> = {}): RevertRequest {
  return {
    id: "rb-1",
    environment: "production",
    process: "order-intake",
    from: "1.5.0",
    to: "1.4.2",
    quarantine: `sha256-${"a".repeat(64)}`,
    trigger: "error_rate",
    why: "20 % of the answers were errors",
    at: Date.UTC(2026, 10, 21, 10),
    commit: "c".repeat(40),
    deployment: "d-1",
    by: null,
    mode: "push",
    ...changes,
  };
}

const request = revertOrder();

export function pinWriterContract(name: string, make: () => Promise<PinWriterUnderTest>): void {
  describe(`pin writer contract: ${name}`, () => {
    let world: PinWriterUnderTest;
    beforeEach(async () => {
      world = await make();
      await world.pin("payment", "2.0.0");
      await world.pin("order-intake", "1.4.2");
      await world.pin("order-intake", "1.5.0");
    });
    afterEach(() => world.dispose());

    const writtenBy = async (id: string) =>
      (await world.commits()).filter(({ rollbackId }) => rollbackId === id).map(({ commit }) => commit);
    const isOnBranch = async (commit: CommitId) => (await world.commits()).some((known) => known.commit === commit);

    it("puts the pin back and enters the quarantine, in one commit on the branch", async () => {
      const before = await world.commits();
      const outcome = await world.writer.revert(request);
      const [newest, ...older] = await world.commits();
      expect(older).toEqual(before);
      expect(outcome).toEqual({ kind: "committed", commit: newest?.commit });
      expect(newest?.rollbackId).toBe("rb-1");
      expect(await world.pinned("order-intake")).toBe("1.4.2");
      expect(await world.pinned("payment")).toBe("2.0.0");
      expect(await world.quarantined()).toMatchObject([
        { process: "order-intake", version: "1.5.0", digest: request.quarantine, rollbackId: "rb-1" },
      ]);
    });

    it("puts the pins of others back by the same commit, where they still say so", async () => {
      await world.pin("invoice", "3.1.0");
      const before = await world.commits();
      const along = [
        { process: "payment", from: "2.0.0", to: "1.9.0" },
        { process: "invoice", from: "3.0.0", to: "2.9.0" },
        { process: "nobody", from: "1.0.0", to: "0.9.0" },
      ];
      expect((await world.writer.revert(revertOrder({ along }))).kind).toBe("committed");
      expect((await world.commits()).slice(1)).toEqual(before);
      expect(await Promise.all(["order-intake", "payment", "invoice", "nobody"].map((each) => world.pinned(each)))).toEqual([
        "1.4.2",
        "1.9.0",
        "3.1.0",
        null,
      ]);
      expect(await world.quarantined()).toMatchObject([{ process: "order-intake" }]);
    });

    it("enters nothing into quarantine when the request has no digest for it", async () => {
      expect((await world.writer.revert(revertOrder({ quarantine: null }))).kind).toBe("committed");
      expect(await world.quarantined()).toEqual([]);
    });

    it("writes a request once, however often it is asked", async () => {
      const first = await world.writer.revert(request);
      expect(await world.writer.revert(request)).toEqual(first);
      expect(await (await world.restart()).revert(request)).toEqual(first);
      expect(await writtenBy("rb-1")).toHaveLength(1);
    });

    it("writes it once when two ask at the same time", async () => {
      const [one, other] = await Promise.all([world.writer.revert(request), world.writer.revert(request)]);
      expect(one).toEqual(other);
      expect(await writtenBy("rb-1")).toHaveLength(1);
    });

    it("does not write it again after a person has pinned the bad version once more", async () => {
      const first = await world.writer.revert(request);
      await world.pin("order-intake", "1.5.0");
      expect(await world.writer.revert(request)).toEqual(first);
      expect(await world.pinned("order-intake")).toBe("1.5.0");
    });

    it("writes another request about the same version", async () => {
      await world.writer.revert(request);
      await world.pin("order-intake", "1.5.0");
      expect((await world.writer.revert(revertOrder({ id: "rb-2" }))).kind).toBe("committed");
      expect(await world.pinned("order-intake")).toBe("1.4.2");
      expect(await world.quarantined()).toHaveLength(1);
    });

    it("writes on top of what people commit in between, and loses none of it", async () => {
      let person = "";
      world.beforePush(async () => (person = await world.pin("payment", "2.1.0")));
      expect((await world.writer.revert(request)).kind).toBe("committed");
      expect(await isOnBranch(person)).toBe(true);
      expect(await world.pinned("payment")).toBe("2.1.0");
      expect(await world.pinned("order-intake")).toBe("1.4.2");
      expect(await writtenBy("rb-1")).toHaveLength(1);
    });

    it.each([
      ["moved", "1.6.0"],
      ["put back already", "1.4.2"],
      ["taken out", null],
    ])("writes nothing when a person has %s the pin", async (_, version) => {
      const commit = await world.pin("order-intake", version);
      const outcome = await world.writer.revert(request);
      expect(outcome).toMatchObject({ kind: "superseded", why: expect.stringMatching(/order-intake/) });
      expect((await world.commits())[0]?.commit).toBe(commit);
      expect(await world.pinned("order-intake")).toBe(version);
      expect(await world.quarantined()).toEqual([]);
    });

    it("writes nothing when a person moves the pin between the look and the push", async () => {
      world.beforePush(() => world.pin("order-intake", "1.6.0"));
      expect((await world.writer.revert(request)).kind).toBe("superseded");
      expect(await world.pinned("order-intake")).toBe("1.6.0");
      expect(await writtenBy("rb-1")).toEqual([]);
    });

    it.each(["git/unreachable", "git/refused"] as const)("says %s while it is so, and writes once it is over", async (code) => {
      await world.fail(code);
      expect((await failureOf(world.writer.revert(request))).code).toBe(code);
      await world.fail(null);
      expect(await writtenBy("rb-1")).toEqual([]);
      expect((await world.writer.revert(request)).kind).toBe("committed");
      expect(await writtenBy("rb-1")).toHaveLength(1);
    });

    it("finds what it pushed when the answer was lost", async () => {
      world.loseAnswer();
      const lost = await world.writer.revert(request).catch(() => null);
      const outcome = await (await world.restart()).revert(request);
      const [commit] = await writtenBy("rb-1");
      expect(outcome).toEqual({ kind: "committed", commit });
      expect(lost === null || lost.kind === "committed").toBe(true);
      expect(await writtenBy("rb-1")).toHaveLength(1);
    });

    it("finds it too when a person has moved the pin since", async () => {
      world.loseAnswer();
      await world.writer.revert(request).catch(() => null);
      await world.pin("order-intake", "1.7.0");
      expect(await world.writer.revert(request)).toEqual({ kind: "committed", commit: (await writtenBy("rb-1"))[0] });
      expect(await world.pinned("order-intake")).toBe("1.7.0");
    });

    it("proposes on a branch of its own where the branch takes no push", async () => {
      await world.protect();
      const outcome = await world.writer.revert(request);
      expect(outcome).toMatchObject({ kind: "proposed", branch: "rollback/production/rb-1", why: expect.stringMatching(/\w/) });
      expect(await world.proposals()).toEqual(["rollback/production/rb-1"]);
      expect(await world.pinned("order-intake")).toBe("1.5.0");
      const again = await (await world.restart()).revert(request);
      expect(again).toMatchObject({ kind: "proposed", commit: outcome.kind === "proposed" ? outcome.commit : "" });
    });

    it("proposes when it is ordered to, and leaves the branch alone", async () => {
      const before = await world.commits();
      const asked = revertOrder({ mode: "propose" });
      expect(await world.writer.revert(asked)).toMatchObject({ kind: "proposed", branch: "rollback/production/rb-1" });
      expect((await world.writer.revert(asked)).kind).toBe("proposed");
      expect(await world.commits()).toEqual(before);
      expect(await world.proposals()).toEqual(["rollback/production/rb-1"]);
    });

    it("carries out several orders at the same time", async () => {
      const orders = ["a", "b", "c"].map((process) => revertOrder({ id: `rb-${process}`, process, from: "2.0.0", to: "1.0.0" }));
      for (const { process } of orders) await world.pin(process, "2.0.0");
      const outcomes = await Promise.all(orders.map((each) => world.writer.revert(each)));
      expect(outcomes.map(({ kind }) => kind)).toEqual(["committed", "committed", "committed"]);
      expect(await Promise.all(orders.map(({ process }) => world.pinned(process)))).toEqual(["1.0.0", "1.0.0", "1.0.0"]);
      expect(await world.quarantined()).toHaveLength(3);
    });

    it("writes nothing once it was told to stop", async () => {
      const stop = AbortSignal.abort();
      expect((await failureOf(world.writer.revert(request, stop))).code).toBe("git/failed");
      expect(await writtenBy("rb-1")).toEqual([]);
    });
  });
}
