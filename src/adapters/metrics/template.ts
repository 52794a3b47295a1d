/** Fills `{{process}}` and its like into queries and addresses, so that what is filled in stays a plain value there. */

import { PinionError } from "../../domain/errors.ts";
import type { MetricQuery } from "../../domain/analysis/metrics.ts";

/** How a value is written in the place that it is filled into. @throws `metric/refused` for one that cannot stand there. */
export type Quote = (value: string, name: string) => string;

const placeholder = /\{\{\s*([A-Za-z]+)\s*\}\}/g;

/** @throws `metric/refused` for a placeholder that does not exist. */
export function fill(template: string, query: MetricQuery, quote: Quote): string {
  const known = valuesOf(query);
  return template.replaceAll(placeholder, (_, name: string) => {
    const value = known[name];
    if (value !== undefined && Object.hasOwn(known, name)) return quote(value, name);
    throw new PinionError("metric/refused", `{{${name}}} is unknown; there are ${Object.keys(known).join(", ")}`);
  });
}

/** Whether a template has a place for this. */
export function mentions(template: string, name: string): boolean {
  return [...template.matchAll(placeholder)].some((found) => found[1] === name);
}

/** For places where nothing but plain words is safe: names, versions and digests are, whatever is around them. */
export function plainWord(value: string, name: string): string {
  if (/^[A-Za-z0-9._+-]+$/.test(value)) return value;
  throw new PinionError("metric/refused", `{{${name}}} has characters that a query must not contain`);
}

/** `30s`, or `1500ms` where seconds are not enough. */
export function promDuration(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${Math.round(ms)}ms`;
}

function valuesOf({ environment, unit, metric, statistic, query, windowMs, until }: MetricQuery): Readonly<Record<string, string>> {
  return {
    environment,
    process: unit.process,
    version: unit.version,
    digest: unit.digest,
    window: promDuration(windowMs),
    windowMs: String(windowMs),
    since: String(until - windowMs),
    until: String(until),
    metric,
    statistic: statistic ?? "",
    query: query ?? "",
  };
}
