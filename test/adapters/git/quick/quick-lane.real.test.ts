import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGitHttpClient } from "../../../../src/adapters/git/git-http-client.ts";
import { createGitObjects } from "../../../../src/adapters/git/git-objects.ts";
import { gitEnvironment } from "../../../../src/adapters/git/git-environment.ts";
import { createObjectReader } from "../../../../src/adapters/git/object-reader.ts";
import type { ObjectReader } from "../../../../src/adapters/git/object-reader.ts";
import { objectId } from "../../../../src/adapters/git/quick/pack.ts";
import { createQuickLane } from "../../../../src/adapters/git/quick/quick-lane.ts";
import type { QuickLane } from "../../../../src/adapters/git/quick/quick-lane.ts";
import { createQuickRemote } from "../../../../src/adapters/git/quick/quick-remote.ts";
import type { QuickRemote } from "../../../../src/adapters/git/quick/quick-remote.ts";
import { createGitRemote } from "../../../support/git-remote.ts";
import type { GitRemote } from "../../../support/git-remote.ts";

const big = Array.from({ length: 2000 }, (_, index) => `process-${index}: 1.0.${index}\n`).join("");

let world: GitRemote;
let lane: QuickLane;
let remote: QuickRemote;
let reader: ObjectReader;

beforeEach(async () => {
  world = await createGitRemote();
  world.remote.commit({ "pins.yaml": big, "a/b.yaml": "b" }, "first");
  const { commit } = await world.repository.fetch(null);
  const environment = gitEnvironment({
    remote: { kind: "file", url: world.mirror },
    directory: world.mirror,
    timeoutMs: 60_000,
    inherited: process.env,
  });
  reader = createObjectReader({ directory: world.mirror, environment, maxBytes: 1_000_000 });
  const mirror = createGitObjects({ reader, onMissing: () => undefined });
  const http = createGitHttpClient({
    authorization: null,
    proxy: null,
    timeoutMs: 60_000,
    inherited: {},
    closing: new AbortController().signal,
  });
  remote = createQuickRemote(http, `${world.server.url}/config.git`);
  lane = createQuickLane({ remote, branch: "main", mirror });
  lane.follow(await mirror.commit(commit));
});

afterEach(async () => {
  await reader.close();
  await remote.close();
  await world.dispose();
});

async function read(root: string, name: string): Promise<string> {
  const entry = (await lane.objects.directory(root)).find((each) => each.name === name);
  return Buffer.from(await lane.objects.file(entry?.id ?? "")).toString();
}

/** A commit without any change, on top of another. */
function emptyCommit(
  tree: string,
  parent: string,
): { readonly id: string; readonly objects: Map<string, { type: "commit"; bytes: Uint8Array }> } {
  const bytes = Buffer.from(
    `tree ${tree}\nparent ${parent}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nquick\n\nRollback-Id: rb-1\n`,
  );
  const object = { type: "commit", bytes } as const;
  return { id: objectId(object), objects: new Map([[objectId(object), object]]) };
}

describe("the quick way to a branch", () => {
  it("sees what others pushed, old and new files alike, without the mirror knowing", async () => {
    const changed = big.replace("process-77: 1.0.77", "process-77: 9.9.9");
    world.remote.commit({ "pins.yaml": changed }, "second");
    const third = world.remote.commit({ "pins.yaml": `${changed}# more\n` }, "third");
    const head = await lane.look();
    expect(head).toMatchObject({ commit: third, subject: "third" });
    expect(await read(head.tree, "pins.yaml")).toBe(`${changed}# more\n`);
    const folder = (await lane.objects.directory(head.tree)).find(({ name }) => name === "a");
    expect(await read(folder?.id ?? "", "b.yaml")).toBe("b");
    expect((await reader.info(third)).kind).toBe("missing");
  });

  it("pushes on top of what it saw, and finds the commit again", async () => {
    const head = await lane.look();
    const { id, objects } = emptyCommit(head.tree, head.commit);
    expect(await lane.push(head.commit, id, objects)).toEqual({ refused: null });
    expect(world.remote.head()).toBe(id);
    expect((await lane.look()).commit).toBe(id);
    expect(lane.commitSaying("Rollback-Id: rb-1")).toBe(id);
    expect(lane.commitSaying("Rollback-Id: rb")).toBeNull();
    world.remote.git("fsck", "--full", "--strict");
  });

  it("overwrites nobody", async () => {
    const head = await lane.look();
    const others = world.remote.commit({ "a/b.yaml": "c" }, "by another");
    const { id, objects } = emptyCommit(head.tree, head.commit);
    expect((await lane.push(head.commit, id, objects)).refused).toMatch(/\w/);
    expect(world.remote.head()).toBe(others);
    expect(lane.commitSaying("Rollback-Id: rb-1")).toBeNull();
  });

  it.each<[string, () => unknown]>([
    ["the branch has gone back", () => world.remote.git("update-ref", "refs/heads/main", "main~1")],
    [
      "the branch was rewritten",
      () => world.remote.git("update-ref", "refs/heads/main", world.remote.git("commit-tree", "-m", "other", "main^{tree}")),
    ],
    ["the branch is gone", () => world.remote.git("update-ref", "-d", "refs/heads/main")],
    ["the server fails", () => world.server.behave({ status: 503 })],
    ["the server does not speak git", () => world.server.behave({ status: 200 })],
  ])("is left when %s", async (_, happens) => {
    world.remote.commit({ "a/b.yaml": "c" }, "second");
    await lane.look();
    happens();
    await expect(lane.look()).rejects.toThrow();
  });
});
