/** Where a git server may send us: credentials go along, so only where they would go anyway. */

import { describe, expect, it } from "vitest";
import { redirectTarget } from "../../../src/adapters/git/transport/git-http-answer.ts";

describe("a redirect from https://git.example/shop.git", () => {
  const from = "https://git.example/shop.git/info/refs";

  it.each([
    ["/moved.git", "https://git.example/moved.git"],
    ["../moved.git", "https://git.example/shop.git/moved.git"],
    ["HTTPS://GIT.EXAMPLE:443/moved.git", "https://git.example/moved.git"],
    ["//git.example/moved.git", "https://git.example/moved.git"],
    ["https://somebody:password@git.example/moved.git", "https://git.example/moved.git"],
    ["https://git.example/moved.git?service=git-upload-pack#part", "https://git.example/moved.git?service=git-upload-pack"],
  ])("to %s is followed, with our credentials and no others", (location, target) => {
    expect(redirectTarget(from, location)).toBe(target);
  });

  it.each([
    "http://git.example/shop.git",
    "https://git.example:8443/shop.git",
    "https://git.example./shop.git",
    "https://git.example@elsewhere.example/shop.git",
    "https://git.example.elsewhere.example/shop.git",
    "//elsewhere.example/shop.git",
    "\\\\elsewhere.example/shop.git",
    "https://[::1]/shop.git",
    "ssh://git.example/shop.git",
    "file:///etc/passwd",
    "https://",
  ])("to %s is not", (location) => {
    expect(() => redirectTarget(from, location)).toThrow("redirects to another server");
  });
});

describe("a redirect from http", () => {
  it.each([
    ["http://[::1]:3000/a.git", "https://[::1]/a.git", true],
    ["http://git.example/a.git", "https://git.example/a.git", true],
    ["http://git.example/a.git", "http://git.example:8080/a.git", false],
    ["http://git.example/a.git", "https://elsewhere.example/a.git", false],
  ])("%s to %s is followed: %s", (from, location, isFollowed) => {
    if (isFollowed) expect(redirectTarget(from, location)).toBe(location);
    else expect(() => redirectTarget(from, location)).toThrow("redirects to another server");
  });
});
