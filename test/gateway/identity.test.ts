import { describe, expect, it } from "vitest";
import { settingsText } from "../../src/gateway/identity.ts";
import { gatewayDefaults } from "../../src/domain/config/config.ts";

describe("the settings that a gateway was started with", () => {
  it("are the same in whatever order they were given", () => {
    const { trustedProxies, maxConnections, bodyIdleMs } = gatewayDefaults;
    const one = { ...gatewayDefaults, environments: { a: { port: 1 }, b: { host: "b.example.com" } } };
    const other = { environments: { b: { host: "b.example.com" }, a: { port: 1 } }, bodyIdleMs, maxConnections, trustedProxies };
    expect(settingsText(other)).toBe(settingsText(one));
  });

  it.each([
    ["trusted proxies", { trustedProxies: ["10.0.0.1"] }],
    ["connections", { maxConnections: 1 }],
    ["the idle limit of bodies", { bodyIdleMs: 1 }],
    ["an environment's own address", { environments: { a: { port: 2 } } }],
  ])("are others with other %s", (_what, change) => {
    expect(settingsText({ ...gatewayDefaults, ...change })).not.toBe(settingsText(gatewayDefaults));
  });
});
