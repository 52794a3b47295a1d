import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readCommit, readTree } from "../../../../src/adapters/git/mirror/read-object.ts";

const id = "0a".repeat(20);

function entry(mode: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
}

describe("a tree object", () => {
  it.each([
    ["40000", "directory"],
    ["100644", "file"],
    ["100755", "file"],
    ["120000", "symlink"],
    ["160000", "submodule"],
  ])("tells by mode %s that an entry is a %s", async (mode, kind) => {
    expect(await readTree(entry(mode, "ümlaut with blank"), 20)).toEqual([{ name: "ümlaut with blank", kind, id }]);
  });

  it("is given in order of name, where git sorts directories as if they ended in a slash", async () => {
    const bytes = Buffer.concat([entry("100644", "a-b"), entry("40000", "a"), entry("100644", "a0")]);
    expect((await readTree(bytes, 20)).map(({ name }) => name)).toEqual(["a", "a-b", "a0"]);
  });

  it("of a repository with SHA-256 has longer ids", async () => {
    const bytes = Buffer.concat([Buffer.from("100644 x\0"), Buffer.alloc(32, 0xab)]);
    expect(await readTree(bytes, 32)).toEqual([{ name: "x", kind: "file", id: "ab".repeat(32) }]);
  });

  it("may be empty, and is not believed when it is cut off", async () => {
    expect(await readTree(new Uint8Array(0), 20)).toEqual([]);
    await expect(readTree(Buffer.from("100644 cut"), 20)).rejects.toThrow("in the middle");
    await expect(readTree(entry("100644", "x").subarray(0, 20), 20)).rejects.toThrow("in the middle");
  });
});

describe("a tree object of 100,000 names", () => {
  /** In git's order, which is not that of the names. */
  const names = Array.from({ length: 100_000 }, (_, index) => `f${String(index >> 1).padStart(6, "0")}${index % 2 === 0 ? "-" : ""}`);
  const bytes = Buffer.concat(names.map((name) => entry("40000", name)));

  it("is sorted, and leaves the loop to others in between", async () => {
    let [turns, isOver] = [0, false];
    const count = async (): Promise<void> => {
      for (; !isOver; turns++) await setImmediate();
    };
    const counting = count();
    const read = await readTree(bytes, 20).finally(() => (isOver = true));
    await counting;
    expect(read.map(({ name }) => name)).toEqual(names.toSorted());
    expect(turns).toBeGreaterThan(50);
  });
});

describe("a commit object", () => {
  const commit = (headers: string, message: string) => readCommit("c1", Buffer.from(`${headers}\n\n${message}`));
  const headers = `tree ${id}\nparent p1\nparent p2\nauthor Ann B. <ann@example.com> 1700000000 +0200\ncommitter Bot <bot@example.com> 1700000100 -0500`;

  it("says what, when and who", () => {
    expect(commit(headers, "Bump order-intake\n\nBecause.\n")).toEqual({
      commit: "c1",
      tree: id,
      parents: ["p1", "p2"],
      committedAt: 1_700_000_100_000,
      message: "Bump order-intake\n\nBecause.\n",
      subject: "Bump order-intake",
      author: "Ann B.",
    });
  });

  it.each(["99999999999999", "9".repeat(400)])("of a time that no date can say counts as of year 9999: %s", (seconds) => {
    const { committedAt } = commit(`tree ${id}\nauthor A <a@example.com> 1 +0000\ncommitter A <a@example.com> ${seconds} +0000`, "");
    expect(new Date(committedAt).toISOString()).toBe("9999-12-31T23:59:59.000Z");
  });

  it("has no megabyte in its first line, or in the name of its author", () => {
    const long = "a".repeat(1_000_000);
    const { subject, author, message } = commit(
      `tree ${id}\nauthor ${long} <a@example.com> 1 +0000\ncommitter A <a@example.com> 1 +0000`,
      long,
    );
    expect([subject, author, message.length]).toEqual([`${"a".repeat(299)}…`, `${"a".repeat(299)}…`, 1_000_000]);
  });

  it("may be signed, and have no parent, no message and no name", () => {
    const signed = `tree ${id}\nauthor <a@example.com> 1 +0000\ncommitter  <c@example.com> 2 +0000\ngpgsig -----BEGIN\n parent of nothing\n -----END`;
    expect(commit(signed, "")).toMatchObject({ parents: [], committedAt: 2000, subject: "", tree: id });
  });
});
