/** The table of broken copies: what is broken, the findings that follow, and what still runs. */

import { processText, smallDigest, versionText } from "../support/small-repository.ts";

export interface BrokenCopy {
  readonly name: string;
  /** Files that differ from the small repository; null: not there. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  /** Links by path, with what they point at. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files that are made this large. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** `severity code file:line`, in order. */
  readonly expected: readonly string[];
  /** `environment process version`, in order. */
  readonly runnable: readonly string[];
}

const all = [
  "production called 1.0.0",
  "production caller 1.0.0",
  "production other 1.0.0",
  "staging called 1.1.0",
  "staging caller 1.0.0",
  "staging other 1.0.0",
];
const without = (...gone: readonly string[]): readonly string[] => all.filter((each) => !gone.some((part) => each.includes(part)));

const calledFile = "processes/called/process.yaml";
const called100 = "processes/called/versions/1.0.0.yaml";
const caller100 = "processes/caller/versions/1.0.0.yaml";
const otherExport = "processes/other/versions/1.0.0.flow.json";
const pinsA = "environments/production/pins/a.yaml";
const environmentFile = "environments/production/environment.yaml";

const graph = (nodes: string, connections = ""): string =>
  `version: 1.0.0\ntitle: x\ndefinition:\n  nodes:\n${nodes}  connections:\n${connections || "    []\n"}`;
const node = (id: string): string => `    - { id: ${id}, type: t }\n`;
const needs = (name: string, range: string): string => `dependencies:\n  - type: workflow\n    name: ${name}\n    version: ${range}\n`;

/** A bomb of nine levels, each nine times the one before. */
const aliasBomb = `version: 1.0.0\ntitle: x\na: &a [l, l, l]\n${"abcdefgh"
  .split("")
  .map((letter, index) => `${"bcdefghi"[index]}: &${"bcdefghi"[index]} [${Array.from({ length: 9 }, () => `*${letter}`).join(", ")}]\n`)
  .join("")}`;

export const brokenCopies: readonly BrokenCopy[] = [
  {
    name: "bad YAML",
    files: { [calledFile]: "id: called\ntitle: a: b\n" },
    expected: [`error yaml/syntax ${calledFile}:2`],
    runnable: without(" called"),
  },
  {
    name: "a tab as indentation",
    files: { [called100]: "version: 1.0.0\ntitle: x\ndefinition:\n\tnodes: []\n" },
    expected: [`error yaml/tab ${called100}:4`],
    runnable: without("production called"),
  },
  {
    name: "an alias bomb",
    files: { [called100]: aliasBomb },
    expected: [`error limit/aliases ${called100}:4`],
    runnable: without("production called"),
  },
  {
    name: "a key twice",
    files: { [environmentFile]: "name: production\ntype: production\nselfHeal: true\nselfHeal: false\n" },
    expected: [`error yaml/duplicate-key ${environmentFile}:4`],
    runnable: all,
  },
  {
    name: "a second document",
    files: { [environmentFile]: "name: production\ntype: production\n---\nname: other\n" },
    expected: [`error yaml/multiple-documents ${environmentFile}:3`],
    runnable: all,
  },
  {
    name: "text that is not UTF-8",
    files: { [called100]: Buffer.concat([Buffer.from("version: 1.0.0\ntitle: "), Buffer.from([0xff, 0xfe]), Buffer.from("\n")]) },
    expected: [`error file/encoding ${called100}:2`],
    runnable: without("production called"),
  },
  {
    name: "a NUL byte",
    files: { [pinsA]: "called: 1.0.0\ncaller: \0\n" },
    expected: [`error file/nul-byte ${pinsA}:2`],
    runnable: without("production called", "production caller"),
  },
  {
    name: "20,000 levels inside each other",
    files: { [called100]: `version: 1.0.0\ntitle: x\ndefinition: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n` },
    expected: [`error limit/depth ${called100}:3`],
    runnable: without("production called"),
  },
  {
    name: "a file of 50 MB",
    files: {},
    sizes: { [called100]: 50 * 1024 * 1024 },
    expected: [`error file/too-large ${called100}:1`],
    runnable: without("production called"),
  },
  {
    name: "an export of 50 MB",
    files: {},
    sizes: { [otherExport]: 50 * 1024 * 1024 },
    expected: [`error file/too-large ${otherExport}:1`],
    runnable: without("other"),
  },
  {
    name: "a version file that is a link out of the repository",
    files: {},
    links: { [called100]: "/etc/passwd" },
    expected: [`error file/symlink ${called100}:1`],
    runnable: without(" called"),
  },
  {
    name: "a process that is a link",
    files: {},
    links: { "processes/called": "/tmp" },
    expected: ["error file/symlink processes/called:1"],
    runnable: without(" called"),
  },
  {
    name: "an environment that is a link",
    files: {},
    links: { "environments/production": "staging" },
    expected: ["error file/symlink environments/production:1"],
    runnable: without("production"),
  },
  {
    name: "a submodule inside a process",
    files: { "processes/called/lib/.git": "gitdir: x\n" },
    expected: ["error file/submodule processes/called/lib:1"],
    runnable: without(" called"),
  },
  {
    name: "an unknown version pinned",
    files: { [pinsA]: "# team a\ncalled: 1.9.0\ncaller: 1.0.0\n" },
    expected: [`error pin/unknown-version ${pinsA}:2`],
    runnable: without("production called"),
  },
  {
    name: "an unknown process pinned",
    files: { [pinsA]: "called: 1.0.0\ncaller: 1.0.0\ncalld: 1.0.0\n" },
    expected: [`error pin/unknown-process ${pinsA}:3`],
    runnable: all,
  },
  {
    name: "a process pinned twice in one file",
    files: { [pinsA]: "called: 1.0.0\ncaller: 1.0.0\ncalled: 1.1.0\n" },
    expected: [`error pin/twice ${pinsA}:3`],
    runnable: without("production called"),
  },
  {
    name: "a process pinned twice over files",
    files: { "environments/production/pins/b.yaml": "other: 1.0.0\ncaller: 1.0.0\n" },
    expected: ["error pin/twice environments/production/pins/b.yaml:2"],
    runnable: without("production caller"),
  },
  {
    name: "a line in a pins file that is no pin",
    files: { [pinsA]: "called: 1.0.0\ncaller 1.0.0\n" },
    expected: [`error pin/syntax ${pinsA}:2`],
    runnable: without("production caller"),
  },
  {
    name: "a draft pinned in production",
    files: { [pinsA]: "called: 2.0.0\n" },
    expected: [`error pin/draft-not-allowed ${pinsA}:1`],
    runnable: without("production called", "production caller"),
  },
  {
    name: "an archived version pinned",
    files: { [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace("published", "archived") },
    expected: [`error pin/archived ${pinsA}:2`],
    runnable: without("production called"),
  },
  {
    name: "a deprecated version pinned, which is only a warning",
    files: { [calledFile]: processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }).replace("published", "deprecated") },
    expected: [`warning pin/deprecated ${pinsA}:2`],
    runnable: all,
  },
  {
    name: "a version in quarantine pinned",
    files: {
      "environments/production/quarantine.yaml": `quarantine:\n  - { process: called, version: 1.0.0, digest: ${smallDigest("c100")}, reason: bad, since: 2026-11-21T10:00:00Z }\n`,
    },
    expected: [`error pin/quarantined ${pinsA}:2`],
    runnable: without("production called"),
  },
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
    name: "a strategy that comes later",
    files: { [environmentFile]: "name: production\ntype: production\nstrategy:\n  type: canary\n  config:\n    trafficPercentage: 10\n" },
    expected: [`error option/not-supported ${environmentFile}:4`, `error option/not-supported ${environmentFile}:6`],
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
    files: { [called100]: versionText("1.0.0", "c100", needs("caller", "^1.0.0")) },
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
