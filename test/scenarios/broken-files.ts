/** Copies broken as files: syntax, encoding, limits, links, and pins that cannot be. */

import { processText, smallDigest } from "../support/small-repository.ts";
import { all, type BrokenCopy, called100, calledFile, environmentFile, otherExport, pinsA, without } from "./broken-copy.ts";

/** A bomb of nine levels, each nine times the one before. */
const aliasBomb = `version: 1.0.0\ntitle: x\na: &a [l, l, l]\n${"abcdefgh"
  .split("")
  .map((letter, index) => `${"bcdefghi"[index]}: &${"bcdefghi"[index]} [${Array.from({ length: 9 }, () => `*${letter}`).join(", ")}]\n`)
  .join("")}`;

export const brokenFiles: readonly BrokenCopy[] = [
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
    name: "pins in a file whose name is not read",
    files: { "environments/production/pins.yml": "called: 1.0.0\n", "environments/production/pins/team/b.yaml": "called: 1.0.0\n" },
    expected: [
      "error pin/unread-file environments/production/pins.yml:1",
      "error pin/unread-file environments/production/pins/team/b.yaml:1",
    ],
    runnable: all,
  },
  {
    name: "pins in a file whose name has no, another or a further ending",
    files: {
      "environments/production/Pins": "called: 1.0.0\n",
      "environments/production/pins copy.yaml": "called: 1.0.0\n",
      "environments/production/pins/c.yaml.bak": "called: 1.0.0\n",
      "environments/production/pins/d": "called: 1.0.0\n",
      "environments/production/pins/e.YAML": "called: 1.0.0\n",
    },
    expected: [
      "error pin/unread-file environments/production/Pins:1",
      "error pin/unread-file environments/production/pins copy.yaml:1",
      "error pin/unread-file environments/production/pins/c.yaml.bak:1",
      "error pin/unread-file environments/production/pins/d:1",
      "error pin/unread-file environments/production/pins/e.YAML:1",
    ],
    runnable: all,
  },
  {
    name: "copies beside what is read, and documents",
    files: {
      [`${pinsA}.bak`]: "called: 1.0.0\n",
      "environments/production/pins/README.md": "Pins of the team.\n",
      "environments/production/pins/.gitkeep": "",
    },
    expected: [],
    runnable: all,
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
];
