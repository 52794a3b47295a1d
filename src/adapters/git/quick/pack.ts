/** Reads and writes small packs of objects in memory. Every object read is known by the hash of its bytes, so none can pass for another. */

import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

export type PackedObjects = ReadonlyMap<string, GitObject>;

interface Entry {
  readonly at: number;
  readonly kind: number;
  /** Of a delta: where its base is, or the base's id. */
  readonly base: number | string | null;
  readonly bytes: Uint8Array;
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

const types: readonly (ObjectType | null)[] = [null, "commit", "tree", "blob", "tag"];
const [offsetDelta, idDelta] = [6, 7];
const headLength = 12;
const idLength = 20;
const maxObjectBytes = 64 * 1024 * 1024;

export function objectId({ type, bytes }: GitObject): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Objects by id. @throws Error for anything but a whole pack that needs nothing from outside. */
export function readPack(pack: Buffer): PackedObjects {
  if (pack.toString("latin1", 0, 4) !== "PACK" || pack.readUInt32BE(4) !== 2) throw new Error("the server sent no pack");
  const entries = readEntries(pack, pack.readUInt32BE(8));
  const byOffset = new Map(entries.map((entry) => [entry.at, entry]));
  const whole = new Map<number, GitObject>();
  const byId = new Map<string, GitObject>();
  let waiting: readonly Entry[] = entries;
  while (waiting.length > 0) {
    const next = waiting.filter((entry) => !resolve(entry, { byOffset, whole, byId }));
    if (next.length === waiting.length) throw new Error("the pack leans on objects that are not in it");
    waiting = next;
  }
  return byId;
}

interface Resolving {
  readonly byOffset: ReadonlyMap<number, Entry>;
  readonly whole: Map<number, GitObject>;
  readonly byId: Map<string, GitObject>;
}

/** Whether it could be made whole already. */
function resolve(entry: Entry, { whole, byId }: Resolving): boolean {
  const object = wholeObject(entry, { whole, byId });
  if (object === null) return false;
  whole.set(entry.at, object);
  byId.set(objectId(object), object);
  return true;
}

function wholeObject({ kind, base, bytes }: Entry, { whole, byId }: Pick<Resolving, "whole" | "byId">): GitObject | null {
  const type = types[kind];
  if (type) return { type, bytes };
  const under = typeof base === "number" ? whole.get(base) : byId.get(base ?? "");
  return under === undefined ? null : { type: under.type, bytes: applyDelta(under.bytes, bytes) };
}

function readEntries(pack: Buffer, count: number): readonly Entry[] {
  const entries: Entry[] = [];
  let at = headLength;
  for (let index = 0; index < count; index += 1) {
    const { entry, end } = readEntry(pack, at);
    entries.push(entry);
    at = end;
  }
  return entries;
}

function readEntry(pack: Buffer, at: number): { readonly entry: Entry; readonly end: number } {
  const kind = (byteAt(pack, at) >> 4) & 7;
  let position = at;
  while (byteAt(pack, position) & 0x80) position += 1;
  position += 1;
  const { base, end } = readBase(pack, kind, { at, position });
  const inflated = inflateSync(pack.subarray(end), { info: true, maxOutputLength: maxObjectBytes }) as unknown as Inflated;
  return { entry: { at, kind, base, bytes: inflated.buffer }, end: end + inflated.engine.bytesWritten };
}

function readBase(
  pack: Buffer,
  kind: number,
  { at, position }: { readonly at: number; readonly position: number },
): { readonly base: Entry["base"]; readonly end: number } {
  if (kind === idDelta) return { base: pack.toString("hex", position, position + idLength), end: position + idLength };
  if (kind !== offsetDelta) return { base: null, end: position };
  let end = position;
  let back = byteAt(pack, end) & 0x7f;
  while (byteAt(pack, end) & 0x80) {
    end += 1;
    back = (back + 1) * 128 + (byteAt(pack, end) & 0x7f);
  }
  return { base: at - back, end: end + 1 };
}

/** As gitformat-pack(5) has it: two sizes, then copies from the base and insertions. */
function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = skipSize(delta, skipSize(delta, 0));
  const parts: Uint8Array[] = [];
  while (at < delta.length) {
    const command = byteAt(delta, at);
    at += 1;
    if (command & 0x80) {
      const { offset, size, end } = readCopy(delta, command, at);
      if (offset + size > base.length) throw new Error("a delta reaches beyond its base");
      parts.push(base.subarray(offset, offset + size));
      at = end;
    } else {
      parts.push(delta.subarray(at, at + command));
      at += command;
    }
  }
  return Buffer.concat(parts);
}

function readCopy(
  delta: Uint8Array,
  command: number,
  from: number,
): { readonly offset: number; readonly size: number; readonly end: number } {
  let end = from;
  const values = [0, 1, 2, 3, 4, 5, 6].map((bit) => {
    if ((command & (1 << bit)) === 0) return 0;
    end += 1;
    return byteAt(delta, end - 1);
  });
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = values;
  const size = e + f * 0x100 + g * 0x10000;
  return { offset: a + b * 0x100 + c * 0x10000 + d * 0x1000000, size: size === 0 ? 0x10000 : size, end };
}

function skipSize(delta: Uint8Array, from: number): number {
  let at = from;
  while (byteAt(delta, at) & 0x80) at += 1;
  return at + 1;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error("the pack ends too early");
  return byte;
}

export function writePack(objects: Iterable<GitObject>): Uint8Array {
  const all = [...objects];
  const head = Buffer.alloc(headLength);
  head.write("PACK");
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(all.length, 8);
  const body = Buffer.concat([head, ...all.flatMap((object) => [entryHead(object), deflateSync(object.bytes)])]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** The type and the size, seven bits at a time after the first four. */
function entryHead({ type, bytes }: GitObject): Uint8Array {
  const head = [(types.indexOf(type) << 4) | (bytes.length & 15)];
  for (let rest = Math.floor(bytes.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    head[head.length - 1] = (head.at(-1) ?? 0) | 0x80;
    head.push(rest & 0x7f);
  }
  return Buffer.from(head);
}
