/** Processes that a gateway or its launcher started, by identity: a pid alone may be somebody else's by now. */

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** A process of ours. */
export interface OwnedProcess {
  readonly pid: number;
  /** Kernel ticks after boot; null where the system does not tell. */
  readonly startTime: string | null;
}

const lookEveryMs = 20;

/** The process that has this pid now. */
export function ownedProcess(pid: number): OwnedProcess {
  return { pid, startTime: readStat(pid)?.startTime ?? null };
}

/** Whether a process with this id is there; it may be another one by now. One that has ended is not, also while nobody has collected it. */
export function isAlive(pid: number): boolean {
  return isRunning({ pid, startTime: null });
}

/** False once it has ended, and when its id has passed to another. */
export function isRunning({ pid, startTime }: OwnedProcess): boolean {
  const stat = readStat(pid);
  if (stat === null) return takesSignals(pid);
  // In a container whose first process collects nobody's children, what was left running stays in the table of processes when it ends.
  return stat.state !== "Z" && stat.state !== "X" && (startTime === null || stat.startTime === startTime);
}

/** Sends a signal, unless the process is gone or its id has passed to another. */
export function signal(target: OwnedProcess, name: "SIGTERM" | "SIGKILL"): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

/** Resolves once the process is gone: asked first, killed when that takes longer than `graceMs`. 0: killed at once. */
export async function terminate(target: OwnedProcess, graceMs: number): Promise<void> {
  if (graceMs > 0) signal(target, "SIGTERM");
  const limit = performance.now() + graceMs;
  while (isRunning(target)) {
    if (performance.now() >= limit) signal(target, "SIGKILL");
    await wait(lookEveryMs);
  }
}

/** Ends a gateway, and the standby that would take its place. */
export async function terminateWhole(
  { standby, ...primary }: OwnedProcess & { readonly standby: OwnedProcess | null },
  graceMs: number,
): Promise<void> {
  await terminate(primary, graceMs);
  if (standby) await terminate(standby, graceMs);
}

/** The second field may hold anything, so everything is counted from the last parenthesis. */
function readStat(pid: number): { readonly state: string; readonly startTime: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "X", startTime: fields[19] ?? "" };
  } catch {
    return null;
  }
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
