/** What nodes say of each other, and of passwords, is looked at before anything is deployed. */

import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../../src/adapters/engines/node-red/dialect.ts";
import { parseExport } from "../../../../src/adapters/manifest/process/export-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { Finding } from "../../../../src/domain/finding.ts";

type Node = Readonly<Record<string, unknown>>;

function findingsOf(nodes: readonly Node[]): readonly Finding[] {
  const text = JSON.stringify(
    [{ id: "t", type: "tab", label: "T" }, ...nodes.map((node) => ({ z: "t", x: 1, y: 1, wires: [], ...node }))],
    null,
    1,
  );
  const parsed = atOnce(parseExport(Buffer.from(text), "f.json", nodeRedDialect));
  const findings = parsed.kind === "refused" ? parsed.findings : parsed.warnings;
  // Nodes of palettes stand for what any node may say; that they are none of Node-RED's own is looked at elsewhere.
  return findings.filter(({ code }) => code !== "node/unknown-type");
}

const told = (nodes: readonly Node[]): readonly string[] => findingsOf(nodes).map(({ severity, message }) => `${severity}: ${message}`);
const broker = { id: "b", type: "mqtt-broker", broker: "mqtt.example.com", credentials: {}, x: undefined, y: undefined };

describe("a reference to a node that is not there", () => {
  it.each<[string, Node, string]>([
    ["a link out", { id: "n", type: "link out", mode: "link", links: ["gone"] }, 'node "n" (link out) names "gone" as links'],
    ["a link in", { id: "n", type: "link in", links: ["gone"] }, 'node "n" (link in) names "gone" as links'],
    ["a link call", { id: "n", type: "link call", linkType: "static", links: ["gone"] }, 'node "n" (link call) names "gone" as links'],
    ["a broker", { id: "n", type: "mqtt in", broker: "gone" }, 'node "n" (mqtt in) names "gone" as broker'],
    ["TLS settings", { id: "n", type: "http request", tls: "gone" }, 'node "n" (http request) names "gone" as tls'],
    ["a proxy", { id: "n", type: "http request", proxy: "gone" }, 'node "n" (http request) names "gone" as proxy'],
    ["a listener", { id: "n", type: "websocket in", server: "gone", client: "" }, 'node "n" (websocket in) names "gone" as server'],
    [
      "a palette's own",
      { id: "n", type: "ui_button", group: "0123456789abcdef" },
      'node "n" (ui_button) names "0123456789abcdef" as group',
    ],
    [
      "a variable",
      { id: "n", type: "subflow:s", env: [{ name: "B", type: "conf-type", value: "gone" }] },
      'node "n" (subflow:s) names "gone" as env',
    ],
  ])("is an error: %s", (_, node, message) => {
    const found = findingsOf([{ id: "s", type: "subflow", name: "S", in: [], out: [] }, node]);
    expect(found).toMatchObject([
      { severity: "error", code: "node/unknown-reference", message: `${message}, which is no node of this definition` },
    ]);
    expect(found[0]?.line).toBeGreaterThan(10);
  });

  it.each<[string, Node, string]>([
    [
      "a link out to a debug",
      { id: "n", type: "link out", mode: "link", links: ["x"] },
      '"x" as links, which is of type debug, not link in',
    ],
    ["a link call to a link out", { id: "n", type: "link call", links: ["o"] }, '"o" as links, which is of type link out, not link in'],
    [
      "a link call whose link is no list",
      { id: "n", type: "link call", links: "gone" },
      '"gone" as links, which is no node of this definition',
    ],
    [
      "a broker that is TLS settings",
      { id: "n", type: "mqtt out", broker: "k" },
      '"k" as broker, which is of type tls-config, not mqtt-broker',
    ],
    [
      "a proxy that is a broker",
      { id: "n", type: "http request", proxy: "b" },
      '"b" as proxy, which is of type mqtt-broker, not http proxy',
    ],
    [
      "a database of a palette",
      { id: "n", type: "mysql", mydb: "0123456789abcdef" },
      '"0123456789abcdef" as mydb, which is no node of this definition',
    ],
    [
      "a bot of a palette",
      { id: "n", type: "telegram receiver", bot: "f0e1d2c3.a4b5c6" },
      '"f0e1d2c3.a4b5c6" as bot, which is no node of this definition',
    ],
  ])("is an error too where it names something else: %s", (_, node, words) => {
    const others = [
      broker,
      { id: "k", type: "tls-config", x: undefined },
      { id: "x", type: "debug" },
      { id: "o", type: "link out", mode: "return" },
    ];
    expect(told([...others, node])).toEqual([`error: node "n" (${String(node["type"])}) names ${words}`]);
  });

  it("says which kind is wanted, and not what was written already", () => {
    const [found] = findingsOf([
      { id: "k", type: "tls-config", x: undefined },
      { id: "n", type: "mqtt in", broker: "k" },
    ]);
    expect(found?.hint).toBe("Name a node of type mqtt-broker.");
  });

  it.each<[string, Node, string]>([
    ["a link to what is disabled", { id: "n", type: "link out", links: ["off"] }, 'names "off" as links, which is disabled'],
    ["a link out to nothing", { id: "n", type: "link out", mode: "link", links: [] }, "is linked to nothing: what reaches it ends there"],
    ["a link call to nothing", { id: "n", type: "link call", linkType: "static" }, "is linked to nothing: what reaches it ends there"],
    ["no broker", { id: "n", type: "mqtt in", broker: "" }, "names no broker: it never connects"],
  ])("is a warning where it may be meant so: %s", (_, node, words) => {
    const off = { id: "off", type: "link in", d: true };
    expect(told([off, node])).toEqual([`warning: node "n" (${String(node["type"])}) ${words}`]);
  });

  it("is an error when a disabled node's subflow was not exported: Node-RED would start no flow at all", () => {
    expect(told([{ id: "n", type: "subflow:missing", d: true }])).toHaveLength(1);
  });

  it("is an error in a subflow's template", () => {
    expect(told([{ id: "s", type: "subflow", name: "S", in: [{ wires: [{ id: "gone" }] }], out: [] }])).toEqual([
      'error: node "s" (subflow) names "gone" as in, which is no node of this definition',
    ]);
  });

  it("is an error when it is a subflow that was not exported", () => {
    expect(told([{ id: "n", type: "subflow:missing" }])).toEqual([
      'error: node "n" is an instance of the subflow "missing", which the definition does not contain',
    ]);
  });

  it("is a warning in a scope, where the editor leaves the ids of removed nodes", () => {
    expect(told([{ id: "n", type: "catch", scope: ["gone"] }])).toEqual([
      'warning: node "n" (catch) names "gone" as scope, which is no node of this definition',
    ]);
  });

  it.each<[string, Node]>([
    ["what is there", { id: "n", type: "mqtt in", broker: "b" }],
    ["nothing", { id: "n", type: "http request", tls: "", proxy: "" }],
    ["a variable that a subflow is handed", { id: "n", type: "mqtt in", broker: "${BROKER}" }],
    ["a variable handed on", { id: "n", type: "function", env: [{ name: "B", type: "conf-type", value: "${BROKER}" }] }],
    ["an id of something else that looks like one", { id: "n", type: "lora in", devEUI: "0123456789abcdef" }],
    ["a target that comes with the message", { id: "n", type: "link call", linkType: "dynamic", links: ["gone"] }],
    ["a return", { id: "n", type: "link out", mode: "return", links: [] }],
    ["TLS that is switched off", { ...broker, id: "n", usetls: false, tls: "gone" }],
    ["a disabled node", { id: "n", type: "mqtt in", broker: "gone", d: true }],
    ["a host name of a palette's node", { id: "n", type: "ftp in", server: "ftp.example.com" }],
  ])("is not seen in %s", (_, node) => {
    expect(told([broker, node])).toEqual([]);
  });

  it("names what may have been meant", () => {
    expect(
      findingsOf([
        { ...broker, id: "broker-1" },
        { id: "n", type: "mqtt in", broker: "broker-2" },
      ]),
    ).toMatchObject([{ hint: "Did you mean broker-1?" }]);
  });
});

describe("a password as text", () => {
  it.each<[string, Node, string]>([
    [
      "in credentials",
      { ...broker, credentials: { user: "admin", password: "hunter2" } },
      'node "b" (mqtt-broker) has its password as text',
    ],
    ["in a setting", { id: "n", type: "mydb", clientSecret: "hunter2" }, 'node "n" (mydb) has its clientSecret as text'],
    [
      "in an address",
      { id: "n", type: "mongo", url: "mongodb://admin:hunter2@db.example.com" },
      'node "n" (mongo) has a password in its url',
    ],
    [
      "in a header",
      {
        id: "n",
        type: "http request",
        headers: [{ keyType: "Authorization", keyValue: "", valueType: "other", valueValue: "Bearer hunter2" }],
      },
      'node "n" (http request) sends an Authorization header in plain text',
    ],
    [
      "in a header of another name",
      {
        id: "n",
        type: "http request",
        headers: [{ keyType: "other", keyValue: "X-Api-Key", valueType: "other", valueValue: "hunter2" }],
      },
      'node "n" (http request) sends the header X-Api-Key in plain text',
    ],
    [
      "in a parameter of an address",
      { id: "n", type: "http request", url: "https://example.com/a?x=1&api_key=hunter2#top" },
      'node "n" (http request) has a password in its url',
    ],
    [
      "in a header that a change node writes",
      { id: "n", type: "change", rules: [{ t: "set", p: "headers['authorization']", pt: "msg", to: "Bearer hunter2", tot: "str" }] },
      "node \"n\" (change) writes headers['authorization'] as text",
    ],
    [
      "in headers that a change node writes at once",
      { id: "n", type: "change", rules: [{ t: "set", p: "headers", pt: "msg", to: '{"X-Auth-Token":"hunter2"}', tot: "json" }] },
      'node "n" (change) writes headers.X-Auth-Token as text',
    ],
    [
      "in a variable",
      { id: "n", type: "subflow:s", env: [{ name: "DB_PASSWORD", type: "str", value: "hunter2" }] },
      'node "n" (subflow:s) has the variable DB_PASSWORD as text',
    ],
    [
      "in a credential of another name",
      { id: "n", type: "subflow:s", env: [{ name: "DB", type: "cred", value: "hunter2" }] },
      'node "n" (subflow:s) has the variable DB as text',
    ],
  ])("is an error %s, and is not repeated", (_, node, message) => {
    const found = findingsOf([{ id: "s", type: "subflow", name: "S", in: [], out: [] }, node]);
    expect(found).toMatchObject([{ severity: "error", code: "node/plain-secret", message }]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it.each<[string, Node]>([
    ["a reference", { ...broker, credentials: { user: "admin", password: "${MQTT_PASSWORD}" } }],
    ["a property of the message", { id: "n", type: "mydb", password: "payload.password", passwordType: "msg" }],
    ["a name without a value", { id: "n", type: "mydb", password: "" }],
    ["another word", { id: "n", type: "csv", sep: ",", tokens: "all", keyboard: "de" }],
    ["a user in an address", { id: "n", type: "ftp", url: "ftp://anonymous@ftp.example.com" }],
    ["a parameter that a template fills in", { id: "n", type: "http request", url: "https://example.com/?api_key={{{key}}}" }],
    ["another parameter", { id: "n", type: "http request", url: "https://example.com/?page=2&sort=key" }],
    [
      "a header from a variable",
      { id: "n", type: "change", rules: [{ t: "set", p: "headers.authorization", to: "${TOKEN}", tot: "str" }] },
    ],
    ["a header from the message", { id: "n", type: "change", rules: [{ t: "set", p: "headers.authorization", to: "token", tot: "msg" }] }],
    ["a secret that is taken away", { id: "n", type: "change", rules: [{ t: "delete", p: "headers.authorization", pt: "msg" }] }],
    ["JSON that is none of an object", { id: "n", type: "change", rules: [{ t: "set", p: "headers", to: '["token"]', tot: "json" }] }],
    [
      "an ordinary header",
      { id: "n", type: "http request", headers: [{ keyType: "other", keyValue: "X-Trace", valueType: "other", valueValue: "a" }] },
    ],
    ["a reference in an address", { id: "n", type: "mongo", url: "mongodb://admin:${PASSWORD}@db.example.com" }],
  ])("is not seen in %s", (_, node) => {
    expect(told([node])).toEqual([]);
  });
});

describe("a credential among variables", () => {
  const template = (value?: string): Node => ({ id: "s", type: "subflow", env: [{ name: "KEY", type: "cred", value }], in: [], out: [] });
  const instance = (...env: readonly Node[]): Node => ({ id: "i", type: "subflow:s", env });

  it.each<[string, readonly Node[]]>([
    ["the instance", [template(), instance()]],
    ["the instance and the template", [template(""), instance({ name: "KEY", type: "cred" })]],
  ])("that has no value in %s is told", (_, nodes) => {
    expect(findingsOf(nodes).filter(({ code }) => code === "node/no-credentials")).toMatchObject([
      { severity: "warning", message: expect.stringContaining("has the credential KEY among its variables, and no value") as unknown },
    ]);
  });

  it.each<[string, readonly Node[]]>([
    ["in the template", [template("${KEY}"), instance()]],
    ["in the instance", [template(), instance({ name: "KEY", type: "cred", value: "${KEY}" })]],
    ["nowhere, where nobody uses the template", [template()]],
  ])("that has its value %s is not", (_, nodes) => {
    expect(findingsOf(nodes).map(({ code }) => code)).not.toContain("node/no-credentials");
  });
});

describe("an export without its credentials", () => {
  it("is told by the node, with what to write", () => {
    expect(findingsOf([{ ...broker, name: "Orders", credentials: undefined }])).toMatchObject([
      {
        severity: "warning",
        code: "node/no-credentials",
        message: 'node "b" (mqtt-broker, "Orders") may want user and password, and the export brings none: Node-RED leaves credentials out',
        hint: expect.stringContaining('credentials: {user: "${USER}", password: "${PASSWORD}"}') as unknown,
      },
    ]);
  });

  it.each<[string, Node, number]>([
    ["an http request that logs in", { id: "n", type: "http request", authType: "basic" }, 1],
    ["an http request that does not", { id: "n", type: "http request", authType: "" }, 0],
    ["TLS with a certificate that was uploaded", { id: "n", type: "tls-config", certname: "client.pem", keyname: "client.key" }, 1],
    ["TLS with files", { id: "n", type: "tls-config", cert: "/etc/ssl/client.pem", certname: "" }, 0],
    ["a broker that says that it needs none", broker, 0],
  ])("is told of %s or not", (_, node, count) => {
    expect(told([node])).toHaveLength(count);
  });
});
