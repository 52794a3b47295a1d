/** What a gateway's successor may be started with. */

import { describe, expect, it } from "vitest";
import { successor } from "../../src/generated/validators/gateway.mjs";

const settings = {
  trustedProxies: ["10.0.0.0/8"],
  maxConnections: 100,
  bodyIdleMs: 1_000,
  environments: { staging: { port: 8081 }, production: { host: "shop.example.com" } },
};
const good = { host: "127.0.0.1", port: 0, settings };

describe("what a successor is started with", () => {
  it("is taken as it is", () => {
    expect(successor({ ...good, more: "of a later release" })).toBe(true);
  });

  it.each([
    ["nothing", null],
    ["a list", [good]],
    ["no host", { ...good, host: "" }],
    ["a port that is none", { ...good, port: 70_000 }],
    ["no settings", { host: "127.0.0.1", port: 0 }],
    ["proxies that are no list", { ...good, settings: { ...settings, trustedProxies: "10.0.0.0/8" } }],
    ["a limit that is no number", { ...good, settings: { ...settings, maxConnections: "100" } }],
    ["an address of its own without a port", { ...good, settings: { ...settings, environments: { staging: { port: 0 } } } }],
  ])("is refused whole for %s", (_what, value) => {
    expect(successor(value)).toBe(false);
  });
});
