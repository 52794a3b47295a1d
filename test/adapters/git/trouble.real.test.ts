import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createGitRepository } from "../../../src/adapters/git/repository.ts";
import { git } from "../../support/git.ts";
import { createGitRemote } from "../../support/git-remote.ts";
import type { GitRemote } from "../../support/git-remote.ts";

let world: GitRemote;

async function start(options: Parameters<typeof createGitRemote>[0] = {}): Promise<GitRemote> {
  world = await createGitRemote(options);
  world.remote.commit({ "pins.yaml": "a: 1.0.0\n" }, "first");
  return world;
}

afterEach(() => world.dispose());

async function failureOf(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  return call.then(
    () => ({ code: "none", message: "it did not fail" }),
    (error: { readonly code: string; readonly message: string }) => error,
  );
}

function everythingIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
}

describe("credentials", () => {
  const users = [{ name: "x-access-token", password: "r1ght-t0k3n", push: false }];
  const encoded = Buffer.from("x-access-token:r1ght-t0k3n").toString("base64");

  it("let us in, and are written nowhere", async () => {
    await start({ users, auth: { kind: "token", token: "r1ght-t0k3n" } });
    const commit = await world.repository.poll();
    expect((await world.repository.fetch(null)).commit).toBe(commit);
    await world.repository.objects.root(commit);
    expect(new Set(world.server.requests.map((request) => request.user))).toEqual(new Set(["x-access-token"]));
    const kept = everythingIn(world.mirror) + JSON.stringify(world.log.lines);
    expect(kept).not.toContain("r1ght-t0k3n");
    expect(kept).not.toContain(encoded);
  });

  it("in the URL do the same", async () => {
    await start({ users });
    const url = `${world.server.url.replace("//", "//x-access-token:r1ght-t0k3n@")}/config.git`;
    const repository = await world.reopen({ url });
    expect((await repository.fetch(null)).commit).toBe(await repository.poll());
    expect(repository.url).toBe(`${world.server.url}/config.git`);
    expect(everythingIn(world.mirror)).not.toContain("r1ght-t0k3n");
  });

  it.each([
    ["missing", undefined],
    ["wrong", { kind: "token", token: "wr0ng-t0k3n" } as const],
  ])("that are %s are said to be so, by poll and fetch alike, without showing them", async (_, auth) => {
    await start(auth ? { users, auth } : { users });
    for (const call of [world.repository.poll(), world.repository.fetch(null)]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ code: "git/refused", message: expect.stringContaining("401") });
      expect(JSON.stringify([failure.message, String(failure), world.log.lines])).not.toContain("wr0ng");
    }
  });
});

describe("a server in trouble", () => {
  it.each([
    [403, "git/refused"],
    [404, "git/refused"],
    [429, "git/unreachable"],
    [500, "git/unreachable"],
    [503, "git/unreachable"],
  ])("that answers %i is %s, for poll and fetch alike", async (status, code) => {
    await start();
    world.server.behave({ status });
    expect(await failureOf(world.repository.poll())).toMatchObject({ code });
    expect(await failureOf(world.repository.fetch(null))).toMatchObject({ code });
  });

  it("that never answers is given up after the time allowed", async () => {
    await start({ timeoutMs: 700 });
    world.server.behave("hang");
    expect(await failureOf(world.repository.poll())).toMatchObject({
      code: "git/unreachable",
      message: expect.stringContaining("in time"),
    });
    expect(await failureOf(world.repository.fetch(null))).toMatchObject({
      code: "git/unreachable",
      message: expect.stringContaining("in time"),
    });
    world.server.behave("normal");
    expect((await world.repository.fetch(null)).subject).toBe("first");
  });

  it("whose name nobody knows is unreachable", async () => {
    await start();
    const repository = await world.reopen({ url: "http://no-such-host.invalid/config.git" });
    for (const call of [repository.poll(), repository.fetch(null)]) {
      expect(await failureOf(call)).toMatchObject({ code: "git/unreachable", message: expect.stringContaining("cannot be resolved") });
    }
  });

  it("that is no git server is said to be none", async () => {
    await start();
    const page = createServer((_, response) => response.end("<html>welcome</html>"));
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    try {
      const repository = await world.reopen({ url: `http://127.0.0.1:${(page.address() as AddressInfo).port}/config.git` });
      expect(await failureOf(repository.poll())).toMatchObject({ code: "git/unreachable", message: expect.stringContaining("git server") });
    } finally {
      page.closeAllConnections();
      page.close();
    }
  });

  it("that speaks only the protocol's first version is understood", async () => {
    await start();
    const old = createServer((incoming, outgoing) => {
      const { "git-protocol": _, ...headers } = incoming.headers;
      const onward = request(`${world.server.url}${incoming.url ?? ""}`, { method: incoming.method ?? "GET", headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => old.listen(0, "127.0.0.1", resolve));
    try {
      const repository = await world.reopen({ url: `http://127.0.0.1:${(old.address() as AddressInfo).port}/config.git` });
      expect(await repository.poll()).toBe(world.remote.head());
      const second = world.remote.commit({ "x.txt": "x" }, "second");
      expect(await repository.poll()).toBe(second);
      expect((await repository.fetch(null)).commit).toBe(second);
    } finally {
      old.closeAllConnections();
      old.close();
    }
  });

  it("that sends us to another server gets no credentials there", async () => {
    await start({ auth: { kind: "token", token: "t0k3n" } });
    world.server.behave({ status: 301, headers: { location: "http://127.0.0.1:1/elsewhere" } });
    expect(await failureOf(world.repository.poll())).toMatchObject({
      code: "git/refused",
      message: expect.stringContaining("another server"),
    });
  });

  it("may be down at the start: what was mirrored before is there", async () => {
    await start();
    const head = await world.repository.fetch(null);
    await world.down();
    const repository = await world.reopen();
    expect(await repository.mirrored()).toEqual(head);
    const [entry] = await repository.objects.directory(await repository.objects.root(head.commit));
    expect(Buffer.from(await repository.objects.file(entry?.id ?? "")).toString()).toBe("a: 1.0.0\n");
  });
});

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
    expect(world.log.lines).toEqual([{ level: "warn", text: expect.stringContaining("made anew") }]);
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

  it("of another repository is not taken for this one", async () => {
    await start();
    await world.repository.fetch(null);
    world.remote.commit({ "x.txt": "x" }, "elsewhere", "other");
    const repository = await world.reopen({ branch: "other" });
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
});

describe("ssh", () => {
  it("is spoken with the key and without questions", async () => {
    await start();
    const bin = join(world.folder, "bin");
    const seen = join(world.folder, "ssh-arguments");
    git("/", ["init", "--quiet", "--bare", bin]);
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\nprintf '%s\\n' "$@" > '${seen}'\nfor last; do :; done\nexec sh -c "$last"\n`, {
      mode: 0o755,
    });
    const repository = createGitRepository({
      url: `ssh://git@example.com${world.remote.path}`,
      branch: "main",
      directory: join(world.folder, "ssh-mirror"),
      auth: { kind: "ssh-key", keyFile: "/keys/deploy" },
      log: world.log,
      environment: { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    });
    try {
      expect(await repository.poll()).toBe(world.remote.head());
      expect((await repository.fetch(null)).subject).toBe("first");
      expect(readFileSync(seen, "utf8").split("\n")).toEqual(
        expect.arrayContaining(["-i", "/keys/deploy", "BatchMode=yes", "git@example.com"]),
      );
    } finally {
      await repository.close();
    }
  });
});

/** Overwrites every object and pack with rubbish. */
function spoilObjects(objects: string): void {
  for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    rmSync(path);
    writeFileSync(path, "rubbish");
  }
}
