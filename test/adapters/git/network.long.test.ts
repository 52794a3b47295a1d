/** The poll in process and git's children see the same network, and name what they meet alike. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { GitRepositoryOptions } from "../../../src/adapters/git/repository.ts";
import { failureOf } from "../../support/failure.ts";
import { type GitFront, startGitFront } from "../../support/git-front.ts";
import { createGitRemote } from "../../support/git-remote.ts";
import type { GitRemote } from "../../support/git-remote.ts";
import { testCertificate } from "../../support/test-certificate.ts";

let world: GitRemote;
const fronts: GitFront[] = [];
const secret = "S3cret-token";
const auth = { kind: "basic", username: "deploy", password: secret } as const;
const encoded = (password: string) => `Basic ${Buffer.from(`deploy:${password}`).toString("base64")}`;

async function start(): Promise<void> {
  world = await createGitRemote();
  world.remote.commit({ "pins.yaml": "a: 1.0.0\n" }, "first");
}

async function front(behind: string | null = world.server.url, options: { readonly tls?: boolean } = {}): Promise<GitFront> {
  const made = await startGitFront(behind, options);
  fronts.push(made);
  return made;
}

async function through(made: GitFront, options: Partial<GitRepositoryOptions> = {}) {
  writeFileSync(join(world.folder, "authority.pem"), testCertificate);
  const environment = { PATH: process.env["PATH"], GIT_SSL_CAINFO: join(world.folder, "authority.pem") };
  return world.reopen({ url: `${made.url}/config.git`, auth, environment, ...options });
}

afterEach(async () => {
  await Promise.all(fronts.splice(0).map((made) => made.close()));
  await world.dispose();
});

describe("a redirect", () => {
  it.each([
    ["from https to http", true, false],
    ["to another port", false, false],
    ["from https to https elsewhere", true, true],
  ])("%s is not followed, by poll, fetch or push, and nothing is sent there", async (_, from, to) => {
    await start();
    const elsewhere = await front(world.server.url, { tls: to });
    const here = await front(null, { tls: from });
    here.behave(({ path }) => ({ status: 301, headers: { location: `${elsewhere.url}${path}` } }));
    const repository = await through(here);
    for (const call of [() => repository.poll(), () => repository.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/refused", message: expect.stringContaining("redirects to another") });
    expect(elsewhere.requests).toEqual([]);
    expect(here.requests.length).toBeGreaterThan(0);
  });

  it("in the middle of a fetch is not followed either", async () => {
    await start();
    const elsewhere = await front();
    const here = await front();
    here.behave(({ method, path }) => (method === "POST" ? { status: 307, headers: { location: `${elsewhere.url}${path}` } } : null));
    const repository = await through(here);
    expect((await failureOf(repository.poll())).code).toBe("git/refused");
    expect((await failureOf(repository.fetch(null))).code).toBe("git/refused");
    expect(elsewhere.requests).toEqual([]);
  });

  it.each([
    ["to another path of the same server", false],
    ["from http to https on the same host", true],
  ])("%s is followed by poll and fetch", async (_, tls) => {
    await start();
    const target = await front(world.server.url, { tls });
    const here = tls ? await front(null) : target;
    const moved = (path: string) => path.replace("/config.git", "/moved/../config.git");
    here.behave(({ path }) =>
      tls || path.startsWith("/old.git")
        ? { status: 301, headers: { location: target.url + moved(path).replace("/old.git", "/config.git") } }
        : null,
    );
    const repository = await through(here, { url: `${here.url}/${tls ? "config" : "old"}.git` });
    expect(await repository.poll()).toBe(world.remote.head());
    expect((await repository.fetch(null)).subject).toBe("first");
    expect(target.requests.at(-1)?.authorization).toBe(encoded(secret));
  });
});

describe("credentials", () => {
  it("that were replaced are used from then on, by poll and fetch", async () => {
    await start();
    let accepted = "tok-one";
    const here = await front();
    here.behave(({ authorization }) =>
      authorization === encoded(accepted) ? null : { status: 401, headers: { "www-authenticate": 'Basic realm="git"' } },
    );
    let held = "tok-one";
    const repository = await through(here, { auth: async () => ({ kind: "basic", username: "deploy", password: held }) });
    expect((await repository.fetch(null)).commit).toBe(await repository.poll());
    [accepted, held] = ["tok-two", "tok-two"];
    const second = world.remote.commit({ "x.txt": "x" }, "second");
    expect(await repository.poll()).toBe(second);
    expect((await repository.fetch(null)).subject).toBe("second");
    accepted = "tok-three";
    for (const call of [() => repository.poll(), () => repository.fetch(null)]) {
      const failure = await failureOf(call());
      expect(failure.message).toContain("401");
      expect(failure.message).not.toMatch(/tok-(one|two)/);
    }
  });
});

describe("certificates", () => {
  it.each(["GIT_SSL_CAINFO", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])("named by %s are trusted by poll and fetch", async (name) => {
    await start();
    const here = await front(world.server.url, { tls: true });
    const untrusted = await through(here, { environment: { PATH: process.env["PATH"] } });
    for (const call of [() => untrusted.poll(), () => untrusted.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/unreachable", message: expect.stringContaining("not trusted") });
    const repository = await through(here, { environment: { PATH: process.env["PATH"], [name]: join(world.folder, "authority.pem") } });
    expect((await repository.fetch(null)).commit).toBe(await repository.poll());
  });
});

describe("a proxy", () => {
  const nowhere = "http://127.0.0.1:9";

  it.each(["127.0.0.0/8", "127.0.0.1", "*", "other.example,127.0.0.1"])(
    "is passed by for NO_PROXY=%s, by poll and fetch",
    async (except) => {
      await start();
      const environment = { PATH: process.env["PATH"], http_proxy: nowhere, NO_PROXY: except };
      const repository = await world.reopen({ environment });
      expect((await repository.fetch(null)).commit).toBe(await repository.poll());
    },
  );

  it("that does not answer is no way to the remote, for poll and fetch", async () => {
    await start();
    const repository = await world.reopen({ environment: { PATH: process.env["PATH"], http_proxy: nowhere, NO_PROXY: "10.0.0.0/8" } });
    for (const call of [() => repository.poll(), () => repository.fetch(null)])
      expect((await failureOf(call())).code).toBe("git/unreachable");
  });
});

describe("a server", () => {
  it("that has given up an idle connection is asked once more over a new one", async () => {
    await start();
    const here = await front();
    here.behave(({ onConnection }) => (onConnection > 2 ? "break" : null));
    const repository = await through(here);
    expect(await repository.poll()).toBe(world.remote.head());
    expect(await repository.poll()).toBe(world.remote.head());
    expect(here.requests.at(-1)?.onConnection).toBeLessThan(3);
  });

  it("that breaks every connection is not asked for ever", async () => {
    await start();
    const here = await front();
    here.behave(() => "break");
    const repository = await through(here);
    expect((await failureOf(repository.poll())).code).toBe("git/unreachable");
    expect(here.requests).toHaveLength(2);
  });

  const page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>";

  it.each(["GET", "POST"])("that answers a %s with a login page is named as such", async (wanted) => {
    await start();
    const here = await front();
    const repository = await through(here);
    if (wanted === "POST") await repository.poll();
    here.behave(({ method }) => (method === wanted ? { status: 200, headers: { "content-type": "text/html" }, body: page } : null));
    for (const call of [() => repository.poll(), () => repository.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/refused", message: expect.stringContaining("login page") });
  });

  it("that answers through a proxy with a login page of one line is not taken for one that merely lacks the branch", async () => {
    await start();
    const proxy = await front(null);
    proxy.behave(() => ({ status: 200, headers: { "content-type": "text/html" }, body: page }));
    const repository = await world.reopen({ environment: { PATH: process.env["PATH"], http_proxy: proxy.url } });
    for (const call of [() => repository.poll(), () => repository.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/refused", message: expect.stringContaining("login page") });
  });

  it("says through a proxy, too, how long it wants to be left alone, to poll and fetch", async () => {
    await start();
    const proxy = await front(null);
    proxy.behave(() => ({ status: 503, headers: { "retry-after": "600" } }));
    const repository = await world.reopen({ environment: { PATH: process.env["PATH"], http_proxy: proxy.url } });
    for (const call of [() => repository.poll(), () => repository.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/unreachable", retryAfterMs: 600_000 });
  });

  it("that is empty is not taken for a login page where only git may ask it", async () => {
    world = await createGitRemote();
    const repository = await world.reopen({ environment: { PATH: process.env["PATH"], GIT_SSL_CAPATH: world.folder } });
    expect(await failureOf(repository.poll())).toMatchObject({
      code: "git/branch-missing",
      message: expect.stringContaining("no branch at all"),
    });
  });

  it("that lists very many branches is asked by git itself", async () => {
    await start();
    const head = world.remote.head();
    const refs = Array.from({ length: 5000 }, (_, index) => `create refs/heads/main-${"x".repeat(60)}-${index} ${head}\n`);
    execFileSync("git", ["-C", world.remote.path, "update-ref", "--stdin"], { input: refs.join("") });
    expect(await world.repository.poll()).toBe(head);
    expect((await world.repository.fetch(null)).commit).toBe(head);
  });

  it("that is too busy for a fetch says how long it wants to be left alone", async () => {
    await start();
    const here = await front();
    const repository = await through(here);
    expect(await repository.poll()).toBe(world.remote.head());
    here.behave(() => ({ status: 503, headers: { "retry-after": "600" } }));
    expect(await failureOf(repository.fetch(null))).toMatchObject({ code: "git/unreachable", retryAfterMs: 600_000 });
  });

  it("says how long it wants to be left alone", async () => {
    await start();
    const here = await front();
    here.behave(() => ({ status: 429, headers: { "retry-after": "1800" } }));
    const repository = await through(here);
    expect(await failureOf(repository.poll())).toMatchObject({ code: "git/unreachable", retryAfterMs: 1_800_000 });
  });

  it("that sends a little all the time is given up after the whole time allowed", async () => {
    await start();
    const here = await front();
    const repository = await through(here, { timeoutMs: 300 });
    const posts = () => here.requests.filter(({ method }) => method === "POST").length;
    here.behave(() => (posts() > 1 ? "trickle" : null));
    expect(await failureOf(repository.fetch(null))).toMatchObject({ code: "git/unreachable", message: expect.stringContaining("in time") });
  });
});

describe("a repository with SHA-256 names", () => {
  it("is named as one that is not read, over http and from a folder", async () => {
    await start();
    const path = join(world.folder, "other.git");
    execFileSync("git", ["init", "--quiet", "--bare", "--object-format=sha256", "--initial-branch=main", path]);
    const tree = execFileSync("git", ["-C", path, "hash-object", "-t", "tree", "-w", "--stdin"], { input: "" }).toString().trim();
    const identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    const commit = execFileSync("git", ["-C", path, ...identity, "commit-tree", "-m", "first", tree])
      .toString()
      .trim();
    execFileSync("git", ["-C", path, "update-ref", "refs/heads/main", commit]);
    const overHttp = await world.reopen({ url: `${world.server.url}/other.git` });
    for (const call of [() => overHttp.poll(), () => overHttp.fetch(null)])
      expect(await failureOf(call())).toMatchObject({ code: "git/refused", message: expect.stringContaining("SHA-256") });
    const onDisk = await world.reopen({ url: path, allowFile: true });
    expect(await failureOf(onDisk.fetch(null))).toMatchObject({ code: "git/refused", message: expect.stringContaining("SHA-256") });
  });
});
