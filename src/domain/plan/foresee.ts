/** What becomes of changed pins: which of them are deployed, how, and which are held back. */

import type { EnvironmentSpec } from "../desired/environment.ts";
import type { EnvironmentSnapshot } from "../desired/snapshot.ts";
import type { ProcessId, Version } from "../names.ts";
import { servingUnit } from "../observed/observation.ts";
import { lackingOf } from "../gates/dependencies.ts";
import { imagine, neededBy, servingThen } from "./beginning.ts";
import { type Aftermath, reasonsOf, versionAfter } from "./held.ts";
import { ImaginedWorld } from "./imagined-world.ts";
import { deadlocksOf } from "./deadlocks.ts";
import { clashesOf, pathMoves } from "./paths.ts";
import type { PinChange } from "./pin-changes.ts";
import { playForward } from "./play-forward.ts";
import type { PlayedDeployment } from "./played.ts";
import { type createDurations, removalMs } from "./state-durations.ts";

export interface Around {
  readonly from: EnvironmentSnapshot | null;
  readonly to: EnvironmentSnapshot & { readonly spec: EnvironmentSpec };
  readonly instances: readonly string[];
  readonly durations: ReturnType<typeof createDurations>;
}

export interface Foreseen {
  /** In the order in which they begin. */
  readonly played: readonly PlayedDeployment[];
  /** Of changes that are held back. */
  readonly reasons: Reasons;
  changeOf(process: ProcessId): PinChange;
  /** Whether it is brought in. */
  begins(process: ProcessId): boolean;
  versionAfter(process: ProcessId): Version | null;
}

export function foresee(changes: readonly PinChange[], around: Around): Foreseen {
  const { from, to } = around;
  return foreseeWithout(clashesOf(changes, from, to), changes, around);
}

type Reasons = ReadonlyMap<ProcessId, string>;

/** `held`: what no gate holds, and cannot be all the same. Goes on until nothing new is held. */
function foreseeWithout(held: Reasons, changes: readonly PinChange[], around: Around): Foreseen {
  const { from, to, instances, durations } = around;
  const free = changes.filter(({ process }) => !held.has(process));
  const byProcess = new Map(changes.map((change) => [change.process, change]));
  const world = new ImaginedWorld(imagine(changes, { from, to, instances, isExcluded: (process) => held.has(process) }));
  const all = playForward(world, {
    processes: inOrder(free, to),
    entangled: new Set(pathMoves(free, from, to).flatMap(({ giver, taker }) => [giver, taker])),
    needsOf: (process) => neededBy(byProcess.get(process)?.to ?? null),
    workMs: (rollout) => durations(rollout).msIn(rollout.state.kind),
    removalMs,
  });
  const played = all.filter((one) => isDone(one, world));
  const done = new Map(played.map((one) => [one.process, one]));
  const aftermath: Aftermath = { world, to, cast: new Set(changes.flatMap(({ process, to: pinned }) => [process, ...neededBy(pinned)])) };
  const lacking = lackingThen(played, aftermath);
  if (lacking.size > 0) return foreseeWithout(new Map([...held, ...lacking]), changes, around);
  const left = free.filter(({ process }) => !done.has(process));
  return {
    played,
    reasons: new Map([...held, ...reasonsOf(left, aftermath), ...deadlockedIn(world, changes, around)]),
    changeOf: (process) => byProcess.get(process) as PinChange,
    begins: (process) => (done.get(process)?.opened.candidate ?? null) !== null,
    versionAfter: (process) => versionAfter(aftermath, process),
  };
}

/** Which of them wait for each other when nothing is to come any more, and how. Who could not begin anyway waits for something else. */
function deadlockedIn(world: ImaginedWorld, changes: readonly PinChange[], { from, to }: Around): Reasons {
  const told = new Map(
    changes.flatMap(({ process }) => {
      const reason = world.row(process)?.status?.reason;
      return reason?.code === "Deadlocked" ? [[process, reason.text] as const] : [];
    }),
  );
  if (told.size === 0) return told;
  const real = deadlocksOf(changes, from, to).filter(({ processes }) => processes.some((process) => told.has(process)));
  return new Map([...told, ...real.flatMap(({ processes, reason }) => processes.map((process) => [process, reason] as const))]);
}

/** Begun while what they need was there, which is taken out or replaced by then: their validation fails. */
function lackingThen(played: readonly PlayedDeployment[], aftermath: Aftermath): Reasons {
  const serving = servingThen((process) => versionAfter(aftermath, process));
  return new Map(
    played.flatMap(({ process }) => {
      const pinned = aftermath.to.pins.get(process);
      const lacking = pinned?.kind === "runnable" ? lackingOf(pinned.summary.dependencies, serving) : null;
      return lacking ? [[process, lacking.text] as const] : [];
    }),
  );
}

/** As they are decided about: what is pinned, then what is not any more. */
function inOrder(changes: readonly PinChange[], { pins }: EnvironmentSnapshot): readonly ProcessId[] {
  const changed = new Set(changes.map(({ process }) => process));
  return [...[...pins.keys()].filter((process) => changed.has(process)), ...[...changed].filter((process) => !pins.has(process))];
}

/** It has ended, and well. */
function isDone({ process, opened: { candidate }, endedAt }: PlayedDeployment, world: ImaginedWorld): boolean {
  return endedAt !== null && servingUnit(world.route(process))?.digest === candidate?.digest;
}
