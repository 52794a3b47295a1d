/** What differs between two tree objects, found by comparing their bytes: of what is equal no name and no id is ever made. */

import type { Slices } from "../../../domain/slices.ts";
import type { DirectoryDifference, TreeEntry } from "../../../ports/objects.ts";

interface Entry {
  readonly mode: string;
  /** One character for each byte. */
  readonly name: string;
  readonly id: string;
  /** Where the next one begins. */
  readonly end: number;
}

const space = 32;
const directoryMode = "40000";
/** Entries compared before others get their turn. */
const entriesAtOnce = 20_000;
/** Entries made into texts before others get their turn. */
const readAtOnce = 4_000;

/**
 * Null where only reading both can tell: something else than directories differs, or a name that is not ASCII, or what is new is out of
 * order. The earlier one must be in order.
 */
export function* treeDifference(before: Uint8Array, after: Uint8Array, idLength: number): Slices<DirectoryDifference | null> {
  const walk = new Walk(before, after, idLength);
  for (let count = 1; walk.goOn(); count += 1) if (count % entriesAtOnce === 0) yield;
  return walk.found();
}

/** Whether the entries of a tree stand in git's order, each name once. */
export function* isInOrder(bytes: Uint8Array, idLength: number): Slices<boolean> {
  let last: Entry | null = null;
  for (let [at, count] = [0, 1]; at < bytes.length; [at, count] = [last.end, count + 1]) {
    if (count % readAtOnce === 0) yield;
    const entry = entryAt(bytes, at, idLength);
    if (last && !(keyOf(last) < keyOf(entry))) return false;
    last = entry;
  }
  return true;
}

class Walk {
  readonly #before: Uint8Array;
  readonly #after: Uint8Array;
  readonly #idLength: number;
  readonly #changed: TreeEntry[] = [];
  readonly #gone: string[] = [];
  /** Where both are. */
  #b = 0;
  #a = 0;
  /** Where the entry before that of `after` begins. */
  #last = -1;
  #canTell = true;

  constructor(before: Uint8Array, after: Uint8Array, idLength: number) {
    this.#before = before;
    this.#after = after;
    this.#idLength = idLength;
  }

  /** One entry on; false when that was the last. */
  goOn(): boolean {
    const [isOver, isPast] = [this.#b >= this.#before.length, this.#a >= this.#after.length];
    if (!this.#canTell || (isOver && isPast)) return false;
    const length = this.#equalLength();
    if (length > 0) {
      this.#b += length;
      this.#passTo(this.#a + length);
      return true;
    }
    const old = isOver ? null : entryAt(this.#before, this.#b, this.#idLength);
    const now = isPast ? null : entryAt(this.#after, this.#a, this.#idLength);
    this.#note(old, now);
    return true;
  }

  found(): DirectoryDifference | null {
    return this.#canTell ? { changed: this.#changed, gone: this.#gone } : null;
  }

  /** The length of the entry where both are, if it is the same; else 0. */
  #equalLength(): number {
    const [before, after, b, a] = [this.#before, this.#after, this.#b, this.#a];
    const most = Math.min(before.length - b, after.length - a);
    let nameEnd = 0;
    while (nameEnd < most && before[b + nameEnd] === after[a + nameEnd] && before[b + nameEnd] !== 0) nameEnd += 1;
    const length = nameEnd + 1 + this.#idLength;
    if (length > most) return 0;
    for (let at = nameEnd; at < length; at += 1) if (before[b + at] !== after[a + at]) return 0;
    return length;
  }

  #note(old: Entry | null, now: Entry | null): void {
    if (old && (!now || keyOf(old) < keyOf(now))) this.#leave(old);
    else if (now && (!old || keyOf(now) < keyOf(old))) this.#add(now);
    else if (now && old) this.#change(old, now);
  }

  #leave(old: Entry): void {
    this.#canTell &&= isPlain(old);
    this.#gone.push(old.name);
    this.#b = old.end;
  }

  #add(now: Entry): void {
    const last = this.#last < 0 ? null : entryAt(this.#after, this.#last, this.#idLength);
    this.#canTell &&= last === null || keyOf(last) < keyOf(now);
    this.#take(now);
  }

  #change(old: Entry, now: Entry): void {
    this.#canTell &&= isPlain(old);
    this.#b = old.end;
    this.#take(now);
  }

  #take(now: Entry): void {
    this.#canTell &&= isPlain(now);
    this.#changed.push({ name: now.name, kind: "directory", id: now.id });
    this.#passTo(now.end);
  }

  #passTo(next: number): void {
    this.#last = this.#a;
    this.#a = next;
  }
}

/** @throws Error where the tree ends in the middle of an entry. */
function entryAt(bytes: Uint8Array, at: number, idLength: number): Entry {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const modeEnd = buffer.indexOf(space, at);
  const nameEnd = buffer.indexOf(0, modeEnd);
  const end = nameEnd + 1 + idLength;
  if (modeEnd < 0 || nameEnd < 0 || end > buffer.length) throw new Error("a tree object ends in the middle of an entry");
  const mode = buffer.toString("latin1", at, modeEnd);
  return { mode, name: buffer.toString("latin1", modeEnd + 1, nameEnd), id: buffer.toString("hex", nameEnd + 1, end), end };
}

/** Git sorts a directory as if its name ended in a slash. */
function keyOf({ mode, name }: Entry): string {
  return mode === directoryMode ? `${name}/` : name;
}

function isPlain({ mode, name }: Entry): boolean {
  return mode === directoryMode && /^[\x20-\x7e]*$/.test(name);
}
