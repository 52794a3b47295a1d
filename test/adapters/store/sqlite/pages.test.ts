/** What is read page by page at a start is never sorted anew for each page: that would take the square of its length. */

import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pagedTables } from "../../../../src/adapters/store/sqlite/load.ts";
import { pageOf } from "../../../../src/adapters/store/sqlite/pages.ts";
import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { createKeptLog } from "../../../support/log.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  openStore({ directory: folder.path, log: createKeptLog() }).close();
});
afterEach(() => folder.remove());

it.each(pagedTables.map((table) => [table.select.replace(/^.* FROM (\w+).*$/s, "$1"), table] as const))("%s", (_, table) => {
  const connection = new Database(join(folder.path, "journal.db"));
  const plan = connection.prepare(`EXPLAIN QUERY PLAN ${pageOf(table)}`).all("production", table.first);
  connection.close();
  expect(JSON.stringify(plan)).not.toContain("TEMP B-TREE");
});
