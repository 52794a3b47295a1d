import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { objectId, readPack, writePack } from "../../../../src/adapters/git/quick/pack.ts";
import type { GitObject } from "../../../../src/adapters/git/quick/pack.ts";

const blob = (text: string): GitObject => ({ type: "blob", bytes: Buffer.from(text) });
const textOf = (objects: ReadonlyMap<string, GitObject>, id: string) => Buffer.from(objects.get(id)?.bytes ?? []).toString();

/** A pack of entries that are encoded already. */
function packOf(...entries: readonly Buffer[]): Buffer {
  const head = Buffer.from("PACK\0\0\0\u0002\0\0\0\0", "latin1");
  head.writeUInt32BE(entries.length, 8);
  const body = Buffer.concat([head, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}
const entry = (kind: number, base: Buffer, bytes: Buffer) =>
  Buffer.concat([Buffer.from([(kind << 4) | bytes.length]), base, deflateSync(bytes)]);
const whole = (text: string) => entry(3, Buffer.alloc(0), Buffer.from(text));
/** "hello" of the base, then " you". */
const delta = Buffer.from([11, 9, 0x90, 5, 4, ...Buffer.from(" you")]);

describe("packs", () => {
  it.each([
    ["nothing", ""],
    ["a word", "hello"],
    ["more than a size of one byte holds", "x".repeat(5000)],
    ["more than two bytes hold", "y".repeat(300_000)],
  ])("read what was written: %s", (_, text) => {
    const objects = [blob(text), blob("another"), { type: "commit", bytes: Buffer.from("tree\n") } as const];
    const read = readPack(Buffer.from(writePack(objects)));
    expect([...read.keys()]).toEqual(objects.map(objectId));
    expect(textOf(read, objectId(blob(text)))).toBe(text);
  });

  it("know git's own ids", () => {
    expect(objectId(blob(""))).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  });

  it("resolve a delta that names its base by distance", () => {
    const base = whole("hello world");
    const read = readPack(packOf(base, entry(6, Buffer.from([base.length]), delta)));
    expect(textOf(read, objectId(blob("hello you")))).toBe("hello you");
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ])("resolve a delta that names its base by id, with the base %s it", (_, isAfter) => {
    const named = entry(7, Buffer.from(objectId(blob("hello world")), "hex"), delta);
    const read = readPack(isAfter === 1 ? packOf(named, whole("hello world")) : packOf(whole("hello world"), named));
    expect(textOf(read, objectId(blob("hello you")))).toBe("hello you");
  });

  it.each<[string, Buffer]>([
    ["no pack", Buffer.from("hello, this is no pack at all")],
    ["a pack that ends too early", Buffer.from(writePack([blob("hello")])).subarray(0, 14)],
    ["a base that is not there", packOf(entry(7, Buffer.alloc(20, 7), delta))],
    ["a delta that reaches beyond its base", packOf(whole("hel"), entry(7, Buffer.from(objectId(blob("hel")), "hex"), delta))],
    ["a kind that is none", packOf(entry(5, Buffer.alloc(0), Buffer.from("x")))],
  ])("refuse %s", (_, bytes) => {
    expect(() => readPack(bytes)).toThrow();
  });
});
