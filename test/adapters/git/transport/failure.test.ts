import { describe, expect, it } from "vitest";
import { failureOf, statusFailure } from "../../../../src/adapters/git/transport/failure.ts";

describe("what git says when it fails", () => {
  it.each([
    ["git/unreachable", "fatal: unable to access 'http://nowhere.invalid/x/': Could not resolve host: nowhere.invalid"],
    ["git/unreachable", "fatal: unable to access 'http://127.0.0.1:1/x/': Failed to connect to 127.0.0.1 port 1: Connection refused"],
    ["git/unreachable", "fatal: unable to access 'http://h/x/': Operation too slow. Less than 1 bytes/sec transferred the last 5 seconds"],
    ["git/unreachable", "ssh: connect to host h port 22: Connection timed out\nfatal: Could not read from remote repository."],
    ["git/unreachable", "ssh: Could not resolve hostname h: Name or service not known\nfatal: Could not read from remote repository."],
    ["git/unreachable", "error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: the remote end hung up unexpectedly"],
    ["git/unreachable", "fatal: unable to access 'https://h/x/': server certificate verification failed. CAfile: none"],
    ["git/unreachable", "fatal: unable to access 'http://h/x/': The requested URL returned error: 503"],
    ["git/unreachable", "fatal: '/srv/x' does not appear to be a git repository\nfatal: Could not read from remote repository."],
    ["git/refused", "fatal: could not read Username for 'http://h': terminal prompts disabled"],
    ["git/refused", "fatal: Authentication failed for 'http://h/x/'"],
    ["git/refused", "fatal: unable to access 'http://h/x/': The requested URL returned error: 403"],
    ["git/refused", "fatal: repository 'http://h/x/' not found"],
    ["git/refused", "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository."],
    ["git/refused", "Host key verification failed.\nfatal: Could not read from remote repository."],
    ["git/refused", "fatal: detected dubious ownership in repository at '/srv/x'"],
    ["git/branch-missing", "fatal: couldn't find remote ref refs/heads/gone"],
    [
      "store/full",
      "error: file write error: No space left on device\nfatal: unable to write loose object file\nfatal: unpack-objects failed",
    ],
    ["store/full", "fatal: write error: Disk quota exceeded\nfatal: fetch-pack: invalid index-pack output"],
    ["git/failed", "remote: fatal: write error: No space left on device\nfatal: protocol error: bad pack header"],
    ["git/failed", "error: object file objects/ab/cd is empty\nfatal: loose object abcd is corrupt"],
    ["git/failed", ""],
  ])("is %s: %s", (code, output) => {
    expect(failureOf("fetch", output).code).toBe(code);
  });

  it("is told with the meaning first and git's own words after it, without hints and progress", () => {
    const output =
      "Receiving objects: 10%\nhint: try harder\nfatal: unable to access 'http://h/x/': The requested URL returned error: 403\n";
    expect(failureOf("fetch", output).message).toBe(
      "the credentials may not read this repository (403): fatal: unable to access 'http://h/x/': The requested URL returned error: 403",
    );
  });

  it.each([
    [401, "git/refused"],
    [403, "git/refused"],
    [404, "git/refused"],
    [429, "git/unreachable"],
    [500, "git/unreachable"],
    [502, "git/unreachable"],
  ])("means the same as an HTTP status: %i is %s", (status, code) => {
    expect(statusFailure(status, "http://h/x", null).code).toBe(code);
  });
});
