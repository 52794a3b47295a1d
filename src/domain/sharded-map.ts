/**
 * Maps that never change, of which the next one is made for the price of what differs: a large one is kept in about √n shards, and all
 * that did not change are shared with the map before. What differs between two of them is found by comparing shards, not entries.
 */

type Shard<V> = ReadonlyMap<string, V>;
/** A new value; undefined: the key is gone. */
type Changed<V> = readonly [key: string, value: V | undefined];

/** Up to so many entries a map is an ordinary one: it is copied in microseconds, and keeps its order. */
const ordinary = 512;
/** With so many times more entries in a shard than there are shards, there are too few of them. */
const mostCrowded = 8;

/** A map of these entries that is cheap to change, however large it is. The order of a large one has no meaning. */
export function mapOf<V>(entries: Iterable<readonly [string, V]>): ReadonlyMap<string, V> {
  const all = new Map(entries);
  return all.size <= ordinary ? all : sharded(all);
}

/** The map with these changes, of which the last of a key counts; itself when they change nothing. */
export function withChanges<V>(map: ReadonlyMap<string, V>, changes: Iterable<Changed<V>>): ReadonlyMap<string, V> {
  const news: Changed<V>[] = [];
  for (const change of new Map(changes)) if (isNews(map, change)) news.push(change);
  if (news.length === 0) return map;
  if (map instanceof ShardedMap) return (map as ShardedMap<V>).with(news);
  const next = new Map(map);
  for (const [key, value] of news) put(next, key, value);
  return next.size <= ordinary ? next : sharded(next);
}

/** The keys with another value, or in one of the two maps only; values are compared by identity. */
export function differingKeys<V>(before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): readonly string[] {
  const found: string[] = [];
  if (before instanceof ShardedMap && after instanceof ShardedMap) {
    for (const [one, other] of pairsOf(before as ShardedMap<V>, after as ShardedMap<V>)) note(found, one, other);
  } else note(found, before, after);
  return found;
}

/** Values by a property of theirs, which must hang on nothing but the value: of a large map only the shards are looked at that are new. */
export function createSelection<V>(isSelected: (value: V) => boolean): (map: ReadonlyMap<string, V>) => readonly V[] {
  const known = new WeakMap<Shard<V>, readonly V[]>();
  const select = (shard: Shard<V>): readonly V[] => {
    const selected: V[] = [];
    for (const value of shard.values()) if (isSelected(value)) selected.push(value);
    return selected;
  };
  const remembered = (shard: Shard<V>): readonly V[] => {
    const before = known.get(shard);
    if (before) return before;
    const selected = select(shard);
    known.set(shard, selected);
    return selected;
  };
  return (map) => (map instanceof ShardedMap ? (map as ShardedMap<V>).shards.flatMap(remembered) : select(map));
}

class ShardedMap<V> implements ReadonlyMap<string, V> {
  readonly size: number;
  /** A power of two of them. */
  readonly shards: readonly Shard<V>[];

  constructor(shards: readonly Shard<V>[], size: number) {
    this.shards = shards;
    this.size = size;
  }

  with(news: readonly Changed<V>[]): ReadonlyMap<string, V> {
    const copies = new Map<number, Map<string, V>>();
    let { size } = this;
    for (const [key, value] of news) {
      const place = placeOf(key, this.shards.length);
      const copy = copies.get(place) ?? new Map(this.shards[place]);
      copies.set(place, copy);
      size -= copy.size;
      put(copy, key, value);
      size += copy.size;
    }
    const shards = this.shards.slice();
    for (const [place, copy] of copies) shards[place] = copy;
    const next = new ShardedMap(shards, size);
    return size > mostCrowded * shards.length ** 2 ? sharded(next) : next;
  }

  get(key: string): V | undefined {
    return this.#shardOf(key)?.get(key);
  }

  has(key: string): boolean {
    return this.#shardOf(key)?.has(key) === true;
  }

  forEach(call: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const shard of this.shards) for (const [key, value] of shard) call(value, key, this);
  }

  *entries(): MapIterator<[string, V]> {
    for (const shard of this.shards) yield* shard;
  }

  *keys(): MapIterator<string> {
    for (const shard of this.shards) yield* shard.keys();
  }

  *values(): MapIterator<V> {
    for (const shard of this.shards) yield* shard.values();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  #shardOf(key: string): Shard<V> | undefined {
    return this.shards[placeOf(key, this.shards.length)];
  }
}

function sharded<V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  const count = 2 ** Math.round(Math.log2(map.size) / 2);
  const shards = Array.from({ length: count }, () => new Map<string, V>());
  for (const [key, value] of map) shards[placeOf(key, count)]?.set(key, value);
  return new ShardedMap(shards, map.size);
}

/** FNV-1a of the key, folded. `count` is a power of two. */
function placeOf(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (count - 1);
}

function isNews<V>(map: ReadonlyMap<string, V>, [key, value]: Changed<V>): boolean {
  return value === undefined ? map.has(key) : map.get(key) !== value;
}

function put<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/** Shards of two maps that may differ; of maps with other numbers of shards all of both, as one. */
function* pairsOf<V>(before: ShardedMap<V>, after: ShardedMap<V>): Iterable<readonly [Shard<V>, Shard<V>]> {
  const [these, those] = [before.shards, after.shards];
  if (these.length !== those.length) yield [before, after];
  else for (const [place, shard] of those.entries()) yield [these[place] ?? shard, shard];
}

function note<V>(found: string[], before: ReadonlyMap<string, V>, after: ReadonlyMap<string, V>): void {
  if (before === after) return;
  for (const [key, value] of after) if (before.get(key) !== value) found.push(key);
  if (before.size === after.size && found.length === 0) return;
  for (const key of before.keys()) if (!after.has(key)) found.push(key);
}
