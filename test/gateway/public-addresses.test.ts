import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publicValue } from "../../src/gateway/public-addresses.ts";
import { openSetting, share, type Setting } from "../adapters/routers/gateway/setting.ts";

const origin = "http://127.0.0.1:4711";
const addresses = { publicPrefix: "/production", origin, privatePrefix: "/~rt-1-0-0-abc" };

describe("addresses in a version's headers", () => {
  it.each([
    ["location", "/new", "/production/new"],
    ["location", "/", "/production/"],
    ["location", "/~rt-1-0-0-abc/new?x=1", "/production/new?x=1"],
    ["location", "/~rt-1-0-0-abcd/new", "/production/~rt-1-0-0-abcd/new"],
    ["location", `${origin}/~rt-1-0-0-abc/new`, "/production/new"],
    ["location", origin, "/production/"],
    ["location", `${origin}9/new`, `${origin}9/new`],
    ["location", "/production/new", "/production/new"],
    ["location", "/productions", "/production/productions"],
    ["location", "new", "new"],
    ["location", "//elsewhere.example/new", "//elsewhere.example/new"],
    ["location", "https://elsewhere.example/new", "https://elsewhere.example/new"],
    ["content-location", "/orders/7", "/production/orders/7"],
    ["refresh", "5; url=/new", "5; url=/production/new"],
    ["refresh", "0;URL='/new'", "0;URL='/production/new'"],
    ["refresh", "5", "5"],
    ["set-cookie", "a=/x; Path=/new; HttpOnly", "a=/x; Path=/production/new; HttpOnly"],
    ["set-cookie", "a=1; path=/", "a=1; path=/production"],
    ["set-cookie", "a=1; HttpOnly", "a=1; HttpOnly"],
    ["location", "HTTPS://127.0.0.1:4711/new", "/production/new"],
    ["location", "//127.0.0.1:4711/~rt-1-0-0-abc/new", "/production/new"],
    ["location", "//127.0.0.1:47110/new", "//127.0.0.1:47110/new"],
    ["location", "?page=2", "?page=2"],
    ["refresh", "0;/new", "0;/production/new"],
    ["refresh", "5, url=/new", "5, url=/production/new"],
    ["refresh", "0.5 URL = /new", "0.5 URL = /production/new"],
    ["refresh", "0; url=https://elsewhere.example/url=/new", "0; url=https://elsewhere.example/url=/new"],
    [
      "link",
      '</p2>; rel="next", <https://elsewhere.example/>; rel=help',
      '</production/p2>; rel="next", <https://elsewhere.example/>; rel=help',
    ],
    ["set-cookie", "a=1; Path=/old; Path=/new", "a=1; Path=/production/old; Path=/production/new"],
    ["set-cookie", "path=/x; Path = /new", "path=/x; Path = /production/new"],
    ["set-cookie", "__Host-a=1; Path=/; Secure", "__Host-a=1; Path=/; Secure"],
    ["set-cookie", "__Secure-a=1; Path=/; Secure", "__Secure-a=1; Path=/production; Secure"],
    ["set-cookie", "a=1; Path=", "a=1; Path="],
    ["x-path", "/new", "/new"],
  ])("%s: %s is %s for callers", (name, value, expected) => {
    expect(publicValue(name, value, addresses)).toBe(expected);
  });

  it("lose the private prefix only, where the environment has an address of its own", () => {
    const own = { ...addresses, publicPrefix: "" };
    expect(publicValue("location", "/~rt-1-0-0-abc/new", own)).toBe("/new");
    expect(publicValue("set-cookie", "a=1; Path=/", own)).toBe("a=1; Path=/");
  });
});

describe("a redirect through the gateway", () => {
  let setting: Setting;
  beforeEach(async () => {
    setting = await openSetting();
    const backend = await setting.backend((request, response) => {
      if (request.url !== "/~tab/old") return response.end("arrived");
      return response.writeHead(302, { location: "/new", "set-cookie": ["a=1; Path=/new", "b=2; Path=/"] }).end();
    });
    await setting.route([share("1.0.0", "a", 100, [{ instance: "one", url: `${backend.url}/~tab` }])]);
  });
  afterEach(() => setting.close());

  it("leads its caller to the same environment, with cookies that come back", async () => {
    const redirected = await setting.call("/old");
    expect(redirected.headers.location).toBe("/production/new");
    expect(redirected.headers["set-cookie"]).toEqual(["a=1; Path=/production/new", "b=2; Path=/production"]);
    const followed = await fetch(`${setting.gateway.url}/production/old`);
    expect([followed.status, await followed.text()]).toEqual([200, "arrived"]);
  });

  it("does so also where the caller asked to leave HTTP", async () => {
    const answer = await setting.call("/old", { headers: { connection: "upgrade", upgrade: "websocket" } });
    expect(answer.headers.location).toBe("/production/new");
  });
});
