import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../../src/adapters/manifest/operator/controller-config.ts";
import { noDefaults } from "../../../../src/adapters/manifest/environment/environment-file.ts";
import { enginesOf, gatewayDefaults } from "../../../../src/domain/config/config.ts";
import { PinionError } from "../../../../src/domain/errors.ts";

const parse = (text: string) =>
  parseControllerConfig(text, "pinion.yaml", { engine: ["node-red", "other"], router: ["gateway"], store: ["sqlite"] });
const repository = "repository: { url: https://git.example.com/config.git }\n";

/** `code line` of every finding of a refused document. */
function refusal(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof PinionError && error.code === "config/invalid")
      return error.findings.map((found) => `${found.code} ${found.line}`);
    throw error;
  }
  return [];
}

describe("pinion.yaml", () => {
  it("needs no more than a repository", () => {
    expect(parse(repository)).toEqual({
      repository: {
        url: "https://git.example.com/config.git",
        branch: "main",
        path: "",
        auth: { kind: "none" },
        allowFile: false,
        pollIntervalMs: 30_000,
        pollJitter: 0.1,
        schedule: [],
        timeoutMs: 30_000,
      },
      state: "./.pinion",
      listen: { tcp: { host: "127.0.0.1", port: 0, names: [] }, socket: null, metricsToken: null },
      gateway: { kind: "own", host: "127.0.0.1", port: 0, user: null, ...gatewayDefaults },
      environments: null,
      engines: {
        default: [{ mode: "embedded", kind: "node-red", instances: 1, maxMemoryMb: null, user: null, allow: null }],
        byEnvironment: new Map(),
      },
      defaults: noDefaults,
      permits: expect.objectContaining({ secrets: new Map() }),
      metricSources: [],
      notifications: [],
      alertThresholds: [],
      identity: { name: "Pinion", email: "pinion@localhost" },
      signing: null,
      resyncIntervalMs: 10_000,
      router: { kind: "gateway" },
      store: { kind: "sqlite" },
      log: { level: "info" },
      warnings: [],
    });
  });

  it("says everything that an operator can say", () => {
    const config = parse(`repository:
  url: git@git.example.com:shop/config.git
  branch: live
  path: ./deploy/
  auth: { sshKey: /etc/key, knownHosts: /etc/known }
  pollInterval: 1m
  pollJitter: 25%
  schedule: ["0 6 * * 1-5", "*/10 * * * * *"]
  timeout: 500
state: /var/lib/pinion
listen: { port: 8600 }
gateway: { external: { controlUrl: "http://127.0.0.1:8601/", publicUrl: "http://shop.example.com/", token: { file: /run/token } } }
environments: [staging]
engines:
  default: { kind: node-red, instances: 2, maxMemoryMb: 512 }
  staging: { kind: node-red, mode: remote, url: "http://127.0.0.1:1880/admin/", token: { env: T } }
resyncInterval: 5s
log: { level: debug }
`);
    expect(config.repository).toMatchObject({
      branch: "live",
      path: "deploy",
      auth: { kind: "ssh", keyFile: "/etc/key", knownHosts: "/etc/known" },
      pollIntervalMs: 60_000,
      pollJitter: 0.25,
      schedule: ["0 6 * * 1-5", "*/10 * * * * *"],
      timeoutMs: 500,
    });
    expect(config.gateway).toEqual({
      kind: "external",
      controlUrl: "http://127.0.0.1:8601",
      publicUrl: "http://shop.example.com",
      token: { kind: "file", path: "/run/token" },
    });
    expect(config.environments).toEqual(["staging"]);
    expect(enginesOf(config, "production")[0]).toMatchObject({
      mode: "embedded",
      kind: "node-red",
      instances: 2,
      maxMemoryMb: 512,
      user: null,
      allow: null,
    });
    const url = "http://127.0.0.1:1880/admin";
    expect(enginesOf(config, "staging")[0]).toEqual({
      mode: "remote",
      kind: "node-red",
      url,
      publicUrl: url,
      token: { kind: "env", name: "T" },
      allow: null,
    });
  });

  it("says what the operator allows, and what is the controller's own", () => {
    const { environments, permits, engines } = parse(`${repository}environments:
  - staging
  - { name: production, secrets: { env: ["SHOP_*"], folder: ./secrets } }
engines:
  default: { kind: node-red }
  production: { kind: node-red, user: pinion-production, allow: { nodes: [function], externalModules: false } }
notifications: [{ name: chat, type: slack, url: { env: CHAT } }, { name: hook, type: cloudevents, url: { file: /run/hook } }]
signing: { ssh: { keyFile: /etc/sign } }
`);
    expect(environments).toEqual(["staging", "production"]);
    expect([...permits.secrets]).toEqual([["production", { env: ["SHOP_*"], folder: resolve("secrets") }]]);
    expect(permits.own.env).toContain("CHAT");
    expect(permits.own.paths).toEqual(expect.arrayContaining([resolve("pinion.yaml"), resolve(".pinion"), "/run/hook", "/etc/sign"]));
    expect(permits.flows("staging", "node-red")).toBeNull();
    expect(permits.flows("production", "node-red")).toEqual({ nodes: ["function"], modules: [] });
    expect(engines.byEnvironment.get("production")).toMatchObject([{ user: "pinion-production" }]);
  });

  it("looks after all environments where it only says what is allowed in some", () => {
    const { environments, permits } = parse(`${repository}environments: { production: { secrets: { env: [A] } }, staging: {} }\n`);
    expect([environments, [...permits.secrets.keys()]]).toEqual([null, ["production", "staging"]]);
  });

  it.each([
    ["a lone star", "environments: { production: { secrets: { env: ['*'] } } }"],
    ["modules from outside", "engines: { default: { kind: node-red, allow: { externalModules: true } } }"],
    ["a user of a remote engine", "engines: { default: { kind: node-red, mode: remote, url: 'http://x', token: { env: T }, user: u } }"],
    ["an environment that is none", "environments: { Production: {} }"],
  ])("refuses %s at its line", (_what, lines) => {
    expect(() => parse(`${repository}${lines}\n`)).toThrow(/pinion\.yaml:\d+/);
  });

  it("names sources of metrics, receivers, figures to alert at, and who writes commits", () => {
    const config = parse(`${repository}metric_sources:
  - { name: prometheus, type: prometheus, url: "http://127.0.0.1:9090/", token: { env: P }, queries: { error_rate: up }, range: true }
  - { name: stats, type: http-json, url: "http://127.0.0.1:7000/{{process}}", value: /rate, username: u, password: { file: /p } }
notifications:
  - { name: chat, type: slack, url: { env: CHAT }, events: [rolled-back] }
  - { name: hook, type: cloudevents, url: "https://x.example/h", token: { env: H }, environments: [production] }
alertThresholds: [{ metric: deployment_duration, threshold: 10m }, { metric: rollback_frequency, threshold: 10 }]
identity: { name: Bot, email: bot@shop.example }
signing: { openpgp: { keyId: 0123456789ABCDEF0123456789ABCDEF01234567 } }
`);
    expect(config.metricSources).toEqual([
      {
        name: "prometheus",
        type: "prometheus",
        url: "http://127.0.0.1:9090",
        auth: { kind: "bearer", token: { kind: "env", name: "P" } },
        headers: {},
        timeoutMs: 5000,
        queries: { error_rate: "up" },
        range: true,
      },
      {
        name: "stats",
        type: "http-json",
        url: "http://127.0.0.1:7000/{{process}}",
        auth: { kind: "basic", username: "u", password: { kind: "file", path: "/p" } },
        headers: {},
        timeoutMs: 5000,
        value: "/rate",
        count: null,
      },
    ]);
    const to = { token: null, events: null, environments: null };
    expect(config.notifications).toEqual([
      { ...to, name: "chat", type: "slack", url: { kind: "env", name: "CHAT" }, events: ["rolled-back"] },
      {
        ...to,
        name: "hook",
        type: "cloudevents",
        url: "https://x.example/h",
        token: { kind: "env", name: "H" },
        environments: ["production"],
      },
    ]);
    expect(config.alertThresholds).toEqual([
      { metric: "deployment_duration", threshold: 600_000 },
      { metric: "rollback_frequency", threshold: 10 },
    ]);
    expect([config.identity, config.signing]).toEqual([
      { name: "Bot", email: "bot@shop.example" },
      { kind: "openpgp", keyId: "0123456789ABCDEF0123456789ABCDEF01234567", home: null, passphraseFile: null },
    ]);
  });

  it.each([
    [
      "a source that has a name of Pinion's own",
      "metricSources: [{ name: gateway, type: prometheus, url: 'http://x' }]",
      "config/unknown-value",
    ],
    [
      "two sources of one name",
      "metricSources: [{ name: a, type: prometheus, url: 'http://x' }, { name: a, type: prometheus, url: 'http://y' }]",
      "config/unknown-value",
    ],
    ["an endpoint without a value", "metricSources: [{ name: a, type: http-json, url: 'http://x' }]", "schema/required"],
    [
      "a Prometheus with a JSON pointer",
      "metricSources: [{ name: a, type: prometheus, url: 'http://x', value: /a }]",
      "schema/not-allowed",
    ],
    [
      "two ways into a source",
      "metricSources: [{ name: a, type: prometheus, url: 'http://x', token: { env: A }, username: u, password: { env: B } }]",
      "config/auth",
    ],
    ["a password without a name", "metricSources: [{ name: a, type: prometheus, url: 'http://x', password: { env: B } }]", "config/auth"],
    ["an unknown kind of event", "notifications: [{ name: a, type: slack, url: 'http://x', events: [rollback] }]", "schema/enum"],
    [
      "two receivers of one name",
      "notifications: [{ name: a, type: slack, url: 'http://x' }, { name: a, type: slack, url: 'http://y' }]",
      "config/unknown-value",
    ],
    ["two ways to sign", "signing: { ssh: { keyFile: /k }, openpgp: { keyId: 0123456789ABCDEF } }", "schema/range"],
    ["an identity that could forge a commit", 'identity: { name: "A <b@c>", email: x@y }', "schema/pattern"],
    [
      "a share that can mean two things",
      "alertThresholds: [{ metric: rollback_frequency, threshold: 0.1 }]",
      "environment/ambiguous-share",
    ],
  ])("refuses %s", (_, line, code) => {
    expect(refusal(`${repository}${line}\n`)).toEqual([`${code} 2`]);
  });

  it.each([
    ["auth: { token: { env: T } }", { kind: "token", token: { kind: "env", name: "T" }, username: null }],
    ["auth: { token: { env: T }, username: oauth2 }", { kind: "token", token: { kind: "env", name: "T" }, username: "oauth2" }],
    ["auth: { username: u, password: { file: /p } }", { kind: "password", username: "u", password: { kind: "file", path: "/p" } }],
  ])("logs in with %s", (auth, expected) => {
    expect(parse(`repository:\n  url: https://x.example/r\n  ${auth}\n`).repository.auth).toEqual(expected);
  });

  it("may be written in snake_case", () => {
    const config = parse("repository:\n  url: file:///srv/config\n  allow_file: true\n  poll_interval: 2s\nresync_interval: 1s\n");
    expect([config.repository.allowFile, config.repository.pollIntervalMs, config.resyncIntervalMs]).toEqual([true, 2000, 1000]);
  });

  it.each([
    ["no repository", "state: x\n", ["schema/required 1"]],
    ["a mistyped option", `${repository}stat: x\n`, ["schema/unknown-property 2"]],
    [
      "an option in both spellings",
      "repository: { url: https://x.example/r }\nresyncInterval: 1s\nresync_interval: 1s\n",
      ["yaml/duplicate-key 3"],
    ],
    ["a path without leave", "repository:\n  url: /srv/config\n", ["config/invalid-url 2"]],
    ["another transport", "repository:\n  url: ext://x\n", ["config/invalid-url 2"]],
    ["no address", "repository:\n  url: https://\n", ["config/invalid-url 2"]],
    ["two ways to log in", "repository:\n  url: https://x.example/r\n  auth:\n    token: { env: T }\n    sshKey: /k\n", ["config/auth 4"]],
    ["a password without a name", "repository:\n  url: https://x.example/r\n  auth: { password: { env: P } }\n", ["config/auth 3"]],
    ["a secret in plain text", "repository:\n  url: https://x.example/r\n  auth: { token: abc }\n", ["schema/type 3"]],
    ["a secret from nowhere", "repository:\n  url: https://x.example/r\n  auth: { token: {} }\n", ["schema/range 3"]],
    ["a cron expression that is none", "repository:\n  url: https://x.example/r\n  schedule: [0 6 * * *, never]\n", ["config/schedule 3"]],
    ["an interval that heats the machine", "repository:\n  url: https://x.example/r\n  pollInterval: 1ms\n", ["schema/range 3"]],
    ["a duration that is none", `${repository}resyncInterval: soon\n`, ["schema/pattern 2"]],
    [
      "a token for a port that is not there",
      `${repository}listen:\n  socket: ./api.sock\n  metricsToken: { env: T }\n`,
      ["config/listen 4"],
    ],
    [
      "an external gateway with a port of its own",
      `${repository}gateway:\n  port: 80\n  external: { controlUrl: "http://x", publicUrl: "http://y", token: { env: T } }\n`,
      ["schema/not-allowed 3"],
    ],
    [
      "a remote engine without address",
      `${repository}engines:\n  default: { kind: node-red, mode: remote, token: { env: T } }\n`,
      ["schema/required 3"],
    ],
    [
      "an embedded engine with an address",
      `${repository}engines:\n  default: { kind: node-red, url: "http://x" }\n`,
      ["schema/not-allowed 3"],
    ],
    ["an unknown engine", `${repository}engines:\n  default: { kind: n9n }\n`, ["config/unknown-engine 3"]],
    ["no YAML", "repository: [\n", ["yaml/syntax 2"]],
  ])("refuses %s", (_, text, expected) => {
    expect(refusal(text)).toEqual(expected);
  });
});
