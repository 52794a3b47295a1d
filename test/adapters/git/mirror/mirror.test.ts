/** What was fetched is accepted only when it contains what is applied; git itself is played here. */

import { describe, expect, it } from "vitest";
import { branchRefs } from "../../../../src/adapters/git/transport/branch.ts";
import { createMirror, type MirrorOptions } from "../../../../src/adapters/git/mirror/mirror.ts";
import type { CommitObject } from "../../../../src/adapters/git/mirror/read-object.ts";
import { PinionError } from "../../../../src/domain/errors.ts";

const refs = branchRefs("main");

/** Commits by id with their parents; the branch is at `incoming`, and the mirror has only what is not `lacking`. */
function mirrorOf(commits: Readonly<Record<string, readonly string[]>>, incoming: string, lacking: readonly string[] = []) {
  const asked: string[] = [];
  const moved: string[] = [];
  const at: Record<string, string | undefined> = { [refs.incoming]: incoming };
  const contains = (from: string, wanted: string): boolean =>
    from === wanted || (commits[from] ?? []).some((parent) => contains(parent, wanted));
  const commitOf = (commit: string): CommitObject => ({
    commit,
    parents: commits[commit] ?? [],
    tree: "",
    message: "",
    subject: "",
    author: "",
    committedAt: 0,
  });
  const parts = {
    branch: "main",
    refs,
    copy: { open: async () => undefined, fetch: async () => void asked.push("fetch"), suspect: () => undefined },
    reader: {
      info: async (question: string) => {
        const id = at[question] ?? question;
        return commits[id] === undefined || lacking.includes(id) ? { kind: "missing" } : { kind: "info", type: "commit", id, size: 1 };
      },
    },
    objects: { commit: async (id: string) => commitOf(id) },
    local: {
      run: async (args: readonly string[]) => {
        at[args.at(-2) ?? ""] = args.at(-1);
        moved.push(args.at(-1) ?? "");
        return "";
      },
      ask: async (args: readonly string[]) => {
        asked.push(args.join(" "));
        return contains(args.at(-1) ?? "", args.at(-2) ?? "");
      },
    },
  };
  return { mirror: createMirror(parts as unknown as MirrorOptions), asked, moved };
}

const line = { c1: [], c2: ["c1"], c3: ["c2"], other: [], forced: ["other"], merge: ["other", "c1"] } as const;

async function refused(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof PinionError ? error.code : String(error);
}

describe("what was fetched", () => {
  it.each([
    ["the first commit ever", null, "c3"],
    ["the same commit again", "c3", "c3"],
    ["one commit on top", "c2", "c3"],
    ["several commits on top", "c1", "c3"],
    ["a merge, whose second parent it is", "c1", "merge"],
  ])("is accepted: %s", async (_, applied, incoming) => {
    const { mirror, moved } = mirrorOf(line, incoming);
    expect((await mirror.update(applied)).commit).toBe(incoming);
    expect(moved).toEqual([incoming]);
    expect((await mirror.accepted())?.commit).toBe(incoming);
  });

  it.each([
    ["another history", "c2", "forced", []],
    ["an older commit", "c3", "c2", []],
    ["another history, of which the mirror has lost what is applied", "c2", "forced", ["c2"]],
    ["a history whose applied commit nobody knows any more", "gone", "c3", []],
  ])("is not accepted: %s", async (_, applied, incoming, lacking) => {
    const { mirror, moved } = mirrorOf(line, incoming, lacking);
    expect(await refused(mirror.update(applied))).toBe("git/history-rewritten");
    expect(moved).toEqual([]);
    expect(await mirror.accepted()).toBeNull();
  });

  it("is not accepted by a look alone, which applies nothing", async () => {
    const { mirror, moved, asked } = mirrorOf(line, "c3");
    expect((await mirror.look()).commit).toBe("c3");
    expect([moved, asked]).toEqual([[], ["fetch"]]);
  });
});
