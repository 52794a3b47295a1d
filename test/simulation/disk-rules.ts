/** What protects callers does not wait for the disk: judged where nothing but the disk and the version is at fault. */

import { resolveDesired } from "../../src/domain/desired/resolve.ts";
import type { Digest, EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { EnvironmentSpec } from "../../src/domain/desired/environment.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import { pinsPath, quarantinePath, readPins, readQuarantine, writePins } from "./files.ts";
import type { Files, SimCommit } from "./git.ts";
import { sha256 } from "./known-digests.ts";
import { faultyNatures } from "./natures.ts";
import type { EnvironmentPlan, Nature } from "./plan.ts";
import type { SimWorld } from "./sim-world.ts";

/** Now, or while it is watched. */
const failing: ReadonlySet<Nature> = new Set<Nature>([...faultyNatures, "errors-late"]);

/** How long it takes at most until a version that fails has lost its traffic, and its schedules, in milliseconds. */
const goneMs = 20_000;

export interface Bad {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly version: Version;
  readonly nature: Nature;
  /** What it goes back to, as far as that was found good; null: nothing. */
  readonly good: Version | null;
  /** Of that, as it ran. */
  readonly stable: Digest | null;
}

/** The disk is full from now on: whoever fails under traffic, and is watched, is looked at again soon. */
export async function afterFill(world: SimWorld): Promise<void> {
  const bads = await watchedBads(world);
  const fullSince = world.disk.fullMs;
  for (const bad of bads) if (hasWayBack(world, bad)) world.time.later(goneMs, () => void judgeGone(world, bad, fullSince));
}

/** Whoever fails under traffic just now, and is watched; where other things fail too, nobody can say how soon it is noticed. */
export async function watchedBads(world: SimWorld, natures: ReadonlySet<Nature> = failing): Promise<readonly Bad[]> {
  const { plan, journal } = world;
  const bads: Bad[] = [];
  for (const environment of plan.isCalm ? plan.environments : []) {
    const { freeze, processes } = await journal.state(environment.name);
    if (!freeze)
      bads.push(
        ...[...processes.values()]
          .flatMap((state) => watchedBad(world, environment, state) ?? [])
          .filter(({ nature }) => natures.has(nature)),
      );
  }
  return bads;
}

/** Null: it may keep its traffic. */
function watchedBad(world: SimWorld, { name, spec, traffic }: EnvironmentPlan, state: ProcessState): Bad | null {
  const { process, rollout, rolledBackAt } = state;
  if (!isLookedAt(spec) || !hasCallers(traffic.get(process)) || rolledBackAt !== null) return null;
  const version = rollout && isWatched(rollout) && rollout.candidate ? rollout.candidate.version : "";
  const nature = world.catalogue.nature(process, version);
  return nature === null ? null : { environment: name, process, version, nature, ...before(state) };
}

function before({ rollout, knownGood }: ProcessState): Pick<Bad, "good" | "stable"> {
  const stable = rollout?.stable ?? null;
  const good = knownGood.find(({ version }) => version === stable?.version)?.version ?? null;
  return { good, stable: stable?.digest ?? null };
}

function hasCallers(perSecond = 0): boolean {
  return perSecond >= 3;
}

function isLookedAt({ rollback }: EnvironmentSpec): boolean {
  const { enabled, triggers, bakeMs } = rollback.automatic;
  return enabled && bakeMs >= goneMs && triggers.some(({ metric }) => metric === "error_rate");
}

function isWatched({ kind, state, paused, stable }: Rollout): boolean {
  return kind === "deploy" && state.kind === "baking" && !paused && stable !== null;
}

/** Pinion goes back by itself only to what was found good, and to nothing that people hold in quarantine; the same version with other variables is no better. */
export function hasWayBack(
  { git, catalogue }: SimWorld,
  { environment, process, version, good }: Bad,
  { files }: SimCommit = git.head,
): boolean {
  const definition = good === null || good === version ? null : catalogue.known(process, good)?.definitionDigest;
  const lines = readQuarantine(files.get(quarantinePath(environment)) ?? "");
  return definition !== null && !lines.some((line) => line.process === process && line.digest === definition);
}

/** In every commit of that time: what people let out of quarantine a moment ago is only now gone back to. */
function hadWayBack(world: SimWorld, bad: Bad): boolean {
  const { git, time } = world;
  const since = time.now() - goneMs;
  for (let commit: SimCommit | null = git.head; commit; commit = commit.parent === null ? null : git.find(commit.parent)) {
    if (!hasWayBack(world, bad, commit)) return false;
    if (commit.at <= since) break;
  }
  return true;
}

/** Whatever is pinned by now: nothing new can begin while the disk is full, so that who has moved the pin does not help its callers. */
async function judgeGone(world: SimWorld, bad: Bad, fullSince: number): Promise<void> {
  const { disk, outside, trace } = world;
  const wasFullAllTheTime = disk.isFull && disk.fullMs === fullSince;
  if (!wasFullAllTheTime || !hadWayBack(world, bad)) return;
  const { environment, process, version } = bad;
  // Nobody can be disarmed, and nothing fires, where no instance answers.
  const inventory = await outside
    .engine(environment)
    .inventory()
    .catch(() => null);
  const installed = inventory?.installed ?? [];
  if (!installed.some(({ digest }) => digest === bad.stable) && !canBeInstalled(world, bad)) return;
  const weight = outside.traffic.weight(environment, process, version);
  trace.expect(weight === 0, "a full disk keeps no bad version in traffic", `${environment}/${process} ${version} has ${weight} %`);
  const firing = installed.filter((unit) => unit.process === process && unit.armed).map((unit) => unit.version);
  trace.expect(!firing.includes(version), "a full disk keeps no bad version firing", `${environment}/${process} ${version} fires`);
}

/** What was removed for its successor comes back only while the variables are those that it ran with. */
function canBeInstalled(world: SimWorld, bad: Bad): boolean {
  const { git, applied } = world;
  return [git.head, git.find(applied ?? "") ?? git.head].every(({ files }) => digestIn(world, files, bad) === bad.stable);
}

/** Of the good version, if these files pinned it. */
function digestIn({ catalogue, outside }: SimWorld, files: Files, { environment, process, good }: Bad): Digest | null {
  const pins = new Map(readPins(files.get(pinsPath(environment)) ?? "")).set(process, good ?? "");
  const snapshot = catalogue.environment(new Map(files).set(pinsPath(environment), writePins(pins)), environment);
  const desired = resolveDesired(snapshot, { address: outside.router.publicAddress(environment), hash: sha256 }, null);
  const pinned = desired?.processes.get(process);
  return pinned?.kind === "run" ? pinned.unit.digest : null;
}
