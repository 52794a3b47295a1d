import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "../../../support/failure.ts";
import { createGitRemote } from "../../../support/git-remote.ts";
import type { GitRemote } from "../../../support/git-remote.ts";

let world: GitRemote;

async function start(options: Parameters<typeof createGitRemote>[0] = {}): Promise<GitRemote> {
  world = await createGitRemote(options);
  world.remote.commit({ "pins.yaml": "a: 1.0.0\n" }, "first");
  return world;
}

afterEach(() => world.dispose());

describe("an idle poll", () => {
  it("is one request, and starts no child process", async () => {
    await start();
    await world.repository.poll();
    const before = world.server.requests.length;
    for (let count = 0; count < 5; count += 1) await world.repository.poll();
    const asked = world.server.requests.slice(before);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 5 }, () => "POST /config.git/git-upload-pack"),
    );
    expect(world.repository.readerPid()).toBeNull();
  });

  it("tells branches apart whose names begin alike", async () => {
    await start();
    const main = world.remote.head();
    world.remote.commit({ "x.txt": "x" }, "other", "main2");
    expect(await world.repository.poll()).toBe(main);
    const other = await world.reopen({ branch: "mai" });
    expect(await failureOf(other.poll())).toMatchObject({ code: "git/branch-missing" });
  });
});

describe("the object reader", () => {
  it("gives every answer although its child is killed again and again", async () => {
    await start();
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}.txt`, `${index} ${"x".repeat(2000)}`]));
    world.remote.commit(files, "many");
    const { commit } = await world.repository.fetch(null);
    const { objects } = world.repository;
    const entries = (await objects.directory(await objects.root(commit))).filter((entry) => entry.name.startsWith("f"));
    const pids = new Set<number>();
    for (let round = 0; round < 5; round += 1) {
      const reads = entries.map(async (entry) => [entry.name, Buffer.from(await objects.file(entry.id)).toString()]);
      const first = await reads[0];
      const pid = world.repository.readerPid();
      if (pid !== null) process.kill(pid, "SIGKILL");
      if (pid !== null) pids.add(pid);
      expect(first).toEqual(["f0.txt", files["f0.txt"]]);
      expect(Object.fromEntries(await Promise.all(reads))).toEqual(files);
      await objects.size(entries[0]?.id ?? "");
    }
    expect(pids.size).toBe(5);
  });

  it("does not read what is too large into memory", async () => {
    await start({ maxFileBytes: 1000 });
    world.remote.commit({ "big.bin": "x".repeat(5_000_000), "small.txt": "small" }, "big");
    const { commit } = await world.repository.fetch(null);
    const { objects } = world.repository;
    const entries = new Map((await objects.directory(await objects.root(commit))).map((entry) => [entry.name, entry.id]));
    expect(await objects.size(entries.get("big.bin") ?? "")).toBe(5_000_000);
    expect(await failureOf(objects.file(entries.get("big.bin") ?? ""))).toMatchObject({ code: "git/failed" });
    expect(Buffer.from(await objects.file(entries.get("small.txt") ?? "")).toString()).toBe("small");
  });

  it("ends with the repository, and so does everything else", async () => {
    await start();
    const { commit } = await world.repository.fetch(null);
    await world.repository.objects.root(commit);
    const pid = world.repository.readerPid() ?? 0;
    expect(() => process.kill(pid, 0)).not.toThrow();
    await world.repository.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(await failureOf(world.repository.objects.root(commit))).toMatchObject({ code: "git/failed" });
  });
});
