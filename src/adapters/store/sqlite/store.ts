/** The state folder of a controller: its journal, its parse cache and a few small durable values, with one writer. */

import { join } from "node:path";
import type { EnvironmentName } from "../../../domain/names.ts";
import type { Log } from "../../../ports/log.ts";
import type { Meta, Store } from "../../../ports/store.ts";
import { closeDatabase, onDisk, openDatabase, transact } from "./database.ts";
import type { Connection } from "./database.ts";
import { createJournal } from "./journal.ts";
import { lockFolder } from "./lock.ts";
import { openParseCache } from "./parse-cache.ts";
import { ensurePrivateFolder } from "../../../platform/private-folder.ts";
import { createReserve } from "./reserve.ts";
import { createRoom, type Room } from "./room.ts";
import { journalMigrations } from "./schema.ts";

export interface StoreOptions {
  /** Made when it is missing. `journal.db` in it is the only file worth backing up. */
  readonly directory: string;
  readonly log: Log;
  /** How many deployments of history are kept; default 10,000. */
  readonly keepDeployments?: number;
  /** How many parsed files are kept; default 200,000. */
  readonly keepParsed?: number;
}

/** Opens the folder for this process alone. @throws `store/open-to-others`, `store/locked`, `store/damaged`, `store/too-new`, `store/full`, `store/failed`. */
export function openStore({ directory, log, keepDeployments = 10_000, keepParsed = 200_000 }: StoreOptions): Store {
  ensurePrivateFolder(directory);
  const lock = lockFolder(directory);
  const path = join(directory, "journal.db");
  try {
    const connection = onDisk(path, () => openDatabase(path, "FULL", journalMigrations));
    const reserve = createReserve(directory);
    onDisk(directory, () => (reserve.isHeld() ? reserve.probe() : reserve.take()));
    const room = createRoom({
      path,
      reserve,
      probe: journalProbe(connection),
      log,
      now: () => Date.now(),
      elapsed: () => performance.now(),
    });
    const journal = onDisk(path, () => createJournal({ connection, path, log, keepDeployments, room }));
    const parseCache = openParseCache({ path: join(directory, "cache.db"), log, keepEntries: keepParsed });
    return {
      journal,
      parseCache,
      meta: createMeta(connection, path, room),
      environments: findEnvironments(connection, path),
      trouble: () => room.trouble(),
      close: () => {
        parseCache.close();
        closeDatabase(connection);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function journalProbe(connection: Connection): () => void {
  const put = connection.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('probe', '')");
  return () => void put.run();
}

function createMeta(connection: Connection, path: string, room: Room): Meta {
  const find = connection.prepare("SELECT value FROM meta WHERE key = ?").raw(true);
  const put = connection.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
  return {
    get: (key) =>
      onDisk(path, () => {
        const row = find.get(key);
        return Array.isArray(row) ? String(row[0]) : null;
      }),
    set: (key, value) => void room.write(true, () => put.run(key, value)),
    setAll: (values) =>
      room.write(true, () =>
        transact(connection, () => {
          for (const [key, value] of values) put.run(key, value);
        }),
      ),
  };
}

/** More than a repository may have, and than anybody looks at. */
const mostEnvironments = 1_000;

/** From one name to the next over the keys, so that its time does not grow with the processes. */
function findEnvironments(connection: Connection, path: string): () => readonly EnvironmentName[] {
  const least = (table: string): string => `SELECT min(environment) AS name FROM ${table} WHERE environment > ?1`;
  const tables = ["process_state", "freeze", "pending_command"];
  const next = connection.prepare(`SELECT min(name) FROM (${tables.map(least).join(" UNION ALL ")})`).raw(true);
  const after = (name: string): EnvironmentName | null => (next.get(name) as readonly (EnvironmentName | null)[])[0] ?? null;
  return () =>
    onDisk(path, () => {
      const names: EnvironmentName[] = [];
      for (let name = after(""); name !== null && names.length < mostEnvironments; name = after(name)) names.push(name);
      return names;
    });
}
