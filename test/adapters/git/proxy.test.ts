import { describe, expect, it } from "vitest";
import { proxyFor } from "../../../src/adapters/git/proxy.ts";

describe("the proxy of a remote", () => {
  it.each([
    ["http://h/x", {}, null],
    ["http://h/x", { http_proxy: "" }, null],
    ["http://h/x", { http_proxy: "http://p:3128" }, "http://p:3128"],
    ["http://h/x", { HTTP_PROXY: "http://p:3128" }, null],
    ["https://h/x", { http_proxy: "http://p:3128" }, null],
    ["https://h/x", { HTTPS_PROXY: "p:3128" }, "http://p:3128"],
    ["https://h/x", { https_proxy: "http://a", HTTPS_PROXY: "http://b", all_proxy: "http://c" }, "http://a"],
    ["https://h/x", { ALL_PROXY: "http://c" }, "http://c"],
  ])("%s with %j is %s, as git has it", (remote, inherited, url) => {
    expect(proxyFor(remote, inherited)?.url ?? null).toBe(url);
  });

  it("may be one that only the git program speaks", () => {
    expect(proxyFor("https://h/x", { all_proxy: "socks5h://p:1080" })).toMatchObject({ isHttp: false });
  });

  it("is not used for the hosts that are excepted", () => {
    expect(proxyFor("https://h/x", { https_proxy: "http://p", NO_PROXY: "h,.internal" })?.except).toBe("h,.internal");
  });
});
