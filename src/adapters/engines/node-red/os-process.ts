/** Operating-system processes by identity: a pid alone may long belong to somebody else. */

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

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
  const deadline = Date.now() + limitMs;
  while (await isAlive(target)) {
    if (Date.now() > deadline) return false;
    await pause(20);
  }
  return true;
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
