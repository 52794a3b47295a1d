/** Copies whose files can be read but mean something that cannot be: digests, graphs, dependencies, names and options. */

import { processText, smallVersionDigest, versionText } from "../support/small-repository.ts";
import { all, type BrokenCopy, called100, calledFile, caller100, environmentFile, otherExport, without } from "./broken-copy.ts";

const graph = (nodes: string, connections = ""): string =>
  `version: 1.0.0\ntitle: x\ndefinition:\n  nodes:\n${nodes}  connections:\n${connections || "    []\n"}`;
const node = (id: string): string => `    - { id: ${id}, type: t }\n`;
const needs = (name: string, range: string): string => `dependencies:\n  - type: workflow\n    name: ${name}\n    version: ${range}\n`;

const unchecked = `dependencies:
  - { type: node, name: node-red-contrib-nosuch, version: ^9.0.0 }
  - { type: service, name: card-network, version: ">=1.0.0", required: false }
  - { type: library, name: lodash, version: 4.x, required: true }
`;

export const brokenMeanings: readonly BrokenCopy[] = [
  {
    name: "a wrong digest",
    files: { [called100]: versionText("1.0.0", "changed") },
    expected: [`error version/digest-mismatch ${calledFile}:8`],
    runnable: without("production called"),
  },
  {
    name: "a published version without a digest",
    files: { [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace(/ {4}digest: .*\n/, "") },
    expected: [`error version/digest-missing ${calledFile}:6`],
    runnable: without("production called"),
  },
  {
    name: "a version file that is not there",
    files: { [called100]: null },
    expected: [`error version/file-missing ${calledFile}:6`],
    runnable: without("production called"),
  },
  {
    name: "a version file that is not listed, which is only a warning",
    files: { "processes/called/versions/3.0.0.yaml": versionText("3.0.0", "x") },
    expected: ["warning version/not-listed processes/called/versions/3.0.0.yaml:1"],
    runnable: all,
  },
  {
    name: "a version file that is not listed and cannot be read, which would otherwise show only once it is listed",
    files: { "processes/called/versions/3.0.0.yaml": "version: 3.0.0\ntitle: [\n" },
    expected: [
      "warning version/not-listed processes/called/versions/3.0.0.yaml:1",
      "error yaml/syntax processes/called/versions/3.0.0.yaml:3",
    ],
    runnable: all,
  },
  {
    name: "a file of 50 MB among the versions",
    files: { "processes/called/versions/3.0.0.yaml": "" },
    sizes: { "processes/called/versions/3.0.0.yaml": 50 * 1024 * 1024 },
    expected: [
      "error file/too-large processes/called/versions/3.0.0.yaml:1",
      "warning version/not-listed processes/called/versions/3.0.0.yaml:1",
    ],
    runnable: all,
  },
  {
    name: "a process id as long as a file",
    files: { "environments/staging/pins.yaml": `${"a".repeat(100_000)}: 1.0.0\n` },
    expected: ["error pin/syntax environments/staging/pins.yaml:1"],
    runnable: without("staging"),
  },
  {
    name: "a process without process.yaml",
    files: { [calledFile]: null },
    expected: [`error file/missing ${calledFile}:1`],
    runnable: without(" called"),
  },
  {
    name: "an id that is not the folder's name",
    files: { [calledFile]: processText("caled", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }) },
    expected: [`error process/id-mismatch ${calledFile}:1`],
    runnable: without(" called"),
  },
  {
    name: "an unknown kind of engine",
    files: { [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace("node-red", "node-rad") },
    expected: [`error process/unknown-engine ${calledFile}:4`],
    runnable: without(" called"),
  },
  {
    name: "a version that is not the file's name",
    files: { [called100]: versionText("1.0.1", "c100") },
    expected: [`error version/name-mismatch ${called100}:1`],
    runnable: without("production called"),
  },
  {
    name: "a version that is no semantic version",
    files: { [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", v2: null }) },
    expected: [`error version/invalid ${calledFile}:12`],
    runnable: without(" called"),
  },
  {
    name: "a node id twice",
    files: { [called100]: graph(node("a") + node("b") + node("a")) },
    expected: [`error node/duplicate-id ${called100}:7`],
    runnable: without("production called"),
  },
  {
    name: "a connection to nowhere",
    files: {
      [called100]: graph(
        node("a") + node("b"),
        "    - { from: { node: a }, to: { node: b } }\n    - { from: { node: a }, to: { node: nowhere } }\n",
      ),
    },
    expected: [`error connection/unknown-node ${called100}:9`],
    runnable: without("production called"),
  },
  {
    name: "a connection twice",
    files: {
      [called100]: graph(
        node("a") + node("b"),
        "    - { from: { node: a }, to: { node: b } }\n    - { from: { node: a, port: 0 }, to: { node: b } }\n",
      ),
    },
    expected: [`error connection/duplicate ${called100}:9`],
    runnable: without("production called"),
  },
  {
    name: "an unknown property",
    files: { [called100]: versionText("1.0.0", "c100", "descripton: x\n") },
    expected: [`error schema/unknown-property ${called100}:3`],
    runnable: without("production called"),
  },
  {
    name: "an option that comes later",
    files: { [environmentFile]: "name: production\ntype: production\nrestrictions:\n  deploymentWindows: []\n" },
    expected: [`error option/not-supported ${environmentFile}:4`],
    runnable: all,
  },
  {
    name: "an option of another strategy",
    files: { [environmentFile]: "name: production\ntype: production\nstrategy:\n  type: rolling\n  config:\n    trafficPercentage: 10\n" },
    expected: [`error schema/not-allowed ${environmentFile}:6`],
    runnable: all,
  },
  {
    name: "settings for a process that does not exist",
    files: {
      [environmentFile]: "name: production\ntype: production\nprocesses:\n  called: {}\n  caled: { strategy: { type: recreate } }\n",
    },
    expected: [`warning environment/unknown-process ${environmentFile}:5`],
    runnable: all,
  },
  {
    name: "a dependency that nobody checks, which is only a warning",
    files: {
      [called100]: versionText("1.0.0", "c100", unchecked),
      [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace(
        smallVersionDigest("1.0.0", "c100"),
        smallVersionDigest("1.0.0", "c100", unchecked),
      ),
    },
    expected: [4, 5, 6].map((line) => `warning dependency/not-checked ${called100}:${line}`),
    runnable: all,
  },
  {
    name: "a required dependency out of range",
    files: { "environments/staging/pins.yaml": "called: 2.0.0\ncaller: 1.0.0\nother: 1.0.0\n" },
    expected: [`error dependency/out-of-range ${caller100}:4`],
    runnable: [
      "production called 1.0.0",
      "production caller 1.0.0",
      "production other 1.0.0",
      "staging called 2.0.0",
      "staging other 1.0.0",
    ],
  },
  {
    name: "a required dependency that is not pinned",
    files: { "environments/staging/pins.yaml": "caller: 1.0.0\nother: 1.0.0\n" },
    expected: [`error dependency/not-pinned ${caller100}:4`],
    runnable: without("staging called", "staging caller"),
  },
  {
    name: "processes that need each other",
    files: {
      [called100]: versionText("1.0.0", "c100", needs("caller", "^1.0.0")),
      [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace(
        smallVersionDigest("1.0.0", "c100"),
        smallVersionDigest("1.0.0", "c100", needs("caller", "^1.0.0")),
      ),
    },
    expected: [`error dependency/cycle ${called100}:4`, `error dependency/cycle ${caller100}:4`],
    runnable: without("production called", "production caller"),
  },
  {
    name: "an export outside the folder",
    files: { "processes/other/versions/1.0.0.yaml": "version: 1.0.0\ntitle: x\ndefinitionFrom: ../../../../etc/passwd.json\n" },
    expected: ["error definition/outside-folder processes/other/versions/1.0.0.yaml:3"],
    runnable: without("other"),
  },
  {
    name: "an export that is not there",
    files: { [otherExport]: null },
    expected: ["error definition/file-missing processes/other/versions/1.0.0.yaml:3"],
    runnable: without("other"),
  },
  {
    name: "an export that is no JSON",
    files: { [otherExport]: '{\n  "nodes": [,]\n}\n' },
    expected: [`error json/syntax ${otherExport}:2`],
    runnable: without("other"),
  },
  {
    name: "an export that the engine's dialect refuses",
    files: { [otherExport]: "{}\n" },
    expected: [`error definition/refused ${otherExport}:1`],
    runnable: without("other"),
  },
  {
    name: "a node id twice in an export",
    files: {
      [otherExport]:
        '{ "config": {}, "connections": [], "nodes": [\n  { "id": "a", "type": "t", "config": {} },\n  { "id": "a", "type": "t", "config": {} }\n] }\n',
    },
    expected: [`error node/duplicate-id ${otherExport}:3`],
    runnable: without("other"),
  },
  {
    name: "an environment without environment.yaml",
    files: { [environmentFile]: null },
    expected: [`error file/missing ${environmentFile}:1`],
    runnable: all,
  },
  {
    name: "an environment with another name",
    files: { [environmentFile]: "name: prod\ntype: production\n" },
    expected: [`error environment/name-mismatch ${environmentFile}:1`],
    runnable: all,
  },
];
