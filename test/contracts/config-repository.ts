/** What every config repository must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { ConfigRepository } from "../../src/ports/config-repository.ts";

/** A repository under test, with a hand on its remote. */
export interface ConfigRepositoryUnderTest {
  readonly repository: ConfigRepository;
  /** A commit on top of the branch. */
  push(subject: string): Promise<string>;
  /** Replaces all but the oldest `keep` commits by one, as a force-push does. */
  rewrite(keep: number, subject: string): Promise<string>;
  deleteBranch(): Promise<void>;
  /** Makes the remote fail so until it is null again. */
  fail(code: Failure | null): Promise<void>;
  dispose(): Promise<void>;
}

type Failure = "git/unreachable" | "git/refused";

/** `failures` are those that this kind of remote knows. */
export function configRepositoryContract(
  name: string,
  make: () => Promise<ConfigRepositoryUnderTest>,
  failures: readonly Failure[] = ["git/unreachable", "git/refused"],
): void {
  describe(`config repository contract: ${name}`, () => {
    let remote: ConfigRepositoryUnderTest;
    let repository: ConfigRepository;
    beforeEach(async () => {
      remote = await make();
      repository = remote.repository;
    });
    afterEach(() => remote.dispose());

    const failing = async (call: Promise<unknown>, code: ErrorCode) => {
      await expect(call).rejects.toMatchObject({ name: "PinionError", code });
    };

    it("has nothing mirrored before the first fetch", async () => {
      await remote.push("first");
      expect(await repository.mirrored()).toBeNull();
      await repository.poll();
      expect(await repository.mirrored()).toBeNull();
    });

    it("polls the newest commit, and fetches it with subject, author and time", async () => {
      await remote.push("first");
      const newest = await remote.push("second");
      expect(await repository.poll()).toBe(newest);
      const head = await repository.fetch(null);
      expect(head).toMatchObject({ commit: newest, subject: "second" });
      expect(head.author).not.toBe("");
      expect(head.committedAt).toBeGreaterThan(0);
      expect(await repository.mirrored()).toEqual(head);
    });

    it("follows a branch that goes on, one commit or several at a time", async () => {
      const first = await remote.push("first");
      await repository.fetch(null);
      const second = await remote.push("second");
      expect((await repository.fetch(first)).commit).toBe(second);
      await remote.push("third");
      const fourth = await remote.push("fourth");
      expect((await repository.fetch(first)).commit).toBe(fourth);
      expect((await repository.fetch(fourth)).commit).toBe(fourth);
    });

    it("moves nothing when the history was rewritten, and goes on when it is restored", async () => {
      await remote.push("first");
      const applied = await remote.push("second");
      const before = await repository.fetch(null);
      const rewritten = await remote.rewrite(1, "another second");
      expect(await repository.poll()).toBe(rewritten);
      await failing(repository.fetch(applied), "git/history-rewritten");
      expect(await repository.mirrored()).toEqual(before);
    });

    it("takes a rewritten history when no commit is held against it", async () => {
      await remote.push("first");
      await remote.push("second");
      await repository.fetch(null);
      const rewritten = await remote.rewrite(1, "another second");
      expect((await repository.fetch(null)).commit).toBe(rewritten);
      expect((await repository.mirrored())?.commit).toBe(rewritten);
    });

    it("says that history was rewritten for a commit that nobody knows", async () => {
      await remote.push("first");
      await failing(repository.fetch("d".repeat(40)), "git/history-rewritten");
      expect(await repository.mirrored()).toBeNull();
    });

    it("moves nothing when the branch vanished, and goes on when it is back", async () => {
      const first = await remote.push("first");
      const before = await repository.fetch(null);
      await remote.deleteBranch();
      await failing(repository.poll(), "git/branch-missing");
      await failing(repository.fetch(first), "git/branch-missing");
      expect(await repository.mirrored()).toEqual(before);
    });

    it.each(failures)("says %s while it is so, keeps what it has, and recovers", async (code) => {
      const first = await remote.push("first");
      const before = await repository.fetch(null);
      await remote.fail(code);
      await failing(repository.poll(), code);
      await failing(repository.fetch(first), code);
      expect(await repository.mirrored()).toEqual(before);
      await remote.fail(null);
      expect(await repository.poll()).toBe(first);
      const second = await remote.push("second");
      expect((await repository.fetch(first)).commit).toBe(second);
    });

    it("answers calls that are made at the same time", async () => {
      const first = await remote.push("first");
      const [polled, fetched, again] = await Promise.all([repository.poll(), repository.fetch(null), repository.fetch(first)]);
      expect([polled, fetched.commit, again.commit]).toEqual([first, first, first]);
    });
  });
}
