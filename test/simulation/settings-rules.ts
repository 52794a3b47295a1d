/** Settings that cannot be read keep no bad version in traffic: judged where nothing but them and the version is at fault. */

import { type Bad, hasWayBack, watchedBads } from "./disk-rules.ts";
import { isBroken, pinsPath, readPins, settingsPath } from "./files.ts";
import type { SimCommit } from "./git.ts";
import { faultyNatures } from "./natures.ts";
import type { Nature } from "./plan.ts";
import type { SimWorld } from "./sim-world.ts";
import { lateMs } from "./traffic.ts";

/** From the beginning, or once it has had all the traffic for a while. */
const failing = new Set<Nature>([...faultyNatures, "errors-late"]);
/** How long it takes at most until it has lost its traffic, in milliseconds. */
export const goneMs = 20_000 + lateMs;

/** Whoever fails under traffic, and is watched as pinned in an environment whose settings can be read. */
export async function badsToLose(world: SimWorld): Promise<readonly Bad[]> {
  const { head } = world.git;
  const isPinned = ({ environment, process, version }: Bad): boolean =>
    readPins(head.files.get(pinsPath(environment)) ?? "").get(process) === version;
  return (await watchedBads(world, failing)).filter((bad) => isReadable(head, bad) && isPinned(bad) && hasWayBack(world, bad));
}

/** The settings have just been broken: it loses its traffic all the same. */
export function afterBreaking(world: SimWorld, bad: Bad): void {
  const broken = world.git.head.id;
  world.time.later(goneMs, () => judgeLost(world, bad, broken));
}

/** Where people have mended them, or hold its way back, it may be another thing that keeps it. */
function judgeLost(world: SimWorld, bad: Bad, broken: string): void {
  const { git, trace, outside, disk } = world;
  const since = git.commits.slice(git.commits.findIndex(({ id }) => id === broken));
  if (since.some((commit) => isReadable(commit, bad)) || !hasWayBack(world, bad) || disk.fullMs > 0) return;
  const { environment, process, version } = bad;
  const weight = outside.traffic.weight(environment, process, version);
  trace.expect(
    weight === 0,
    "settings that cannot be read keep no bad version in traffic",
    `${environment}/${process} ${version} has ${weight} %`,
  );
}

function isReadable({ files }: SimCommit, { environment }: Bad): boolean {
  return !isBroken(files.get(settingsPath(environment)) ?? "");
}
