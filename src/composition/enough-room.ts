/** Says at the start what the machine gives too little of: later it would show as errors that name something else. */

import { readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import type { Log } from "../ports/log.ts";

/** Below these a busy installation runs into them: connections of callers, of the gateway to engines, files of git. */
const enoughDescriptors = 4_096;
const enoughBytes = 512 * 1024 * 1024;

/** What is given; null: the system does not say. */
export interface Room {
  readonly descriptors: number | null;
  /** Of this process's heap, or of the container's memory, whichever is less. */
  readonly memoryBytes: number | null;
}

export function warnOfLittleRoom(log: Pick<Log, "warn">, room: Room = roomHere()): void {
  const { descriptors, memoryBytes } = room;
  if (descriptors !== null && descriptors < enoughDescriptors)
    log.warn(
      { descriptors },
      `only ${descriptors} files and connections may be open at once; at least ${enoughDescriptors} are advised: \`ulimit -n 65536\` before the start, LimitNOFILE=65536 in a systemd unit`,
    );
  if (memoryBytes !== null && memoryBytes < enoughBytes)
    log.warn(
      { memoryBytes },
      `only ${megabytes(memoryBytes)} MB of memory may be used; at least ${megabytes(enoughBytes)} are advised: raise the container's limit, or NODE_OPTIONS=--max-old-space-size`,
    );
}

function roomHere(): Room {
  const heap = getHeapStatistics().heap_size_limit;
  const container = containerLimit();
  return { descriptors: softLimit(), memoryBytes: container === null ? heap : Math.min(heap, container) };
}

/** Of a line such as `Max open files  1024  524288  files`. */
function softLimit(): number | null {
  const limit = /^Max open files\s+(?<soft>\d+)/mu.exec(textOf("/proc/self/limits"))?.groups?.["soft"];
  return limit === undefined ? null : Number(limit);
}

/** `max`: none is set. */
function containerLimit(): number | null {
  const text = textOf("/sys/fs/cgroup/memory.max").trim();
  return /^\d+$/u.test(text) ? Number(text) : null;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
