import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeDurably } from "../../../../src/platform/durable-file.ts";
import { tableFile, type TableStorage } from "../../../../src/gateway/table-file.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { createKeptLog } from "../../../support/log.ts";

let folder: ReturnType<typeof temporaryFolder>;
let isFull: boolean;
let log: ReturnType<typeof createKeptLog>;
let storage: TableStorage;

const file = (): string => join(folder.path, "routes.json");
const onDisk = (): Promise<string> => readFile(file(), "utf8").catch(() => "nothing");
const save = (environment: string): Promise<void> => storage.save(new Map([[environment, []]]), JSON.stringify);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  folder = temporaryFolder();
  isFull = true;
  log = createKeptLog();
  storage = tableFile(file(), log, async (path, text, mode) => {
    if (isFull) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    await writeDurably(path, text, mode);
  });
});

afterEach(() => {
  vi.useRealTimers();
  folder.remove();
});

describe("a routing table on a full disk", () => {
  it("is in force all the same, and says so once", async () => {
    await save("production");
    await save("staging");
    expect(await onDisk()).toBe("nothing");
    expect(log.lines.map(({ level }) => level)).toEqual(["error"]);
  });

  it("is written when there is room, and it is the newest one", async () => {
    await save("production");
    await save("staging");
    isFull = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.waitFor(async () => expect(await onDisk()).toContain("staging"), { timeout: 60_000 });
    expect(await onDisk()).not.toContain("production");
    await vi.waitFor(() => expect(log.lines.at(-1)?.level).toBe("info"), { timeout: 60_000 });
  });

  it("is not written over by an older one", async () => {
    await save("production");
    isFull = false;
    await save("staging");
    await vi.advanceTimersByTimeAsync(5_000);
    await save("development");
    expect(await onDisk()).toContain("development");
  });

  it("fails for every other reason", async () => {
    storage = tableFile(file(), log, () => Promise.reject(Object.assign(new Error("read-only file system"), { code: "EROFS" })));
    await expect(save("production")).rejects.toThrow("read-only");
  });
});
