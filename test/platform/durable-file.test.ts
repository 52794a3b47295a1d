/** The disk is a model here: what was not synced is lost when the power is cut, and a cut may come after every call. */

import { describe, expect, it } from "vitest";
import { type Files, type SyncFiles, writeDurably, writeDurablySync } from "../../src/platform/durable-file.ts";

const file = "/state/gateway/routes.json";

/** A file system that remembers what is on the disk for good. Names are kept when their folder is synced, content when its file is. */
function model(cutAfter: number) {
  const calls: string[] = [];
  const contents = new Map([[1, { cached: "old", synced: "old" }]]);
  let names = new Map([[file, 1]]);
  let syncedNames = new Map(names);
  let lastNode = 1;
  const count = (call: string) => {
    if (calls.length >= cutAfter) throw new Error("power cut");
    calls.push(call);
  };
  const node = (id: number) => {
    const found = contents.get(id);
    if (!found) throw new Error(`no file ${id}`);
    return found;
  };
  const rename = (from: string, to: string) => {
    count("rename");
    const moved = names.get(from);
    if (moved === undefined) throw new Error(`no ${from}`);
    names = new Map([...names].filter(([name]) => name !== from)).set(to, moved);
  };
  const files: Files = {
    mkdir: () => Promise.resolve(),
    async open(path, flags) {
      const isFolder = flags === "r";
      if (!isFolder) {
        count("create");
        contents.set(++lastNode, { cached: "", synced: "" });
        names.set(path, lastNode);
      }
      const id = lastNode;
      return {
        async writeFile(text) {
          count("write");
          node(id).cached = text;
        },
        async sync() {
          count(isFolder ? "sync folder" : "sync file");
          if (isFolder) syncedNames = new Map(names);
          else node(id).synced = node(id).cached;
        },
        close: () => Promise.resolve(),
      };
    },
    rename: async (from, to) => rename(from, to),
    rm: () => Promise.resolve(),
  };
  const [folder, nothing] = [0, () => undefined];
  const syncFiles: SyncFiles = {
    mkdirSync: nothing,
    openSync(path, flags) {
      if (flags === "r") return folder;
      count("create");
      contents.set(++lastNode, { cached: "", synced: "" });
      names.set(path, lastNode);
      return lastNode;
    },
    writeFileSync(handle, text) {
      count("write");
      node(handle).cached = text;
    },
    fsyncSync(handle) {
      count(handle === folder ? "sync folder" : "sync file");
      if (handle === folder) syncedNames = new Map(names);
      else node(handle).synced = node(handle).cached;
    },
    closeSync: nothing,
    renameSync: (from, to) => rename(from, to),
    rmSync: nothing,
  };
  /** Every content that the file may have after the cut: the system may have written names early, and contents not. */
  const after = () => [syncedNames, names].map((kept) => node(kept.get(file) ?? 0).synced);
  return { files, syncFiles, calls, after };
}

type Disk = ReturnType<typeof model>;

describe.each([
  ["beside all else", ({ files }: Disk) => writeDurably(file, "new", 0o600, files)],
  ["at once", async ({ syncFiles }: Disk) => writeDurablySync(file, "new", 0o600, syncFiles)],
])("a file that is written durably, %s", (_how, write) => {
  const whole = model(Number.POSITIVE_INFINITY);
  const run = async (cutAfter: number) => {
    const disk = model(cutAfter);
    const isDone = await write(disk).then(
      () => true,
      () => false,
    );
    return { isDone, after: disk.after(), calls: disk.calls };
  };

  it("is the new one for good when it says so", async () => {
    await write(whole);
    expect(whole.after()).toEqual(["new", "new"]);
    expect(whole.calls).toEqual(["create", "write", "sync file", "rename", "sync folder"]);
  });

  it.each([0, 1, 2, 3, 4])("is whole, old or new, when the power is cut after %i calls, and nothing was promised", async (cutAfter) => {
    const { isDone, after } = await run(cutAfter);
    expect(isDone).toBe(false);
    for (const content of after) expect(["old", "new"]).toContain(content);
  });
});

it("leaves nothing behind that takes the room of others when the disk is full", async () => {
  const { files } = model(100);
  const left = new Set<string>();
  const full: Files = {
    ...files,
    async open(path, flags) {
      const opened = await files.open(path, flags);
      left.add(path);
      return { ...opened, writeFile: () => Promise.reject(new Error("no space left")) };
    },
    async rm(path) {
      left.delete(path);
    },
  };
  await expect(writeDurably(file, "new", 0o600, full)).rejects.toThrow("no space left");
  expect([...left]).toEqual([]);
});

it("leaves nothing behind of what is written at once, either", () => {
  const { syncFiles } = model(100);
  const left = new Set<string>();
  const full: SyncFiles = {
    ...syncFiles,
    openSync(path, flags) {
      left.add(path);
      return syncFiles.openSync(path, flags);
    },
    writeFileSync: () => {
      throw new Error("no space left");
    },
    rmSync: (path) => void left.delete(path),
  };
  expect(() => writeDurablySync(file, "new", 0o600, full)).toThrow("no space left");
  expect([...left]).toEqual([]);
});
