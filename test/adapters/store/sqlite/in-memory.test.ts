/** A database in memory leaves nothing behind where it was opened. */

import { readdirSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openOwnFile } from "../../../../src/adapters/store/sqlite/database.ts";
import { temporaryFolder } from "../../../support/git.ts";

const before = process.cwd();
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
  process.chdir(folder.path);
});

afterEach(() => {
  process.chdir(before);
  folder.remove();
});

it("a database in memory has no file", () => {
  const connection = openOwnFile(":memory:");
  connection.exec("CREATE TABLE t (a)");
  connection.close();
  expect(readdirSync(folder.path)).toEqual([]);
});
