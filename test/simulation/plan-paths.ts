/** Public paths that change their owner between versions of processes: moved, swapped, or left to whoever stays. */

import type { ProcessId, Version } from "../../src/domain/names.ts";
import type { Random } from "./random.ts";

/** Paths beside the own one, by `process@version`. */
export type MovingPaths = ReadonlyMap<string, readonly string[]>;

const shared = ["/shared-a", "/shared-b"] as const;

type Versions = ReadonlyMap<ProcessId, ReadonlyMap<Version, unknown>>;
type Owners = ReadonlyMap<string, ProcessId>;

/**
 * Versions of one number fit together: in each of these eras every shared path has one owner. Only who has a version of that number can
 * give or take.
 */
export function pathsOf(processes: Versions, random: Random): MovingPaths {
  const names = [...processes.keys()];
  const paths = new Map<string, readonly string[]>();
  const versions = [...new Set([...processes.values()].flatMap((all) => [...all.keys()]))];
  let owners: Owners = new Map(shared.map((path) => [path, random.pick(names)]));
  for (const version of versions) {
    const able = names.filter((name) => processes.get(name)?.has(version));
    if (version !== versions[0] && random.chance(0.8)) owners = moved(owners, able, random);
    for (const name of able) paths.set(`${name}@${version}`, ownedBy(name, owners));
  }
  return paths;
}

function moved(owners: Owners, able: readonly ProcessId[], random: Random): Owners {
  const movable = [...owners].filter(([, owner]) => able.includes(owner));
  if (able.length < 2 || movable.length === 0) return owners;
  if (movable.length === shared.length && random.chance(0.5)) return swapped(movable);
  const [path, owner] = random.pick(movable);
  return new Map([...owners, [path, random.pick(able.filter((name) => name !== owner))]]);
}

function swapped(owners: readonly (readonly [string, ProcessId])[]): Owners {
  return new Map(owners.map(([path], index) => [path, owners.at(index - 1)?.[1] ?? ""]));
}

function ownedBy(name: ProcessId, owners: Owners): readonly string[] {
  return [...owners].filter(([, owner]) => owner === name).map(([path]) => path);
}
