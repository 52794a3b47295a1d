/** Where the text of a commit is kept, and when it may be believed: whole, of this program, this commit and these settings. */

import { hash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Slices } from "../../domain/slices.ts";
import { cacheKey, decodeRecord } from "./process/process-record.ts";
import type { ReadCommit, RepositoryReading } from "./repository-reader.ts";
import { readKept, writeCommit } from "./kept-commit.ts";
import type { ReadRow } from "./kept-record.ts";
import { KeptRowLost } from "./kept-row-lost.ts";
import { toText } from "./plain-json.ts";

/** Change it whenever the lines, or what is made of the files, change their meaning and the version of the program does not. */
const format = 1;
const textKey = "commit";

/** What the text hangs on beside the files. */
interface Header {
  readonly format: number;
  /** Version of the program. */
  readonly program: string;
  readonly commit: string;
  readonly settings: string;
  /** Of all lines below. */
  readonly digest: string;
}

export interface Keeping {
  readonly reading: RepositoryReading;
  readonly program: string;
}

/** Null: there is none that may be believed. */
export function readText({ reading, program }: Keeping, commit: string): ReadCommit | null {
  try {
    const text = reading.cache.get([textKey]).get(textKey);
    return text === undefined ? null : believed(text, { reading, program }, commit);
  } catch {
    return null;
  }
}

function believed(text: string, { reading, program }: Keeping, commit: string): ReadCommit | null {
  const end = text.indexOf("\n");
  const { digest, settings, ...header } = JSON.parse(text.slice(0, end)) as Header;
  const body = text.slice(end + 1);
  if (!isDeepStrictEqual(header, { format, program, commit }) || digest !== digestOf(body)) return null;
  const read = readKept(body.split("\n"), rowReader(reading));
  return settings === settingsOf(reading, read) ? read : null;
}

/** Puts it in place of the one before; nothing where this commit cannot be kept. */
export function* writeText({ reading, program }: Keeping, commit: string, read: ReadCommit): Slices<undefined> {
  const lines = yield* writeCommit(read);
  if (lines === null) return undefined;
  const body = lines.join("\n");
  yield;
  const header: Header = { format, program, commit, settings: settingsOf(reading, read), digest: digestOf(body) };
  yield;
  reading.cache.put(new Map([[textKey, `${JSON.stringify(header)}\n${body}`]]));
  return undefined;
}

function digestOf(text: string): string {
  return hash("sha256", text, "hex");
}

/** All of the reading that findings and pins hang on. */
function settingsOf({ engines, path, defaults, permits }: RepositoryReading, { environments }: ReadCommit): string {
  const names = [...environments.records.keys()];
  // In an order of its own: they come from another thread, too.
  const allowed = permits && {
    secrets: permits.secrets,
    own: { env: [...permits.own.env], paths: permits.own.paths },
    engines: names.map((name) => permits.engines(name)),
    metricSources: permits.metricSources,
    named: permits.named,
  };
  return digestOf(toText({ engines, path, defaults, allowed }));
}

function rowReader({ cache, engines }: RepositoryReading): ReadRow {
  return (process, treeId) => {
    const key = cacheKey(process, treeId, engines);
    const row = cache.get([key]).get(key);
    const record = row === undefined ? null : decodeRecord(row, process, treeId);
    if (record === null) throw new KeptRowLost(`the cache has no row of ${process} any more`);
    return record;
  };
}
