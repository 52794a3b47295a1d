/** Operating-system processes by identity: a pid alone may long belong to somebody else. */

import { readdir, readFile, stat as look } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { createPatience } from "./patience.ts";

export interface OsProcess {
  readonly pid: number;
  /** Kernel ticks after boot; null where the system does not tell. */
  readonly startTime: string | null;
}

/** The process that has this pid now. */
export async function identify(pid: number): Promise<OsProcess> {
  return { pid, startTime: (await readStat(pid))?.startTime ?? null };
}

/** False once it has ended, also while nobody has collected it, and when its pid has passed to another. */
export async function isAlive({ pid, startTime }: OsProcess): Promise<boolean> {
  const stat = await readStat(pid);
  if (stat !== null) return stat.state !== "Z" && stat.state !== "X" && (startTime === null || stat.startTime === startTime);
  return startTime === null && takesSignals(pid);
}

/** Asks it to end, and makes it when it has not ended in time. Somebody else's pid is never touched. */
export async function terminate(target: OsProcess, graceMs: number): Promise<void> {
  if (!(await isAlive(target))) return;
  send(target.pid, "SIGTERM");
  if (await isGoneWithin(target, graceMs)) return;
  send(target.pid, "SIGKILL");
  await isGoneWithin(target, 5_000);
}

async function isGoneWithin(target: OsProcess, limitMs: number): Promise<boolean> {
  const patience = createPatience(limitMs);
  while (await isAlive(target)) {
    if (patience.isOver()) return false;
    await pause(20);
  }
  return true;
}

/** How long it has wanted to run so far and was not let, in milliseconds. Null when it is gone, or the system does not tell. */
export async function readWaitedMs({ pid }: OsProcess): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => "");
  const waitedNs = /^\d+ (\d+) /.exec(text)?.[1];
  return waitedNs === undefined ? null : Number(waitedNs) / 1e6;
}

/** Processes whose command line has all these words, of one user where that is given. */
export async function findByWords(words: readonly string[], uid?: number): Promise<readonly OsProcess[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found: OsProcess[] = [];
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const given = line.split("\0");
    if (words.every((word) => given.includes(word)) && (uid === undefined || (await userOf(pid)) === uid))
      found.push(await identify(Number(pid)));
  }
  return found;
}

async function userOf(pid: string): Promise<number | null> {
  return look(`/proc/${pid}`).then(
    ({ uid }) => uid,
    () => null,
  );
}

/** The second field may hold anything, so everything is counted from the last parenthesis. */
async function readStat(pid: number): Promise<{ readonly state: string; readonly startTime: string } | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "X", startTime: fields[19] ?? "" };
  } catch {
    return null;
  }
}

function takesSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}
