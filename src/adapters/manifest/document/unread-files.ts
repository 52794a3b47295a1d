/** Files of an environment that are not read, though somebody may have meant them: a name alone can take processes out. */

import type { Finding } from "../../../domain/finding.ts";
import { finding, startOf } from "./findings.ts";
import type { Folder } from "./folder.ts";
import { maxFindings } from "./limits.ts";

const readNames = /^(environment\.yaml|quarantine\.yaml|pins\.yaml|pins\/[^/]+\.yaml)$/;
const looksLikePins = /^pins?([./~ ]|$)/i;
/** `quarantine.yml`, `Quarantine.yaml`, `quarantine/a.yaml`, `quarantine.yaml/a`; not `quarantine.md`. */
export const looksLikeQuarantine = /^quarantined?(?:\.ya?ml(?:\/|$)|[./].*\.ya?ml$|$)/i;
const documents = /(^|\/)(\.[^/]*|readme[^/]*|(code)?owners|[^/]*\.(md|txt))$/i;

/** What looks like pins, a quarantine or anything else for Pinion. */
export function unreadFiles(folder: Folder, path: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const file of folder.files.keys()) {
    if (findings.length === maxFindings) break;
    if (!readNames.test(file)) findings.push(...unreadFile(folder, path, file));
  }
  return findings;
}

function unreadFile(folder: Folder, path: string, file: string): readonly Finding[] {
  const at = startOf(`${path}/${file}`);
  if (looksLikePins.test(file) && !isHarmless(folder, file))
    return [finding(at, "pin/unread-file", "this looks like a pins file, but none of this name is read")];
  if (looksLikeQuarantine.test(file))
    return [finding(at, "environment/unread-quarantine", "this looks like quarantine.yaml, but no file of this name is read")];
  return /\.ya?ml$/.test(file) ? [finding(at, "file/unexpected", "no file of this name is expected here")] : [];
}

/** Copies beside a file that is read, and documents. */
function isHarmless(folder: Folder, file: string): boolean {
  const original = /^(.*\.yaml)[.~]/.exec(file)?.[1];
  return documents.test(file) || (original !== undefined && readNames.test(original) && folder.files.has(original));
}
