/** The log of an instance is written by its flows, as much as they like. */

import { appendFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lastLogLine, openLog, trimLog } from "../../../../src/adapters/engines/node-red/instance-files.ts";

const megabyte = 1024 * 1024;
let directory: string;
const log = () => join(directory, "node-red.log");

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinion-log-"));
});
afterEach(() => rm(directory, { recursive: true }));

it("is asked for its last line, whatever its length", async () => {
  await writeFile(log(), "the first line\n");
  await truncate(log(), 3 * 1024 * megabyte);
  await appendFile(log(), "\nit cannot listen\n    at Server.listen\n");
  expect(await lastLogLine(directory)).toBe("it cannot listen");
});

it("is kept short while its writer goes on, and its end is kept", async () => {
  const child = await openLog(directory);
  await child.write(`${"x".repeat(6 * megabyte)}\nthe last words\n`);
  await trimLog(directory);
  expect((await stat(log())).size).toBe(0);
  await child.write("and more\n");
  await child.close();
  expect(await readFile(log(), "utf8")).toBe("and more\n");
  const kept = await open(`${log()}.1`);
  expect((await kept.stat()).size).toBe(megabyte);
  expect((await kept.readFile("utf8")).endsWith("\nthe last words\n")).toBe(true);
  await kept.close();
});

it("is left alone within its limit", async () => {
  await writeFile(log(), "one line\n");
  await trimLog(directory);
  expect(await readFile(log(), "utf8")).toBe("one line\n");
});
