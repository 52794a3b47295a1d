/**
 * Pins files: bare lines `process-id: version`. They are read by a parser of their own, since YAML's own takes a second for
 * ten thousand lines; whatever it accepts means the same to YAML.
 */

import type { Finding } from "../../../domain/finding.ts";
import type { ProcessId, Version } from "../../../domain/names.ts";
import { finding, type FindingCode } from "../document/findings.ts";
import { maxFindings, maxName, maxPins, maxQuoted } from "../document/limits.ts";
import type { Slices } from "../../../domain/slices.ts";
import { decodeText } from "../document/text.ts";

export interface Pin {
  readonly version: Version;
  readonly file: string;
  readonly line: number;
  /** Of the version. */
  readonly column: number;
}

export interface ParsedPins {
  readonly pins: readonly (readonly [ProcessId, Pin])[];
  readonly findings: readonly Finding[];
}

const pinLine = /^([a-z0-9]+(?:-[a-z0-9]+)*):( +)("?|'?)([^\s"'#,:{}[\]]+)\3(?: +#.*| *)$/;
const nothing = /^ *(?:#.*)?$/;
/** Lines read without a pause. */
const linesAtOnce = 1000;
/** Characters of a line that can be a pin. */
const maxLine = 2000;
/** Characters of a version. */
const maxVersion = 255;

/** Parses one pins file. Never throws, whatever the bytes. A process that is there twice is listed twice. */
export function* parsePinsFile(bytes: Uint8Array, file: string): Slices<ParsedPins> {
  const decoded = decodeText(bytes, file);
  if (decoded.kind === "refused") return { pins: [], findings: decoded.findings };
  const pins: (readonly [ProcessId, Pin])[] = [];
  const findings: Finding[] = [];
  let line = 0;
  for (const content of linesOf(decoded.text)) {
    line += 1;
    if (line % linesAtOnce === 0) yield;
    if (pins.length >= maxPins) return { pins, findings: [...findings, tooManyPins(file, line)] };
    const parts = pinOf(content);
    if (parts !== null) pins.push(toPin(parts, file, line));
    else if (!nothing.test(content) && findings.length < maxFindings) findings.push(refuseLine(content, file, line));
  }
  return { pins, findings };
}

function tooManyPins(file: string, line: number): Finding {
  return finding({ file, line, column: 1, pointer: "" }, "limit/pins", `the file has more than ${maxPins} pins`);
}

/** The parts of a line that is a pin, with nothing in it that is endless. */
function pinOf(content: string): RegExpExecArray | null {
  const parts = content.length > maxLine ? null : pinLine.exec(content);
  return parts !== null && (parts[1] ?? "").length <= maxName && (parts[4] ?? "").length <= maxVersion ? parts : null;
}

function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    yield text.slice(start, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    start = end + 1;
  }
  yield text.slice(start);
}

function toPin(parts: RegExpExecArray, file: string, line: number): readonly [ProcessId, Pin] {
  const [, process = "", space = "", quote = "", version = ""] = parts;
  return [process, { version, file, line, column: process.length + 1 + space.length + quote.length + 1 }];
}

interface Complaint {
  readonly code: FindingCode;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

function refuseLine(content: string, file: string, line: number): Finding {
  const { code, column, message, hint } = complaintAbout(content);
  return finding({ file, line, column, pointer: "" }, code, message, hint);
}

/** Says what is wrong with a line that is no pin. */
function complaintAbout(content: string): Complaint {
  const indent = /^\s*/.exec(content)?.[0] ?? "";
  if (indent.includes("\t")) return { code: "yaml/tab", column: indent.indexOf("\t") + 1, message: "a tab is used as indentation" };
  if (indent !== "") return { code: "pin/syntax", column: 1, message: "the line is indented", hint: "Begin the line with the process id." };
  if (/^\{\s*\}\s*(?:#|$)/.test(content))
    return {
      code: "pin/syntax",
      column: 1,
      message: '"{}" is not a pin',
      hint: "Remove the line: an empty file, or one with comments only, pins nothing.",
    };
  if (/^(---|\.\.\.)/.test(content))
    return { code: "pin/syntax", column: 1, message: "a pins file contains only lines of pins, no document marks" };
  const colon = content.indexOf(":");
  if (colon < 0) return { code: "pin/syntax", column: 1, message: "there is no colon between process id and version" };
  const process = content.slice(0, colon);
  if (process.length > maxName || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(process)) {
    return {
      code: "pin/syntax",
      column: 1,
      message: `"${process.slice(0, maxQuoted)}" is not a process id`,
      hint: `A process id is lower-case words joined by hyphens, of at most ${maxName} characters.`,
    };
  }
  return complaintAboutVersion(content.slice(colon + 1), colon + 2);
}

function complaintAboutVersion(rest: string, column: number): Complaint {
  if (rest.trim() === "" || /^\s*#/.test(rest)) return { code: "pin/syntax", column, message: "the version is missing" };
  if (!rest.startsWith(" ")) return { code: "pin/syntax", column, message: "a space is missing after the colon" };
  const start = rest.search(/\S/);
  return { code: "pin/syntax", column: column + start, message: `"${rest.trim().slice(0, maxQuoted)}" is not a version` };
}
