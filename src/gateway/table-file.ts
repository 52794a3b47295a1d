/** The routing table on disk. What was acknowledged is there after a crash or a power cut. */

import { readFile, rename, stat } from "node:fs/promises";
import pLimit from "p-limit";
import type { EnvironmentName } from "../domain/names.ts";
import type { Route } from "../domain/observed/route.ts";
import type { Log } from "../ports/log.ts";
import { writeDurably } from "../platform/durable-file.ts";
import { parseTable } from "./parse-routes.ts";

/** Routes by environment. */
export type Table = ReadonlyMap<EnvironmentName, readonly Route[]>;

/** Where a table is kept. */
export interface TableStorage {
  load(): Promise<Table>;
  /** Resolves once the table is kept for good. `textOf` gives a route as JSON. */
  save(table: Table, textOf: (route: Route) => string): Promise<void>;
}

/** A table in a file, which others might change. */
export interface TableFile extends TableStorage {
  /** Puts the file back when somebody else has changed or removed it: true. */
  restore(): Promise<boolean>;
}

const format = 1;

/** How often a table that found no room on the disk is written again, in milliseconds. */
const retryEveryMs = 1_000;
const fullCodes = new Set<unknown>(["ENOSPC", "EDQUOT"]);

/** Whether the file system says that there is no room. */
export function isFullDisk(error: unknown): error is Error {
  return error instanceof Error && "code" in error && fullCodes.has(error.code);
}

export type WriteFile = (file: string, text: string, mode: number) => Promise<void>;

/**
 * Keeps a table in a file. Traffic waits for no disk: on a full one a table is in force without being kept, which is said, and it is
 * written again until there is room. A gateway that ends before that begins with the table before it, and the controller fixes that.
 */
export function tableFile(file: string, log: Log, write: WriteFile = writeDurably): TableFile {
  /** As it should be in the file; null until it is known. */
  let kept: string | null = null;
  let looked = "";
  let unsaved: string | null = null;
  const inTurn = pLimit(1);

  async function attempt(text: string): Promise<void> {
    const wasUnsaved = unsaved !== null;
    try {
      await write(file, text, 0o600);
      [unsaved, kept, looked] = [null, text, ""];
      if (wasUnsaved) log.info({ file }, "the routing table is on disk again");
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      unsaved = text;
      setTimeout(retry, retryEveryMs).unref();
      if (!wasUnsaved) log.error({ file, problem: error.message }, "the disk is full: the routing table is in force, and not kept yet");
    }
  }
  const retry = (): void => void inTurn(() => (unsaved === null ? Promise.resolve() : attempt(unsaved))).catch(() => undefined);

  return {
    async load() {
      const table = await loadTable(file, log);
      kept = await readOrNull(file);
      return table;
    },
    save: (table, textOf) => inTurn(() => attempt(tableText(table, textOf))),
    async restore() {
      let isRestored = false;
      await inTurn(async () => {
        const look = await lookAt(file);
        if (unsaved !== null || kept === null || look === looked) return;
        if ((await readOrNull(file)) === kept) looked = look;
        else {
          await attempt(kept);
          isRestored = true;
        }
      });
      return isRestored;
    },
  };
}

/** Changes with every change of the file; cheaper than its content. */
async function lookAt(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? "gone" : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}

/** Loads a table. None is an empty one; a damaged one is put aside, said so, and empty: the controller fills it again. */
async function loadTable(file: string, log: Log): Promise<Table> {
  const text = await readOrNull(file);
  if (text === null) return new Map();
  try {
    return parseTable(JSON.parse(text), (refusal) => log.error({ file, refusal }, "a route of the table is not served any more"));
  } catch (error) {
    const aside = `${file}.damaged-${Date.now()}`;
    await rename(file, aside);
    log.error(
      { file, aside, problem: String(error) },
      "the routing table is damaged; starting with an empty one, the damaged one is kept aside",
    );
    return new Map();
  }
}

function tableText(table: Table, textOf: (route: Route) => string): string {
  const environments = [...table].map(([environment, routes]) => `${JSON.stringify(environment)}:[${routes.map(textOf).join(",\n")}]`);
  return `{"format":${format},"environments":{${environments.join(",\n")}}}\n`;
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
