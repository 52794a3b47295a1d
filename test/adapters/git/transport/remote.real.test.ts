import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { GitRepository } from "../../../../src/adapters/git/repository.ts";
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
    // So little time may be too short for a busy machine.
    const patient = await world.reopen({ timeoutMs: 600_000 });
    expect((await patient.fetch(null)).subject).toBe("first");
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
      expect(await failureOf(repository.poll())).toMatchObject({ code: "git/refused", message: expect.stringContaining("web page") });
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

  it("behind a proxy is asked through it, by poll and fetch alike, unless it is excepted", async () => {
    await start();
    const asked: string[] = [];
    const proxy = createServer((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      outgoing.writeHead(503).end();
    });
    proxy.on("connect", (incoming, socket) => {
      asked.push(`CONNECT ${incoming.url}`);
      socket.end("HTTP/1.1 503 no\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const environment = { PATH: process.env["PATH"], http_proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    try {
      const proxied = await world.reopen({ environment });
      expect(await failureOf(proxied.poll())).toMatchObject({ code: "git/unreachable" });
      expect(await failureOf(proxied.fetch(null))).toMatchObject({ code: "git/unreachable" });
      const first = `GET ${world.server.url}/config.git/info/refs?service=git-upload-pack`;
      // After an error that says little each asks once more, for the headers of the answer.
      expect(asked).toEqual([first, first, first, first]);
      const direct = await world.reopen({ environment: { ...environment, no_proxy: "127.0.0.1" } });
      expect((await direct.fetch(null)).commit).toBe(await direct.poll());
      expect(asked).toHaveLength(4);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
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

describe("ssh", () => {
  async function overSsh(script: string, timeoutMs: number): Promise<GitRepository> {
    await start();
    const bin = join(world.folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return world.reopen({
      url: `ssh://git@example.com${world.remote.path}`,
      auth: { kind: "ssh-key", keyFile: "/keys/deploy" },
      environment: { PATH: `${bin}:${process.env["PATH"] ?? ""}` },
      timeoutMs,
    });
  }

  it("is spoken with the key and without questions", async () => {
    const repository = await overSsh(`printf '%s\\n' "$@" > "$HOME/../seen"; for last; do :; done; exec sh -c "$last"`, 60_000);
    expect(await repository.poll()).toBe(world.remote.head());
    expect((await repository.fetch(null)).subject).toBe("first");
    const words = readFileSync(join(world.folder, "seen"), "utf8").split("\n");
    expect(words).toEqual(expect.arrayContaining(["-i", "/keys/deploy", "BatchMode=yes", "git@example.com"]));
  });

  it("that never answers is given up after the time allowed", async () => {
    const repository = await overSsh("exec cat > /dev/null", 500);
    for (const call of [() => repository.poll(), () => repository.fetch(null)]) {
      expect(await failureOf(call())).toMatchObject({ code: "git/unreachable", message: expect.stringContaining("silent for 500 ms") });
    }
  });

  it("that is refused says so", async () => {
    const repository = await overSsh("echo 'git@example.com: Permission denied (publickey).' >&2; exit 255", 60_000);
    for (const call of [() => repository.poll(), () => repository.fetch(null)]) {
      expect(await failureOf(call())).toMatchObject({ code: "git/refused", message: expect.stringContaining("Permission denied") });
    }
  });
});
