import { describe, expect, it } from "vitest";
import { hasProxy } from "../../../../src/adapters/git/transport/proxy.ts";

describe("whether there may be a proxy", () => {
  it.each([
    ["http://h/x", {}, false],
    ["http://h/x", { http_proxy: "" }, false],
    ["http://h/x", { http_proxy: "http://p:3128" }, true],
    ["http://h/x", { HTTP_PROXY: "http://p:3128" }, false],
    ["https://h/x", { http_proxy: "http://p:3128" }, false],
    ["https://h/x", { HTTPS_PROXY: "p:3128" }, true],
    ["https://h/x", { https_proxy: "http://a", HTTPS_PROXY: "" }, true],
    ["https://h/x", { ALL_PROXY: "socks5h://c:1080" }, true],
    ["http://h/x", { all_proxy: "http://c", no_proxy: "h" }, true],
  ])("for %s with %j: %s, as git has it", (remote, inherited, expected) => {
    expect(hasProxy(remote, inherited)).toBe(expected);
  });
});
