/** The files of the simulated config repository: how they are written by people and by the bot, and what they mean. */

import { parse } from "yaml";
import type { Digest, EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { Files } from "./git.ts";

export interface QuarantineLine {
  readonly process: ProcessId;
  readonly version: Version;
  readonly digest: Digest;
  readonly rollbackId: string;
}

/** What one environment's files say. */
export interface EnvironmentFiles {
  readonly pins: ReadonlyMap<ProcessId, Version>;
  readonly quarantine: readonly QuarantineLine[];
  /** Stands for its variables: another revision makes new units of everything. */
  readonly revision: number;
  /** Which of them cannot be read. */
  readonly broken: { readonly settings: boolean; readonly pins: boolean; readonly quarantine: boolean };
}

export const pinsPath = (environment: EnvironmentName): string => `environments/${environment}/pins.yaml`;
export const quarantinePath = (environment: EnvironmentName): string => `environments/${environment}/quarantine.yaml`;
export const settingsPath = (environment: EnvironmentName): string => `environments/${environment}/environment.yaml`;

export function readEnvironmentFiles(files: Files, environment: EnvironmentName): EnvironmentFiles {
  const isSpoilt = (path: string): boolean => isBroken(files.get(path) ?? "");
  return {
    broken: {
      settings: isSpoilt(settingsPath(environment)),
      pins: isSpoilt(pinsPath(environment)),
      quarantine: isSpoilt(quarantinePath(environment)),
    },
    pins: readPins(files.get(pinsPath(environment)) ?? ""),
    quarantine: readQuarantine(files.get(quarantinePath(environment)) ?? ""),
    revision: Number(/^revision: (\d+)$/m.exec(files.get(settingsPath(environment)) ?? "")?.[1] ?? 0),
  };
}

export const readPins = remembering((text): ReadonlyMap<ProcessId, Version> => {
  return new Map([...text.matchAll(/^([a-z-]+): (\S+)/gm)].map(([, process = "", version = ""]) => [process, version]));
});

const readEntries = remembering((text): readonly QuarantineLine[] => {
  const document = parse(text) as { quarantine?: readonly QuarantineLine[] } | null;
  return document?.quarantine ?? [];
});

export function readQuarantine(text: string): readonly QuarantineLine[] {
  return !text.includes("rollbackId") || isBroken(text) ? [] : readEntries(text);
}

/** The same text is asked for again and again, by every rule. */
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const lately = new Map<string, T>();
  return (text) => {
    const known = lately.get(text);
    if (known !== undefined) return known;
    const value = read(text);
    if (lately.size >= 200) lately.clear();
    lately.set(text, value);
    return value;
  };
}

export function writePins(pins: ReadonlyMap<ProcessId, Version>): string {
  return ["# Who runs what.", ...[...pins].map(([process, version]) => `${process}: ${version} # see its changelog`), ""].join("\n");
}

/** Half an edit: nobody can read the file. */
const halfAnEdit = "} half an edit\n";

export function isBroken(text: string): boolean {
  return text.startsWith(halfAnEdit);
}

export function withHalfAnEdit(text: string): string {
  return isBroken(text) ? text : halfAnEdit + text;
}

export function withoutHalfAnEdit(text: string): string {
  return isBroken(text) ? text.slice(halfAnEdit.length) : text;
}

/** The one line, its comment kept; a process that was not pinned gets a line at the end, and null takes its line out. */
export function withPin(text: string, process: ProcessId, version: Version | null): string {
  const line = new RegExp(`^${process}: \\S+(.*)$`, "m");
  if (version === null) return text.replace(new RegExp(`^${process}: .*\\n`, "m"), "");
  return line.test(text) ? text.replace(line, `${process}: ${version}$1`) : `${text}${process}: ${version}\n`;
}

/** With the command's entry, unless it is there. */
export function withQuarantine(text: string, { process, from, quarantine, id }: RevertRequest): string {
  const isThere = readQuarantine(text).some((entry) => entry.process === process && entry.digest === quarantine);
  if (quarantine === null || isThere) return text;
  const begin = text.includes("quarantine:") ? text : "quarantine:\n";
  return `${begin}  - process: ${process}\n    version: ${from}\n    digest: ${quarantine}\n    rollbackId: ${id}\n`;
}

/** What a person adds, unless it is there. */
export function withEntry(text: string, { process, version, digest, rollbackId }: QuarantineLine): string {
  if (readQuarantine(text).some((entry) => entry.process === process && entry.digest === digest)) return text;
  const begin = text.includes("quarantine:") ? text : `${text}quarantine:\n`;
  return `${begin}  - process: ${process}\n    version: ${version}\n    digest: ${digest}\n    rollbackId: ${rollbackId}\n`;
}

/** Without the entries of a process. */
export function withoutQuarantine(text: string, process: ProcessId): string {
  const left = readQuarantine(text).filter((entry) => entry.process !== process);
  if (left.length === 0) return "";
  const lines = left.map(
    ({ process: other, version, digest, rollbackId }) =>
      `  - process: ${other}\n    version: ${version}\n    digest: ${digest}\n    rollbackId: ${rollbackId}\n`,
  );
  return `quarantine:\n${lines.join("")}`;
}
