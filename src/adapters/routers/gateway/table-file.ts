/** The routing table on disk. What was acknowledged is there after a crash or a power cut. */

import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { Route } from "../../../domain/route.ts";
import type { Log } from "../../../ports/log.ts";
import { parseTable } from "./routes-door.ts";

/** Routes by environment. */
export type Table = ReadonlyMap<EnvironmentName, readonly Route[]>;

/** Where a table is kept. */
export interface TableStorage {
  load(): Promise<Table>;
  /** Resolves once the table is kept for good. `textOf` gives a route as JSON. */
  save(table: Table, textOf: (route: Route) => string): Promise<void>;
}

const format = 1;

/** Keeps a table in a file. */
export function tableFile(file: string, log: Log): TableStorage {
  return { load: () => loadTable(file, log), save: (table, textOf) => saveTable(file, table, textOf) };
}

/** Loads a table. None is an empty one; a damaged one is put aside, said so, and empty: the controller fills it again. */
async function loadTable(file: string, log: Log): Promise<Table> {
  const text = await readOrNull(file);
  if (text === null) return new Map();
  try {
    return parseTable(JSON.parse(text));
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

/** Resolves once the table is on disk for good. `textOf` gives a route as JSON. */
async function saveTable(file: string, table: Table, textOf: (route: Route) => string): Promise<void> {
  const environments = [...table].map(([environment, routes]) => `${JSON.stringify(environment)}:[${routes.map(textOf).join(",\n")}]`);
  await writeDurably(file, `{"format":${format},"environments":{${environments.join(",\n")}}}\n`, 0o600);
}

/** Writes a whole file so that a crash leaves either the old or the new one. */
export async function writeDurably(file: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${process.pid}.${file.slice(dirname(file).length + 1)}.new`);
  const handle = await open(temporary, "w", mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await syncDirectory(dirname(file));
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
