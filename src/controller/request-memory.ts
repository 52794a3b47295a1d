/** Remembers how often each process was called in the last hour, from the router's counts of all, which a pass asks for each minute. */

import type { EnvironmentName, Instant, ProcessId } from "../domain/names.ts";
import type { RequestRate } from "../domain/observed/request-rate.ts";
import type { TrafficCount } from "../domain/observed/route.ts";

export interface RequestMemory {
  /** Whether all should be counted again. */
  isDue(environment: EnvironmentName, now: Instant): boolean;
  note(environment: EnvironmentName, counts: readonly TrafficCount[], now: Instant): void;
  /** Null: not seen for a minute yet. */
  rate(environment: EnvironmentName, process: ProcessId, now: Instant): RequestRate | null;
}

const minuteMs = 60_000;
const minutesKept = 60;

interface Minute {
  readonly minute: number;
  readonly requests: Map<ProcessId, number>;
}

interface Watched {
  readonly since: Instant;
  notedAt: Instant;
  /** Of each version on each instance, as counted last. */
  counted: ReadonlyMap<string, number>;
  readonly minutes: Minute[];
}

export function createRequestMemory(): RequestMemory {
  const known = new Map<EnvironmentName, Watched>();
  return {
    isDue: (environment, now) => now - (known.get(environment)?.notedAt ?? -Infinity) >= minuteMs,
    note(environment, counts, now) {
      const watched = known.get(environment);
      const counted = new Map(counts.map((count) => [keyOf(count), count.requests]));
      if (watched === undefined) {
        known.set(environment, { since: now, notedAt: now, counted, minutes: [] });
        return;
      }
      const { requests } = minuteAt(watched, now);
      for (const count of counts) {
        const added = addedSince(watched.counted.get(keyOf(count)) ?? 0, count.requests);
        if (added > 0) requests.set(count.process, (requests.get(count.process) ?? 0) + added);
      }
      watched.counted = counted;
      watched.notedAt = now;
    },
    rate(environment, process, now) {
      const watched = known.get(environment);
      if (watched === undefined || now - watched.since < minuteMs) return null;
      const overMs = Math.min(now - watched.since, minutesKept * minuteMs);
      const first = Math.floor((now - overMs) / minuteMs);
      const recent = watched.minutes.filter(({ minute }) => minute >= first);
      const requests = recent.reduce((sum, each) => sum + (each.requests.get(process) ?? 0), 0);
      return { perSecond: (requests * 1_000) / overMs, overMs };
    },
  };
}

function keyOf({ process, digest, instance }: TrafficCount): string {
  return `${process} ${digest} ${instance}`;
}

/** A router that was started anew counts from the beginning. */
function addedSince(before: number, now: number): number {
  return now >= before ? now - before : now;
}

function minuteAt({ minutes }: Watched, now: Instant): Minute {
  const minute = Math.floor(now / minuteMs);
  const last = minutes.at(-1);
  if (last?.minute === minute) return last;
  const next: Minute = { minute, requests: new Map() };
  minutes.push(next);
  if (minutes.length > minutesKept + 1) minutes.shift();
  return next;
}
