/** The door for counts: what a gateway answers becomes domain values here. */

import type { Digest } from "../domain/names.ts";
import type { TrafficCount } from "../domain/observed/route.ts";

/** @throws Error that names the place. */
export function parseTraffic(value: unknown): readonly TrafficCount[] {
  if (!Array.isArray(value)) throw new Error("the traffic is no list");
  return value.map(parseCount);
}

function parseCount(value: unknown, index: number): TrafficCount {
  const at = `traffic/${index}`;
  const fields = record(value, at);
  const latency = fields["latency"];
  if (!Array.isArray(latency)) throw new Error(`${at}/latency is no list`);
  return {
    process: text(fields["process"], `${at}/process`),
    version: text(fields["version"], `${at}/version`),
    digest: text(fields["digest"], `${at}/digest`) as Digest,
    instance: text(fields["instance"], `${at}/instance`),
    requests: count(fields["requests"], `${at}/requests`),
    errors: count(fields["errors"], `${at}/errors`),
    inFlight: count(fields["inFlight"], `${at}/inFlight`),
    latencySumMs: count(fields["latencySumMs"], `${at}/latencySumMs`),
    latency: latency.map((bucket) => {
      const { leMs, count: below } = record(bucket, `${at}/latency`);
      return { leMs: count(leMs, `${at}/latency`), count: count(below, `${at}/latency`) };
    }),
  };
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) throw new Error(`${at} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function text(value: unknown, at: string): string {
  if (typeof value !== "string") throw new Error(`${at} is no text`);
  return value;
}

function count(value: unknown, at: string): number {
  if (typeof value !== "number" || !(value >= 0)) throw new Error(`${at} is no count`);
  return value;
}
