/** The disk is a model here: what was not synced is lost when the power is cut, and a cut may come after every call. */

import { describe, expect, it } from "vitest";
import { type Files, writeDurably } from "../../src/platform/durable-file.ts";

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
    async rename(from, to) {
      count("rename");
      const moved = names.get(from);
      if (moved === undefined) throw new Error(`no ${from}`);
      names = new Map([...names].filter(([name]) => name !== from)).set(to, moved);
    },
    rm: () => Promise.resolve(),
  };
  /** Every content that the file may have after the cut: the system may have written names early, and contents not. */
  const after = () => [syncedNames, names].map((kept) => node(kept.get(file) ?? 0).synced);
  return { files, calls, after };
}

describe("a file that is written durably", () => {
  const whole = model(Number.POSITIVE_INFINITY);
  const run = async (cutAfter: number) => {
    const disk = model(cutAfter);
    const isDone = await writeDurably(file, "new", 0o600, disk.files).then(
      () => true,
      () => false,
    );
    return { isDone, after: disk.after(), calls: disk.calls };
  };

  it("is the new one for good when it says so", async () => {
    await writeDurably(file, "new", 0o600, whole.files);
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
