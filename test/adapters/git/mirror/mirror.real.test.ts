import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { GitRepositoryOptions } from "../../../../src/adapters/git/repository.ts";
import { failureOf } from "../../../support/failure.ts";
import { createBareRepository, git } from "../../../support/git.ts";
import { createGitRemote } from "../../../support/git-remote.ts";
import type { GitRemote } from "../../../support/git-remote.ts";

let world: GitRemote;

async function start(options: Parameters<typeof createGitRemote>[0] = {}): Promise<GitRemote> {
  world = await createGitRemote(options);
  world.remote.commit({ "pins.yaml": "a: 1.0.0\n" }, "first");
  return world;
}

afterEach(() => world.dispose());

describe("a damaged mirror", () => {
  it.each<[string, (mirror: string) => void]>([
    ["its HEAD is empty", (mirror) => truncateSync(join(mirror, "HEAD"))],
    ["its configuration is gone", (mirror) => rmSync(join(mirror, "config"))],
    ["its refs are empty files", (mirror) => truncateSync(join(mirror, "refs/pinion/accepted/main"))],
    ["a lock was left behind", (mirror) => writeFileSync(join(mirror, "refs/pinion/incoming/main.lock"), "")],
    ["its objects are gone", (mirror) => rmSync(join(mirror, "objects"), { recursive: true })],
  ])("is made anew when %s", async (_, damage) => {
    await start();
    await world.repository.fetch(null);
    await world.repository.close();
    damage(world.mirror);
    world.remote.commit({ "pins.yaml": "a: 1.0.1\n" }, "second");
    const repository = await world.reopen();
    const head = await repository.fetch(null);
    expect(head.subject).toBe("second");
    expect(await repository.mirrored()).toEqual(head);
    git(world.mirror, ["fsck", "--full"]);
  });

  it("is noticed by a read, and made anew by the next fetch", async () => {
    await start();
    const { commit } = await world.repository.fetch(null);
    await world.repository.close();
    spoilObjects(join(world.mirror, "objects"));
    const repository = await world.reopen();
    expect(await failureOf(repository.objects.root(commit))).toMatchObject({ code: "git/object-missing" });
    expect((await repository.fetch(null)).commit).toBe(commit);
    expect(await repository.objects.root(commit)).toMatch(/^[0-9a-f]{40}$/);
    expect(world.log.lines).toEqual([{ level: "warn", text: expect.stringContaining("created again") }]);
  });

  it("is made anew for one damaged file too, which no fetch would notice by itself", async () => {
    await start();
    const { commit } = await world.repository.fetch(null);
    await world.repository.close();
    const blob = world.remote.git("rev-parse", "main:pins.yaml");
    unpack(world.mirror);
    const path = join(world.mirror, "objects", blob.slice(0, 2), blob.slice(2));
    rmSync(path);
    writeFileSync(path, "rubbish");
    const repository = await world.reopen();
    expect(await failureOf(repository.objects.file(blob))).toMatchObject({ code: "git/object-missing" });
    expect((await repository.fetch(commit)).commit).toBe(commit);
    expect(Buffer.from(await repository.objects.file(blob)).toString()).toBe("a: 1.0.0\n");
  });

  it("is kept while the remote is down: a damaged copy is better than none", async () => {
    await start();
    const head = await world.repository.fetch(null);
    const packs = join(world.mirror, "objects/pack");
    const kept = new Set(readdirSync(packs));
    const damaged = world.remote.commit({ "x.txt": "x" }, "second");
    await world.repository.fetch(head.commit);
    await world.repository.close();
    for (const name of readdirSync(packs)) if (!kept.has(name)) rmSync(join(packs, name));
    await world.reopen();
    expect(await failureOf(world.repository.objects.root(damaged))).toMatchObject({ code: "git/object-missing" });
    await world.down();
    expect(await failureOf(world.repository.fetch(head.commit))).toMatchObject({ code: "git/unreachable" });
    expect(await world.repository.objects.root(head.commit)).toMatch(/^[0-9a-f]{40}$/);
    await world.up();
    await world.repository.fetch(head.commit);
    expect(await world.repository.objects.root(damaged)).toMatch(/^[0-9a-f]{40}$/);
  });

  it("is not suspected for long because somebody asked for an object that never was", async () => {
    await start();
    const { commit } = await world.repository.fetch(null);
    await failureOf(world.repository.objects.file("d".repeat(40)));
    await world.repository.fetch(commit);
    expect(world.log.lines).toEqual([]);
  });

  it("is left alone when it is no mirror at all", async () => {
    await start();
    await world.repository.close();
    writeFileSync(join(world.mirror, "letter.txt"), "dear");
    const repository = await world.reopen();
    expect(await failureOf(repository.fetch(null))).toMatchObject({ code: "git/failed", message: expect.stringContaining("left alone") });
    expect(readFileSync(join(world.mirror, "letter.txt"), "utf8")).toBe("dear");
  });

  it.each<[string, (other: GitRemote) => Partial<GitRepositoryOptions>]>([
    ["repository", (other) => ({ url: `${other.server.url}/other.git` })],
    ["branch", () => ({ branch: "other" })],
  ])("of another %s is not taken for this one", async (_, options) => {
    await start();
    await world.repository.fetch(null);
    world.remote.commit({ "x.txt": "x" }, "elsewhere", "other");
    createBareRepository(join(world.folder, "other.git")).commit({ "x.txt": "x" }, "elsewhere");
    const repository = await world.reopen(options(world));
    expect(await repository.mirrored()).toBeNull();
    expect((await repository.fetch(null)).subject).toBe("elsewhere");
  });

  it("is not blamed for a bad object that the server sends", async () => {
    await start();
    const applied = (await world.repository.fetch(null)).commit;
    const blob = git(world.remote.path, ["hash-object", "-w", "--stdin"], "content");
    const tree = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
    const bad = git(world.remote.path, ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], tree);
    const commit = world.remote.git("commit-tree", "-p", applied, "-m", "bad", bad);
    world.remote.git("update-ref", "refs/heads/main", commit);
    expect(await failureOf(world.repository.fetch(applied))).toMatchObject({
      code: "git/failed",
      message: expect.stringContaining("fsck"),
    });
    expect((await world.repository.mirrored())?.commit).toBe(applied);
    expect(world.log.lines).toEqual([]);
  });

  it("holds what old tools have made, and whatever .gitmodules say: nothing is checked out of it", async () => {
    await start();
    const applied = (await world.repository.fetch(null)).commit;
    const modules = '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n\tupdate = !touch /tmp/owned\n';
    world.remote.commit({ ".gitmodules": modules, "processes/a/process.yaml": "id: a\n" }, "modules");
    const folder = Buffer.from(git(world.remote.path, ["rev-parse", "main:processes"]), "hex");
    const padded = Buffer.concat([Buffer.from("040000 processes\0"), folder]);
    const tree = git(world.remote.path, ["hash-object", "-w", "-t", "tree", "--literally", "--stdin"], padded);
    const commit = world.remote.git("commit-tree", "-p", "main", "-m", "padded", tree);
    world.remote.git("update-ref", "refs/heads/main", commit);
    const { repository } = world;
    expect((await repository.fetch(applied)).commit).toBe(commit);
    const [processes] = await repository.objects.directory(await repository.objects.root(commit));
    expect(processes).toMatchObject({ name: "processes", kind: "directory" });
    // Whoever asks for what never was makes the next fetch look closely.
    await failureOf(repository.objects.root("f".repeat(40)));
    await repository.fetch(commit);
    expect(world.log.lines).toEqual([]);
  });
});

/** Every object becomes a file of its own. */
function unpack(mirror: string): void {
  const packs = join(mirror, "objects/pack");
  for (const name of readdirSync(packs).filter((file) => file.endsWith(".pack"))) {
    const pack = readFileSync(join(packs, name));
    rmSync(join(packs, name));
    rmSync(join(packs, name.replace(".pack", ".idx")));
    git(mirror, ["unpack-objects", "-q"], pack);
  }
}

/** Overwrites every object and pack with rubbish. */
function spoilObjects(objects: string): void {
  for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    rmSync(path);
    writeFileSync(path, "rubbish");
  }
}
