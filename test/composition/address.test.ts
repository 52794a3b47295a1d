/** Where a controller's API is, and whether one is only starting. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqlite } from "../../src/adapters/store/sqlite/adapter.ts";
import { readAddress, writeAddress } from "../../src/composition/address.ts";

let directory: string;
const url = "http://127.0.0.1:8600";
/** Nobody has it: process ids are smaller. */
const nobody = 2 ** 30;

beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "pinion-address-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const holds = (pid: number) => writeFileSync(join(directory, "lock.pid"), `${pid}\n`);

const read = () => readAddress(directory, () => sqlite.holder(directory));

describe("the address of a controller", () => {
  it("is what it wrote down, while it holds the folder", async () => {
    holds(process.pid);
    await writeAddress(directory, { url, socket: null });
    expect(await read()).toMatchObject({ url, socket: null });
  });

  it("is not known while one holds the folder that has written nothing yet, or only one before it has", async () => {
    holds(process.ppid);
    const starting = { code: "controller/starting", message: expect.stringContaining(`process ${process.ppid}`) };
    await expect(read()).rejects.toMatchObject(starting);
    await writeAddress(directory, { url, socket: null });
    await expect(read()).rejects.toMatchObject(starting);
  });

  it("is the last one if the process that held the folder is gone, and unknown if there was none", async () => {
    holds(nobody);
    await expect(read()).rejects.toMatchObject({ code: "controller/unreachable" });
    await writeAddress(directory, { url, socket: null });
    expect(await read()).toMatchObject({ url });
  });
});
