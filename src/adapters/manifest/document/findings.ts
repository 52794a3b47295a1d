/** Every finding a file can get: its code, whether it is grave, and what to do about it, in one catalogue. */

import type { Finding } from "../../../domain/finding.ts";
import { maxCommitFindings, maxQuoted } from "./limits.ts";

const catalogue = {
  "file/missing": "Add the file.",
  "file/too-large": "Make the file smaller: it is configuration, not data.",
  "file/encoding": "Save the file as UTF-8.",
  "file/lfs-pointer": "Remove the file from Git LFS: remove its pattern from .gitattributes and commit the file itself.",
  "file/encrypted": "Remove the file from git-crypt: the controller has no key. Write secrets as references in `secrets:`.",
  "file/unfiltered": "Configure the filter with `git config`, or remove it from .gitattributes: a controller runs no filters.",
  "file/ignored": "Commit it with `git add -f`, or remove its pattern from .gitignore; or delete it, if it is not needed.",
  "file/not-checked-out": "Validate a whole work tree: `git sparse-checkout disable`.",
  "file/nul-byte": "The file contains bytes that are not text; restore it from the history.",
  "file/symlink": "Replace the symbolic link by the file itself: a config repository contains only plain files.",
  "file/submodule": "Replace the submodule by its files: a config repository contains only plain files.",
  "file/not-a-folder": "A folder is expected here.",
  "file/unexpected": "Pinion does not read this file; rename or remove it.",
  "history/unreadable":
    "Follow the message of git, for example `git config --global --add safe.directory DIRECTORY`, if you trust the folder's owner.",
  "history/shallow": "Fetch all commits, for example with `git fetch --unshallow`.",
  "limit/files": "Remove what does not belong here.",
  "limit/depth": "Make the structure flatter.",
  "limit/aliases": "Write the values instead of using aliases.",
  "limit/tokens": "Make the file smaller; store a large flow as the engine's own export, with definitionFrom.",
  "limit/lines": "Make the file smaller; store a large flow as the engine's own export, with definitionFrom.",
  "limit/values": "Split the process into several that call each other.",
  "limit/name": "Choose a shorter one.",
  "limit/pins": "Remove the pins of processes that do not exist.",
  "limit/findings": "Fix the findings that are shown first.",
  "limit/nodes": "Split the process into several that call each other.",
  "yaml/syntax": "Fix the YAML at this place.",
  "yaml/tab": "Indent with spaces: YAML does not allow tabs there.",
  "yaml/duplicate-key": "Remove one of the two.",
  "yaml/multiple-documents": "Keep one document in a file: remove the `---` line and what follows.",
  "yaml/empty": "Write the file's content.",
  "yaml/key": "Use a plain word as the key.",
  "yaml/number": "Use a finite number, or put the text in quotes.",
  "yaml/not-as-written": "Put it in quotes.",
  "yaml/tag": "Remove the tag: plain values only.",
  "yaml/directive": "Remove the line that begins with %.",
  "json/number": "Use a number that JavaScript can store, or put the text in quotes.",
  "json/key": "Use a shorter key, or remove one of the two.",
  "json/syntax": "Fix the JSON at this place, or export it from the engine again.",
  "schema/unknown-property": "Remove it.",
  "schema/required": "Add it.",
  "schema/type": "Write a value of the expected type.",
  "schema/enum": "Use one of the values listed.",
  "schema/pattern": "Write it in the expected form.",
  "schema/range": "Use a value within the limits.",
  "schema/not-allowed": "Remove it.",
  "schema/format": "Write it in the expected form.",
  "schema/duplicate": "Remove one of the two.",
  "option/not-supported": "Remove it until a release supports it.",
  "repository/no-processes": "A config repository has a folder processes/ with a folder for each process.",
  "repository/no-environments": "A config repository has a folder environments/ with a folder for each environment.",
  "process/invalid-name": "Name the folder with lower-case words joined by hyphens.",
  "process/id-mismatch": "Make `id` equal to the name of the folder.",
  "process/unknown-engine": "Use a kind of engine that this release of Pinion has.",
  "version/invalid": "Write a semantic version without a leading v, such as 1.4.2.",
  "version/duplicate": "List each version once.",
  "version/name-mismatch": "Make `version` equal to the name of the file.",
  "version/file-missing": "Add the version's file, or remove the version from the catalogue.",
  "version/not-listed": "List it in process.yaml, or remove the file.",
  "version/digest-missing": "Run `pinion digest --write` when the content is final: it adds the digest.",
  "version/digest-format": "`pinion digest --write` replaces this digest and all others of that format; nothing else changes.",
  "version/digest-mismatch":
    "Restore the version's file: a published version never changes, and new content is a new version. If this one was never merged, remove its digest and run `pinion digest --write`.",
  "version/republished": "Restore the digest and publish the new content as a new version.",
  "definition/outside-folder": "Name a file in the same folder, such as ./1.0.0.flow.json.",
  "definition/file-missing": "Add the export beside the version's file.",
  "definition/refused": "Export the flow from the engine again.",
  "node/duplicate-id": "Give each node its own id.",
  "node/unknown-reference": "Name a node of this definition; export it together with the nodes that it uses.",
  "node/plain-secret": "Remove the secret from the repository, change it, and refer to it in `secrets:` of environment.yaml.",
  "node/no-credentials": "See docs/config-repository.md, Credentials of nodes.",
  "node/unknown-variable": "Give it a value in environment.yaml.",
  "node/unknown-type": "Use a Node-RED that has the module, or nodes of Node-RED's own.",
  "node/exclusive-resource": "Give the process the strategy `recreate`.",
  "connection/unknown-node": "Connect nodes of this definition.",
  "connection/duplicate": "Remove one of the two.",
  "address/not-served": "docs/gateway.md lists the allowed paths.",
  "address/clash": "Give one of them another path, or make one of them more specific.",
  "check/path": "Write the public path, such as /orders/health.",
  "check/host": "Remove the header: a check is sent to the version itself.",
  "check/duplicate-name": "Give each check its own name.",
  "dependency/invalid-range": "Write a semantic version range, such as ^1.0.0.",
  "dependency/not-checked": "Keep it as a note for people, or remove it. A smoke test shows whether the version runs.",
  "dependency/not-pinned": "Pin the process that is needed in the same environment.",
  "dependency/out-of-range": "Pin a version in the range, or change the range.",
  "dependency/cycle": "Break the circle: one of these processes must not need the others.",
  "environment/invalid-name": "Name the folder with lower-case words joined by hyphens.",
  "environment/name-mismatch": "Make `name` equal to the name of the folder.",
  "environment/secret-not-allowed": "Name a secret that the operator allows here, or ask for it.",
  "environment/reserved-variable": "Choose a name that does not begin with PINION_.",
  "environment/variable-twice": "Keep it in `variables` or in `secrets`, not in both.",
  "environment/no-pins": "Add pins.yaml with lines `process-id: version`.",
  "environment/ambiguous-share": "Write 95 or 95% for 95 of 100.",
  "environment/range": "Use a value within the limits.",
  "environment/contradiction": "Write only one of the two.",
  "environment/canary-steps": "Begin with a weight, and let each weight be more than the one before.",
  "environment/canary-too-long": "Give maxDuration more time, or the steps less.",
  "environment/threshold": "Write a value such as 5%, 500ms or 3.",
  "environment/metric": "See docs/config-repository.md for what each source can measure.",
  "environment/unknown-process": "Name a process that has a folder in processes/, or remove it.",
  "environment/no-effect": "Remove one of the two, so that what is written is what happens.",
  "quarantine/other-digest": "Write the digest that the message names, or remove the entry: quarantine works by definition.",
  "pin/unread-file": "Name it pins.yaml, or pins/<name>.yaml: a file with another name is not read, and its processes would be taken out.",
  "pin/syntax": "Write one pin per line: `process-id: version`.",
  "pin/invalid-version": "Write a semantic version, such as 1.4.2.",
  "pin/twice": "Pin each process once in an environment.",
  "pin/unknown-process": "Pin a process that has a folder in processes/.",
  "pin/unknown-version": "Pin a version that the process's catalogue lists.",
  "pin/not-allowed": "Pin a version without it, or ask the operator to allow it.",
  "pin/engine-missing": "Add an engine of this kind under `engines` in pinion.yaml, or pin the process elsewhere.",
  "pin/deadlock": "Deploy the new version of the called process first, without moving the path; or move the path in a separate commit.",
  "pin/health-not-served":
    "Let the version answer the path with a 2xx status, or ask another one: `validation.healthCheck` (or the process's own strategy) in environment.yaml goes before what pinion.yaml says.",
  "pin/draft-not-allowed": "Publish the version, or allow drafts in this environment.",
  "pin/archived": "Pin a version that is not archived.",
  "pin/deprecated": "Move to a newer version when you can.",
  "environment/unread-quarantine": "Name it quarantine.yaml: a file with another name is not read, and its versions could be deployed.",
  "pin/quarantine-unknown": "Fix quarantine.yaml; until then nothing new is deployed here, and what runs keeps running.",
  "pin/quarantined": "Pin another version; or remove the entry from quarantine.yaml when you know why it was added.",
  "config/listen": "Add `host` or `port` to `listen`, or remove it.",
  "config/invalid-url": "Write an address such as https://git.example.com/shop/config.git.",
  "config/auth": "Give a token, or username and password, or sshKey.",
  "config/schedule": "Write a cron expression such as `0 6 * * 1-5`.",
  "config/unknown-engine": "Name a kind of engine that this release of Pinion has.",
  "config/unknown-router": "Name a kind of router that this release of Pinion has.",
  "config/other-router": "Remove the section, or name its kind under `router`.",
  "config/unknown-store": "Name a kind of store that this release of Pinion has.",
  "config/engine-twice": "List each kind only once.",
  "config/instance-twice": "Give one of them another address: instances are distinguished by kind and number, or by host and port.",
  "config/unknown-value": "Use one of the values listed.",
  "config/unknown-environment": "Name an environment that has a folder in environments/, or remove it.",
} as const;

export type FindingCode = keyof typeof catalogue;

const warnings: ReadonlySet<FindingCode> = new Set([
  "file/unexpected",
  "version/not-listed",
  "history/shallow",
  "history/unreadable",
  "file/ignored",
  "file/unfiltered",
  "version/digest-format",
  "dependency/not-checked",
  "node/unknown-variable",
  "node/unknown-type",
  "node/exclusive-resource",
  "environment/no-pins",
  "environment/unknown-process",
  "config/unknown-environment",
  "quarantine/other-digest",
  "pin/deprecated",
  "pin/health-not-served",
]);

/** A place in a file: where the finger points. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly pointer: string;
}

/** Points at something in the document at hand, by its JSON pointer. */
export type Say = (pointer: string, code: FindingCode, message: string, hint?: string) => Finding;

/** The beginning of a file. */
export function startOf(file: string): Place {
  return { file, line: 1, column: 1, pointer: "" };
}

/** A finding with the catalogue's severity and hint, unless a better hint is at hand. */
export function finding(place: Place, code: FindingCode, message: string, hint?: string): Finding {
  const severity = warnings.has(code) ? "warning" : "error";
  return {
    file: place.file,
    line: place.line,
    column: place.column,
    pointer: place.pointer,
    code,
    severity,
    message: shortened(message, maxMessage),
    hint: shortened(hint ?? catalogue[code], maxMessage),
  };
}

/** Characters of a message or a hint. */
const maxMessage = 1000;

/** What a file says, short enough for a message. */
export function shortened(text: string, length = maxQuoted): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** The same finding, which does not stop anything. */
export function asWarning(found: Finding): Finding {
  return { ...found, severity: "warning" };
}

/** Each once, in order of file, line and column. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const unique = new Map(
    findings.map((found) => [`${found.file}\0${found.line}\0${found.column}\0${found.code}\0${found.message}`, found]),
  );
  return [...unique.values()].sort(compareFindings);
}

/** Sorted, each once, and no more than anybody can use: errors before warnings when some must go. */
export function mostImportant(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length > mostSorted) return beyond(findings);
  const sorted = sortFindings(findings);
  if (sorted.length <= maxCommitFindings) return sorted;
  const errors = sorted.filter(({ severity }) => severity === "error");
  const shown = [...errors, ...sorted.filter(({ severity }) => severity !== "error")].slice(0, maxCommitFindings);
  const last = shown.at(-1);
  const place = last === undefined ? startOf("") : { ...startOf(last.file), line: last.line, column: last.column };
  const more = finding(place, "limit/findings", `${sorted.length - shown.length} more findings are not shown`);
  return [...shown.toSorted(compareFindings), errors.length > 0 ? more : asWarning(more)];
}

/** More are not put in order, because that takes its time: the first come stand for them, errors before warnings. */
const mostSorted = 10 * maxCommitFindings;

function beyond(findings: readonly Finding[]): readonly Finding[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  const first = [...errors.slice(0, mostSorted), ...findings.filter(({ severity }) => severity !== "error").slice(0, mostSorted)];
  const shown = mostImportant(first.slice(0, mostSorted));
  const more = `${findings.length - maxCommitFindings} more findings are not shown`;
  return shown.map((found) => (found.code === "limit/findings" ? { ...found, message: more } : found));
}

function compareFindings(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1);
}
