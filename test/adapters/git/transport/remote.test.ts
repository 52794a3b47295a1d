import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { branchRefs } from "../../../../src/adapters/git/transport/branch.ts";
import { gitEnvironment, shellQuote } from "../../../../src/adapters/git/transport/git-environment.ts";
import { createRedact } from "../../../../src/adapters/git/transport/redact.ts";
import { parseRemote } from "../../../../src/adapters/git/transport/remote.ts";
import type { GitAuth } from "../../../../src/adapters/git/transport/remote.ts";

const token: GitAuth = { kind: "token", token: "s3cr3t-t0k3n" };
const key: GitAuth = { kind: "ssh-key", keyFile: "/keys/deploy" };

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

describe("a remote's address", () => {
  it.each([
    ["https://example.com/team/config.git", "https://example.com/team/config.git"],
    ["http://127.0.0.1:8080/config.git/", "http://127.0.0.1:8080/config.git"],
    ["HTTPS://Example.com/x", "https://example.com/x"],
  ])("%s is http, without credentials", (url, clean) => {
    expect(parseRemote({ url })).toMatchObject({ kind: "http", url: clean, authorization: null });
  });

  it.each(["ssh://git@example.com/team/config.git", "git@example.com:team/config.git", "example.com:config.git", "ssh://git@[::1]:22/x"])(
    "%s is ssh",
    (url) => {
      expect(parseRemote({ url, auth: key })).toEqual({ kind: "ssh", url, key: { file: "/keys/deploy", knownHosts: null } });
    },
  );

  it.each(["file:///srv/config.git", "/srv/config.git"])("%s is a folder, when that is allowed", (url) => {
    expect(parseRemote({ url, allowFile: true })).toEqual({ kind: "file", url: "/srv/config.git" });
    expect(() => parseRemote({ url })).toThrow(expect.objectContaining({ code: "git/protocol-not-allowed" }));
  });

  it.each([
    "ext::sh -c id",
    "fd::17",
    "git://example.com/x",
    "ftp://example.com/x",
    "rsync://example.com/x",
    "-oProxyCommand=id:x",
    "ssh://-oProxyCommand=id/x",
    "--upload-pack=id",
    "../relative",
    "relative",
    "",
    "https://example.com/x\nfoo",
    "https://",
    "https://us%er:p%zz@example.com/x",
    "ssh://git:password@example.com/x",
  ])("%j is refused before any git runs", (url) => {
    expect(() => parseRemote({ url, allowFile: true })).toThrow(expect.objectContaining({ code: "git/protocol-not-allowed" }));
  });

  it.each<[string, GitAuth]>([
    ["https://example.com/x", key],
    ["ssh://git@example.com/x", token],
    ["git@example.com:x", { kind: "basic", username: "u", password: "p" }],
  ])("%s does not go with credentials of another kind", (url, auth) => {
    expect(() => parseRemote({ url, auth })).toThrow(expect.objectContaining({ code: "git/protocol-not-allowed" }));
  });
});

describe("credentials", () => {
  it.each<[string, string, GitAuth | undefined, string]>([
    ["a token", "https://example.com/x", token, basic("x-access-token", "s3cr3t-t0k3n")],
    ["a token for a named user", "https://example.com/x", { kind: "token", token: "t", username: "oauth2" }, basic("oauth2", "t")],
    ["user and password", "https://example.com/x", { kind: "basic", username: "u", password: "p" }, basic("u", "p")],
    ["user and password in the URL", "https://us%40er:p%3Aw@example.com/x", undefined, basic("us@er", "p:w")],
    ["given ones before those in the URL", "https://old:older@example.com/x", token, basic("x-access-token", "s3cr3t-t0k3n")],
  ])("%s become a header and leave the URL", (_, url, auth, authorization) => {
    const remote = parseRemote(auth ? { url, auth } : { url });
    expect(remote).toMatchObject({ url: "https://example.com/x", authorization });
  });

  it.each<[string, GitAuth | undefined]>([
    ["https://user:s3cr3t-t0k3n@example.com/x", undefined],
    ["https://s3cr3t-t0k3n@example.com/x", undefined],
    ["https://example.com/x", token],
    ["https://other:s3cr3t-t0k3n@example.com/x", { kind: "token", token: "another" }],
  ])("of %s are taken out of every text", (url, auth) => {
    const remote = parseRemote(auth ? { url, auth } : { url });
    const redact = createRedact(remote.kind === "http" ? remote.secrets : []);
    const authorization = remote.kind === "http" ? (remote.authorization ?? "") : "";
    const shown = redact(`fatal: ${url} said s3cr3t-t0k3n, sent ${authorization} to https://a:b@c/`);
    expect(shown).not.toContain("s3cr3t-t0k3n");
    expect(shown).not.toContain(authorization.split(" ")[1]);
    expect(shown).toContain("https://***@c/");
  });

  it("of any shape are hidden in their URL-encoded forms too", () => {
    const redact = createRedact(["p@ss/w ord", ""]);
    expect(redact("p@ss/w ord p%40ss%2Fw%20ord p@ss/w%20ord plain")).toBe("*** *** *** plain");
  });
});

describe("the environment of a git child", () => {
  const make = (url: string, auth?: GitAuth, address = url) =>
    gitEnvironment({
      remote: parseRemote(auth ? { url, auth } : { url }),
      address,
      authorities: null,
      directory: "/state/mi rror",
      timeoutMs: 1500,
      inherited: {
        PATH: "/bin",
        HOME: "/root",
        GIT_DIR: "/elsewhere",
        SSH_ASKPASS: "x",
        GIT_CONFIG_PARAMETERS: "'a.b=c'",
        LD_PRELOAD: "x",
      },
    });

  it("lets nothing of the user's through but what git needs to run", () => {
    const environment = make("https://example.com/x");
    expect(environment).toMatchObject({ PATH: "/bin", HOME: "/state/mi rror", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" });
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(["GIT_DIR"]));
    for (const name of ["GIT_DIR", "SSH_ASKPASS", "GIT_CONFIG_PARAMETERS", "LD_PRELOAD"]) expect(environment).not.toHaveProperty(name);
  });

  it("allows the transport of the remote and no other", () => {
    expect(make("https://example.com/x")["GIT_ALLOW_PROTOCOL"]).toBe("http:https");
    expect(make("git@example.com:x")["GIT_ALLOW_PROTOCOL"]).toBe("ssh");
  });

  it("sends the credentials to the remote's own server only", () => {
    const environment = make("https://example.com:8443/team/x", token);
    const [, index] =
      Object.entries(environment)
        .find(([, value]) => value.endsWith(".extraHeader"))?.[0]
        .split("_KEY_") ?? [];
    expect(environment[`GIT_CONFIG_KEY_${index}`]).toBe("http.https://example.com:8443/.extraHeader");
    expect(environment[`GIT_CONFIG_VALUE_${index}`]).toBe(`Authorization: ${basic("x-access-token", "s3cr3t-t0k3n")}`);
  });

  it("goes where the server has sent us already, and follows no redirect by itself", () => {
    const values = Object.values(make("http://example.com/x", token, "https://example.com/y"));
    expect(values).toEqual(
      expect.arrayContaining(["url.https://example.com/y.insteadOf", "http://example.com/x", "http.https://example.com/.extraHeader"]),
    );
    expect(values[values.indexOf("http.followRedirects") + 1]).toBe("false");
  });

  it("gives ssh the key and nothing to ask a person about", () => {
    const command =
      make("git@example.com:x", { kind: "ssh-key", keyFile: "/keys/de ploy's", knownHosts: "/keys/known 100%" })["GIT_SSH_COMMAND"] ?? "";
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`])
      .toString()
      .trimEnd()
      .split("\n");
    const identity = ["ssh", "-F", "/dev/null", "-i", "/keys/de ploy's", "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"];
    const manners = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=2"];
    const host = ["-o", "StrictHostKeyChecking=yes", "-o", `UserKnownHostsFile="/keys/known 100%%"`];
    expect(words).toEqual([...identity, ...manners, ...host]);
  });

  it("remembers a host's first key beside the mirror when none is given", () => {
    const command = make("git@example.com:x", key)["GIT_SSH_COMMAND"];
    expect(command).toContain("StrictHostKeyChecking=accept-new");
    expect(command).toContain(`'UserKnownHostsFile="/state/mi rror.known_hosts" ~/.ssh/known_hosts'`);
  });

  it.each(["plain", "with blank", "it's", "$(id)", "`id`", 'a"b', "a\\b", ""])("quotes %j as one word for the shell", (word) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellQuote(word)}`]).toString()).toBe(word);
  });
});

describe("a branch's name", () => {
  it.each(["main", "release/1.x", "feature/a-b_c", "ümlaut", "a.b"])("%s is fine", (branch) => {
    expect(branchRefs(branch).remote).toBe(`refs/heads/${branch}`);
  });

  it.each([
    "",
    "-x",
    "--upload-pack=id",
    "a..b",
    "a b",
    "a~1",
    "a^",
    "a:b",
    "a*",
    "a?",
    "a[b",
    "a\\b",
    "/a",
    "a/",
    "a//b",
    "a.lock",
    "a.lock/b",
    ".a",
    "a/.b",
    "a.",
    "@",
    "a@{1}",
    "a\nb",
  ])("%j is refused", (branch) => {
    expect(() => branchRefs(branch)).toThrow(expect.objectContaining({ code: "config/invalid" }));
  });
});
