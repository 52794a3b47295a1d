/** Rarer misfortunes, each with a switch of its own. A world without them is as it would be if nobody had thought of them. */

import type { ProcessId, Version } from "../../src/domain/names.ts";
import type { Dependency } from "../../src/domain/desired/version.ts";
import { type MovingPaths, pathsOf } from "./plan-paths.ts";
import { createRandom, type Random } from "./random.ts";

export interface SourceErrors {
  /** The machine's clock is set, forwards and backwards, and drifts; a new run takes its time from it. */
  readonly setsClock: boolean;
  /** The disk under the journal is full for a minute or more. */
  readonly fillsDisk: boolean;
  /** Engines, instances, router and git hang: they live, and do not answer. */
  readonly hangs: boolean;
  /** People put versions in quarantine by hand. */
  readonly holdsByHand: boolean;
  /** Settings, pins and quarantine of an environment cannot be read for a while. */
  readonly breaksFiles: boolean;
  /** Files of versions cannot be read for a while, or are not what was published. */
  readonly breaksVersions: boolean;
  /** What versions need of other processes, by `process@version`. */
  readonly needs: ReadonlyMap<string, readonly Dependency[]>;
  /** Public paths that move between processes; empty: nobody has any but its own. */
  readonly paths: MovingPaths;
}

/** How many of the worlds have each of them. */
const share = 0.12;

type Versions = ReadonlyMap<ProcessId, ReadonlyMap<Version, unknown>>;

export function troublesOf(seed: number, processes: Versions, usesRealWriter: boolean): SourceErrors {
  const random = createRandom(seed + 4);
  const [setsClock, fillsDisk, hangs, holdsByHand, breaksFiles] = [1, 2, 3, 4, 5].map(() => random.chance(share));
  const needs = random.chance(share * 2) ? needsOf(processes, random) : new Map();
  const paths = random.chance(share * 2) && processes.size > 1 ? pathsOf(processes, random) : new Map();
  return {
    setsClock: setsClock === true,
    fillsDisk: fillsDisk === true,
    hangs: hangs === true,
    // People race the real writer in these very files already.
    holdsByHand: holdsByHand === true && !usesRealWriter,
    breaksFiles: breaksFiles === true && !usesRealWriter,
    breaksVersions: random.chance(share) && !usesRealWriter,
    needs,
    paths,
  };
}

/** Nobody needs, not even by others, who needs them. */
function needsOf(processes: Versions, random: Random): SourceErrors["needs"] {
  const needs = new Map<string, readonly Dependency[]>();
  const before: ProcessId[] = [];
  for (const [process, versions] of processes) {
    const needing = before.length > 0 ? [...versions.keys()].filter(() => random.chance(0.6)) : [];
    for (const version of needing) needs.set(`${process}@${version}`, [needOf(random.pick(before), version, random)]);
    before.push(process);
  }
  return needs;
}

/** The first versions run from the beginning, and need what does. */
function needOf(name: ProcessId, by: Version, random: Random): Dependency {
  const version = by === "1.0.0" ? ">=1.0.0" : random.pick([">=1.0.0", "^1.0.0", ">=1.1.0", ">=1.2.0", "1.0.0 - 1.2.0"]);
  return { type: "workflow", name, version, required: true };
}
