/** What only one running copy of a flow can have: said for each environment that would run two of them. */

import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";

const dialects = [nodeRedDialect];

function repository(node: string, settings = "strategy: { type: blue-green }"): Record<string, string> {
  return {
    "processes/meter/process.yaml":
      "id: meter\ntitle: T\nowner: team\nengine: node-red\nversions:\n  - { version: 1.0.0, status: draft }\n",
    "processes/meter/versions/1.0.0.yaml": `version: 1.0.0\ntitle: T\ndefinition:\n  nodes:\n    - ${node}\n`,
    "environments/production/environment.yaml": `name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n${settings}\n`,
    "environments/production/pins.yaml": "meter: 1.0.0\n",
  };
}

async function found(files: Record<string, string>) {
  const objects = createFakeObjects();
  const { findings } = await validateRepository({ objects, dialects, commit: objects.commit(files) });
  return findings;
}

const broker = (settings: string) => `{ id: b, type: mqtt-broker, config: { broker: h, credentials: {}${settings} } }`;
const fixed = broker(", clientid: meter-reader");

describe("what only one running copy can have", () => {
  it("is a warning at its place, which says who has it and which strategy runs two copies", async () => {
    expect(await found(repository(fixed))).toMatchObject([
      {
        file: "processes/meter/versions/1.0.0.yaml",
        line: 5,
        column: 83,
        code: "node/exclusive-resource",
        severity: "warning",
        message:
          'node "b" (mqtt-broker) has the MQTT client id "meter-reader", which only one copy can have; blue-green runs two versions of meter beside each other in production: they take it from each other, or the new one does not get it',
      },
    ]);
  });

  it.each([
    ["a client id that each environment gives", broker(', clientid: "${PINION_PROCESS}"'), "MQTT client id"],
    ["a port for TCP", "{ id: t, type: tcp in, config: { server: server, port: '7898' } }", "TCP port 7898"],
    ["a port for TCP that answers leave by", "{ id: t, type: tcp out, config: { beserver: server, port: '7898' } }", "TCP port 7898"],
    ["a port for UDP", "{ id: u, type: udp in, config: { port: '5000' } }", "UDP port 5000"],
    ["a port that is a number", "{ id: u, type: udp in, config: { port: 5000 } }", "UDP port 5000"],
    ["a serial port", "{ id: s, type: serial-port, config: { serialport: /dev/ttyUSB0 } }", "serial port /dev/ttyUSB0"],
  ])("is %s", async (_, node, what) => {
    const findings = await found(repository(node));
    const held = findings.filter(({ code }) => code === "node/exclusive-resource");
    expect(held.map(({ message }) => message)).toEqual([expect.stringContaining(what)]);
  });

  it.each([
    ["a client id of the node's own making", broker(', clientid: ""')],
    ["no client id", broker("")],
    ["a connection to somebody else's port", "{ id: t, type: tcp in, config: { server: client, port: '7898' } }"],
    ["a reply on the same connection", "{ id: t, type: tcp out, config: { beserver: reply, port: '' } }"],
    ["a node that is switched off", "{ id: u, type: udp in, config: { port: '5000', d: true } }"],
  ])("is not %s", async (_, node) => {
    expect(await found(repository(node))).toEqual([]);
  });

  it.each(["strategy: { type: recreate }", "processes: { meter: { strategy: { type: recreate } } }"])(
    "is none where the old version goes first (%s)",
    async (settings) => {
      expect(await found(repository(fixed, settings))).toEqual([]);
    },
  );

  it("is said to the daemon too, until the strategy is another one", async () => {
    const objects = createFakeObjects();
    const manifests = createManifests({ objects, dialects, cache: createFakeParseCache() });
    const codes = async (settings?: string) => {
      const { findings } = await manifests.snapshot(objects.commit(repository(fixed, settings)), 0);
      return findings.map(({ code }) => code);
    };
    expect(await codes()).toEqual(["node/exclusive-resource"]);
    expect(await codes("strategy: { type: recreate }")).toEqual([]);
    expect(await codes("strategy: { type: rolling }")).toEqual(["node/exclusive-resource"]);
  });
});
