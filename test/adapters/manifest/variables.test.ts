/** Variables that flows name: what no environment file gives a value is said where it is named, to `validate` and to the daemon. */

import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";

const dialects = [nodeRedDialect];

interface Settings {
  /** Lines of environment.yaml. */
  readonly settings?: string;
  /** Lines of the definition. */
  readonly config?: string;
}

function repository(nodes: readonly string[], { settings = "", config = "" }: Settings = {}): Record<string, string> {
  return {
    "processes/orders/process.yaml":
      "id: orders\ntitle: T\nowner: team\nengine: node-red\nversions:\n  - { version: 1.0.0, status: draft }\n",
    "processes/orders/versions/1.0.0.yaml": `version: 1.0.0\ntitle: T\ndefinition:\n${config}  nodes:\n${nodes.map((node) => `    - ${node}\n`).join("")}`,
    "environments/production/environment.yaml": `name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n${settings}`,
    "environments/production/pins.yaml": "orders: 1.0.0\n",
  };
}

async function found(files: Record<string, string>) {
  const objects = createFakeObjects();
  const { findings } = await validateRepository({ objects, dialects, commit: objects.commit(files) });
  return findings.map(({ file, line, column, code, severity, message }) => ({ at: `${file}:${line}:${column}`, code, severity, message }));
}

const broker = '{ id: b, type: mqtt-broker, config: { broker: h, credentials: { user: "${NOPE}", password: "${PW}" } } }';

describe("a variable that nothing gives a value", () => {
  it("is a finding at its place, which says who wants it and where", async () => {
    expect(await found(repository([broker], { settings: "secrets: { PW: { env: SHOP_PW } }\n" }))).toEqual([
      {
        at: "processes/orders/versions/1.0.0.yaml:5:77",
        code: "node/unknown-variable",
        severity: "warning",
        message:
          'node "b" (mqtt-broker) names ${NOPE}, and NOPE has no value in production, which pins 1.0.0: the engine would use this text itself',
      },
    ]);
  });

  it.each([
    ["in the settings of a node", '{ id: n, type: http request, config: { url: "${NOPE}" } }'],
    ["in a list", '{ id: n, type: switch, config: { rules: [{ t: eq, v: "${NOPE}" }] } }'],
    ["in an instance of a subflow", '{ id: n, type: "subflow:s", config: { env: [{ name: K, type: cred, value: "${NOPE}" }] } }'],
    ["under its own name", '{ id: n, type: "subflow:s", config: { env: [{ name: NOPE, type: cred, value: "${NOPE}" }] } }'],
  ])("is found %s", async (_, node) => {
    const files = repository(["{ id: s, type: subflow, config: { in: [], out: [] } }", node]);
    expect((await found(files)).map(({ code }) => code)).toEqual(["node/unknown-variable"]);
  });

  it("is found among the variables of the tab", async () => {
    const config = '  config: { env: [{ name: K, type: cred, value: "${NOPE}" }] }\n';
    expect((await found(repository(["{ id: n, type: comment, config: {} }"], { config }))).map(({ code }) => code)).toEqual([
      "node/unknown-variable",
    ]);
  });

  it.each([
    ["a variable of the environment", broker, { settings: "variables: { NOPE: a, PW: b }\n" }],
    ["a variable of the tab", broker, { config: "  config: { env: [{ name: NOPE, type: str, value: a }, { name: PW, value: b }] }\n" }],
    ["Pinion", '{ id: n, type: http request, config: { url: "${PINION_ENVIRONMENT_URL}" } }', {}],
    ["Node-RED", '{ id: n, type: http request, config: { url: "${NR_NODE_ID}" } }', {}],
    ["nobody, in a text for people", '{ id: n, type: comment, config: { info: "${NOPE}" } }', {}],
    ["nobody, in the middle of a text", '{ id: n, type: template, config: { template: "a ${NOPE} b" } }', {}],
  ])("is none that is given by %s", async (_, node, settings) => {
    expect(await found(repository([node], settings))).toEqual([]);
  });

  it("is told by the daemon, until the environment gives it one", async () => {
    const objects = createFakeObjects();
    const manifests = createManifests({ objects, dialects, cache: createFakeParseCache() });
    const codes = async (settings: string) =>
      (await manifests.snapshot(objects.commit(repository([broker], { settings })), 0)).findings.map(({ code }) => code);
    expect(await codes("")).toEqual(["node/unknown-variable", "node/unknown-variable"]);
    expect(await codes("variables: { NOPE: a, PW: b }\n")).toEqual([]);
    expect(await codes("variables: { PW: b }\n")).toEqual(["node/unknown-variable"]);
  });
});
