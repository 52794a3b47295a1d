/** How often a process was called of late, and how that is said. */

import { describe, expect, it } from "vitest";
import { createRequestMemory } from "../../src/controller/request-memory.ts";
import { describeRequests } from "../../src/domain/observed/request-rate.ts";
import type { TrafficCount } from "../../src/domain/observed/route.ts";

const minute = 60_000;
const start = 1_000 * minute;

function count(process: string, requests: number, digest: `sha256-${string}` = "sha256-a"): TrafficCount {
  return { process, version: "1.0.0", digest, instance: "one", requests, errors: 0, inFlight: 0, latency: [], latencySumMs: 0 };
}

describe("the memory of requests", () => {
  it("knows nothing before it has looked for a minute", () => {
    const memory = createRequestMemory();
    memory.note("production", [count("hello", 100)], start);
    memory.note("production", [count("hello", 160)], start + minute / 2);
    expect(memory.rate("production", "hello", start + minute / 2)).toBeNull();
    expect(memory.rate("production", "hello", start + minute)).toEqual({ perSecond: 1, overMs: minute });
    expect(memory.rate("staging", "hello", start + minute)).toBeNull();
  });

  it("adds up all versions, and goes on when counters begin anew", () => {
    const memory = createRequestMemory();
    memory.note("production", [count("hello", 500)], start);
    memory.note("production", [count("hello", 560), count("hello", 30, "sha256-b"), count("other", 7)], start + minute);
    memory.note("production", [count("hello", 30, "sha256-b")], start + 2 * minute);
    memory.note("production", [count("hello", 30, "sha256-a"), count("hello", 0, "sha256-b")], start + 2 * minute);
    expect(memory.rate("production", "hello", start + 2 * minute)).toEqual({ perSecond: 1, overMs: 2 * minute });
    expect(memory.rate("production", "unknown", start + 2 * minute)).toEqual({ perSecond: 0, overMs: 2 * minute });
  });

  it("forgets what is longer ago than an hour", () => {
    const memory = createRequestMemory();
    for (let at = 0; at <= 180; at += 1)
      memory.note("production", [count("hello", at <= 60 ? at * 6_000 : 360_000 + at * 60)], start + at * minute);
    expect(memory.rate("production", "hello", start + 180 * minute)?.perSecond).toBeCloseTo(1, 1);
  });
});

describe("what is said of it", () => {
  it.each([
    [{ perSecond: 12.4, overMs: 60 * minute }, "it had 12 requests/s in the last hour"],
    [{ perSecond: 0.26, overMs: 20 * minute }, "it had 0.3 requests/s in the last 20 minutes"],
    [{ perSecond: 0.01, overMs: minute }, "it had less than 0.1 requests/s in the last minute"],
    [{ perSecond: 0, overMs: 60 * minute }, "it had no requests in the last hour"],
  ])("%j: %s", (rate, expected) => {
    expect(describeRequests(rate)).toBe(expected);
  });
});
