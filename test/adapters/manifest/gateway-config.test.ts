import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import { PinionError } from "../../../src/domain/errors.ts";

const parse = (gateway: string) =>
  parseControllerConfig(`repository: { url: https://git.example.com/config.git }\n${gateway}`, "pinion.yaml");

function refusal(gateway: string): string {
  try {
    parse(gateway);
  } catch (error) {
    if (error instanceof PinionError) return error.message;
    throw error;
  }
  return "nothing";
}

describe("the gateway in pinion.yaml", () => {
  it("may name a user that it runs as, by name or number, but not of an external one", () => {
    expect(parse("gateway: { user: 20001 }\n").gateway).toMatchObject({ user: "20001" });
    expect(parse("gateway: { user: pinion_gateway }\n").gateway).toMatchObject({ user: "pinion_gateway" });
    const external = "{ controlUrl: http://a, publicUrl: http://b, token: { env: T } }";
    expect(() => parse(`gateway: { user: x, external: ${external} }\n`)).toThrow(/external gateway has its own user/);
  });

  it("says where it listens and what callers may do", () => {
    const text = `gateway:
  host: 0.0.0.0
  trustedProxies: [10.0.0.0/8, "::1"]
  limits: { connections: 50, bodyIdleTimeout: 5s }
`;
    expect(parse(text).gateway).toEqual({
      kind: "own",
      user: null,
      host: "0.0.0.0",
      port: 0,
      trustedProxies: ["10.0.0.0/8", "::1"],
      maxConnections: 50,
      bodyIdleMs: 5_000,
      environments: {},
    });
  });

  it("gives environments an address of their own", () => {
    const text = "gateway:\n  environments: { production: { host: Shop.Example.com }, staging: { port: 8081 } }\n";
    expect(parse(text).gateway).toMatchObject({ environments: { production: { host: "shop.example.com" }, staging: { port: 8081 } } });
  });

  it.each(["proxy.example", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/", "fd00::/129"])("refuses %s as a network, at its line", (proxy) => {
    expect(refusal(`gateway:\n  trustedProxies:\n    - "::1"\n    - "${proxy}"\n`)).toContain(`pinion.yaml:5`);
  });

  it.each([
    [
      "limits of ours for a gateway of others",
      'limits: { connections: 5 }\n  external: { controlUrl: "http://x", publicUrl: "http://y", token: { env: T } }',
    ],
    ["an environment with two addresses", "environments: { a: { port: 1, host: b } }"],
    ["an environment without any", "environments: { a: {} }"],
    ["a host name with a port", 'environments: { a: { host: "b:80" } }'],
    ["a port of two environments", "environments: { a: { port: 81 }, b: { port: 81 } }"],
    ["a host name of two environments", "environments: { a: { host: x.example }, b: { host: X.example } }"],
    ["no connections", "limits: { connections: 0 }"],
    ["no patience", "limits: { bodyIdleTimeout: 10ms }"],
    ["a limit that does not exist", "limits: { requests: 10 }"],
  ])("refuses %s, at its line", (_what, text) => {
    expect(refusal(`gateway:\n  ${text}\n`)).toContain("pinion.yaml:3");
  });
});
