import { describe, expect, it } from "vitest";
import { judgeRefusal, pushCommit } from "../../../../src/adapters/git/writer/push-commit.ts";

const failed = "error: failed to push some refs to 'http://h/config.git'";
const rejected = (words: string) => `To http://h/config.git\n ! [rejected]        abc -> main (${words})\n${failed}\n`;
const declined = (words: string, remote = "") =>
  `${remote}To http://h/config.git\n ! [remote rejected] abc -> main (${words})\n${failed}\n`;

describe("a push", () => {
  it.each([
    ["only from where the branch was seen", "b".repeat(40), `--force-with-lease=refs/heads/main:${"b".repeat(40)}`],
    ["of a new branch only where there is none", null, "--force-with-lease=refs/heads/main:"],
  ])("moves a branch %s", async (_, seen, lease) => {
    const asked: (readonly string[])[] = [];
    const talk = async (args: readonly string[]) => {
      asked.push(args);
      return { exitCode: 0, output: "" };
    };
    expect(await pushCommit(talk, { url: "http://h/config.git", commit: "a".repeat(40), branch: "main", seen })).toEqual({
      kind: "accepted",
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(lease);
    expect(asked[0]).not.toContain("--force");
    expect(asked[0]?.slice(-3)).toEqual(["--end-of-options", "http://h/config.git", `${"a".repeat(40)}:refs/heads/main`]);
  });
});

describe("what a refused push means", () => {
  it.each([
    ["a stale lease", rejected("stale info")],
    ["a newer commit", rejected("fetch first")],
    ["no fast-forward", rejected("non-fast-forward")],
    ["a race at the server", declined("failed to update ref")],
    ["a lock at the server", declined("cannot lock ref 'refs/heads/main': is at 1234 but expected 5678")],
    ["another value at the server", declined("incorrect old value provided")],
  ])("has lost against somebody else: %s", (_, output) => {
    expect(judgeRefusal(output)).toEqual({ kind: "moved" });
  });

  it.each([
    ["pre-receive hook declined", declined("pre-receive hook declined"), /pre-receive hook declined/],
    [
      "GitHub's branch protection",
      declined(
        "protected branch hook declined",
        "remote: error: GH006: Protected branch update failed for refs/heads/main.        \nremote: error: At least 1 approving review is required by reviewers with write access.        \n",
      ),
      /GH006.*approving review/,
    ],
    [
      "GitHub's rules",
      declined(
        "push declined due to repository rule violations",
        "remote: error: GH013: Repository rule violations found for refs/heads/main.\n",
      ),
      /GH013/,
    ],
    [
      "GitLab's protection",
      declined("pre-receive hook declined", "remote: GitLab: You are not allowed to push code to protected branches on this project.\n"),
      /GitLab: You are not allowed/,
    ],
    ["an unknown rule", declined("prohibited by the administrator"), /prohibited/],
    ["no right to write", "fatal: unable to access 'http://h/config.git/': The requested URL returned error: 403\n", /403/],
    [
      "a deploy key that only reads",
      "ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.\n",
      /read only/,
    ],
  ])("is a rule of the server's, told in its words: %s", (_, output, why) => {
    expect(judgeRefusal(output)).toEqual({ kind: "declined", why: expect.stringMatching(why) });
  });

  it.each([
    ["git/unreachable", declined("Internal Server Error")],
    ["git/unreachable", declined("unpacker error")],
    ["git/unreachable", "fatal: unable to access 'http://h/x/': The requested URL returned error: 503\n"],
    ["git/unreachable", "fatal: unable to access 'http://h/x/': The requested URL returned error: 429\n"],
    ["git/unreachable", "fatal: unable to access 'http://h/x/': Failed to connect to h port 80: Connection refused\n"],
    [
      "git/unreachable",
      "error: RPC failed; curl 56 Recv failure: Connection reset by peer\nsend-pack: unexpected disconnect\nfatal: the remote end hung up unexpectedly\n",
    ],
    ["git/refused", "fatal: Authentication failed for 'http://h/x/'\n"],
    ["git/refused", "fatal: repository 'http://h/x/' not found\n"],
    ["git/failed", "fatal: loose object abc is corrupt\n"],
  ])("is %s: %s", (code, output) => {
    expect(() => judgeRefusal(output)).toThrow(expect.objectContaining({ code }));
  });

  it("repeats no more than a line of what the server says", () => {
    const result = judgeRefusal(declined("hook declined", `remote: error: ${"x".repeat(5000)}\n`));
    expect(result).toMatchObject({ kind: "declined", why: expect.stringMatching(/^.{1,200}$/) });
  });
});
