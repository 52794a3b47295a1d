/** A small config repository without any fault, as files by path: what tests start from before they break it. */

import { parse } from "yaml";
import { canonicalDefinition } from "../../src/domain/desired/canonical.ts";
import { digestOfFile, sha256 } from "../../src/adapters/manifest/process/digest.ts";
import type { Connection, Definition, JsonObject, WorkflowNode } from "../../src/domain/desired/definition.ts";
import type { Dialect } from "../../src/ports/dialect.ts";

/** A dialect whose exports are neutral graphs already; it refuses what is none. */
export const plainDialect: Dialect = {
  engine: "node-red",
  // Its `http in` nodes are for show: every process of the small repository has the same one.
  endpoints: ({ nodes }) =>
    nodes.flatMap(({ type, config }, index) =>
      type === "address" ? [{ method: "GET", path: String(config["path"]), pointer: `/nodes/${index}/config/path`, fault: null }] : [],
    ),
  faults: () => [],
  variables: () => [],
  exclusives: () => [],
  // oxlint-disable-next-line require-yield
  *fromExport(exported) {
    const graph = exported as Partial<Definition> | null;
    if (!Array.isArray(graph?.nodes)) throw new Error("the export has no nodes");
    const connections = Array.isArray(graph.connections) ? graph.connections : [];
    if (!graph.nodes.every(isNode) || !connections.every(isConnection)) throw new Error("the export is no graph");
    return { nodes: graph.nodes, connections, config: graph.config ?? {} };
  },
};

function isNode(node: unknown): node is WorkflowNode {
  const { id, type, config } = (node ?? {}) as Partial<WorkflowNode>;
  return typeof id === "string" && typeof type === "string" && typeof config === "object";
}

function isConnection(connection: unknown): connection is Connection {
  const { from, to } = (connection ?? {}) as Partial<Connection>;
  return typeof from?.node === "string" && typeof to?.node === "string";
}

/** The definition that every version of the small repository has, with its version in an answer. */
export function smallDefinition(answer: string): Definition {
  return {
    nodes: [
      { id: "receive", type: "http in", config: { method: "get", url: "/hello" } },
      { id: "answer", type: "http response", config: { body: answer } },
    ],
    connections: [{ from: { node: "receive", port: 0 }, to: { node: "answer", port: 0 } }],
    config: {},
  };
}

/** The digest of a whole version with `smallDefinition`, and `more` before it; from an export, that of its file without the definition. */
export function smallVersionDigest(version: string, answer: string, more = ""): string {
  const { definition: _, definitionFrom: __, ...about } = parse(versionText(version, answer, more)) as JsonObject;
  return digestOfFile({ ...about, definition: smallDefinition(answer) as unknown as JsonObject });
}

/** The digest of `smallDefinition`. */
export function smallDigest(answer: string): string {
  return sha256(canonicalDefinition(smallDefinition(answer)));
}

/** A version file of the small repository; `more` is inserted before the definition. */
export function versionText(version: string, answer: string, more = ""): string {
  return `version: ${version}
title: A version
${more}definition:
  nodes:
    - { id: receive, type: http in, config: { method: get, url: /hello } }
    - { id: answer, type: http response, config: { body: ${answer} } }
  connections:
    - { from: { node: receive, port: 0 }, to: { node: answer, port: 0 } }
`;
}

/** A process file with versions that are published, except those with the answer null, which are drafts. `more` as in their files. */
export function processText(id: string, versions: Readonly<Record<string, string | null>>, more = ""): string {
  const lines = Object.entries(versions).map(([version, answer]) =>
    answer === null
      ? `  - version: ${version}\n    status: draft\n`
      : `  - version: ${version}\n    status: published\n    digest: ${smallVersionDigest(version, answer, more)}\n`,
  );
  return `id: ${id}\ntitle: ${id}\nowner: team\nengine: node-red\nversions:\n${lines.join("")}`;
}

/** Two processes, of which `caller` needs `called`, in two environments. */
export function smallRepository(): Record<string, string> {
  const needs = "dependencies:\n  - { type: workflow, name: called, version: ^1.0.0 }\n";
  return {
    "processes/called/process.yaml": processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }),
    "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "c100"),
    "processes/called/versions/1.1.0.yaml": versionText("1.1.0", "c110"),
    "processes/called/versions/2.0.0.yaml": versionText("2.0.0", "c200"),
    "processes/caller/process.yaml": processText("caller", { "1.0.0": "r100" }, needs),
    "processes/caller/versions/1.0.0.yaml": versionText("1.0.0", "r100", needs),
    "processes/other/process.yaml": processText("other", { "1.0.0": "o100" }),
    "processes/other/versions/1.0.0.yaml": "version: 1.0.0\ntitle: A version\ndefinitionFrom: ./1.0.0.flow.json\n",
    "processes/other/versions/1.0.0.flow.json": `${JSON.stringify(smallDefinition("o100"), null, 2)}\n`,
    "environments/production/environment.yaml": "name: production\ntype: production\n",
    "environments/production/pins/a.yaml": "# team a\ncalled: 1.0.0\ncaller: 1.0.0\n",
    "environments/production/pins/b.yaml": "other: 1.0.0\n",
    "environments/staging/environment.yaml": "name: staging\ntype: staging\nstrategy: { type: recreate }\n",
    "environments/staging/pins.yaml": 'called: 1.1.0\ncaller: 1.0.0 # with a comment\nother: "1.0.0"\n',
  };
}
