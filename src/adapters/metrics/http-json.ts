/** Metrics from any HTTP endpoint that answers with JSON, such as an application's own statistics. */

import { PinionError } from "../../domain/errors.ts";
import type { MetricQuery, Reading } from "../../domain/analysis/metrics.ts";
import { createJsonClient, type JsonClientOptions, statusError } from "./json-client.ts";
import { type FindIn, parsePointer } from "./json-pointer.ts";
import type { ClosableSource } from "./prometheus.ts";
import { fill, mentions } from "./template.ts";

export interface HttpJsonSourceOptions extends JsonClientOptions {
  /** Asked by GET, with placeholders such as `{{process}}`; what is filled in is encoded for a URL. */
  readonly url: string;
  /** JSON pointer to the value, in the metric's unit. */
  readonly value: string;
  /** JSON pointer to the number of requests it is about; null: the endpoint does not say. */
  readonly count: string | null;
}

/** A value is a number, or a text that is one. @throws `config/invalid` for a pointer that is none. */
export function createHttpJsonSource(options: HttpJsonSourceOptions): ClosableSource {
  const client = createJsonClient(options);
  const valueIn = pointer(options.value, options.name);
  const countIn = options.count === null ? null : pointer(options.count, options.name);
  return {
    async measure(query, signal) {
      const { status, body } = await client.ask({ url: addressFor(query, options), form: null, signal });
      if (status < 200 || status >= 300) throw statusError(options.name, status, "");
      const value = numberOf(valueIn(body));
      if (value === null) return none(`${options.name} has no number at ${options.value}`);
      const requests = countIn && numberOf(countIn(body));
      if (countIn && requests === null) return none(`${options.name} has no number at ${options.count ?? ""}`);
      return { kind: "value", value, requests, coveredMs: query.windowMs };
    },
    close: () => client.close(),
  };
}

function addressFor(query: MetricQuery, { name, url }: HttpJsonSourceOptions): string {
  if (query.query !== null && !mentions(url, "query"))
    throw new PinionError("metric/refused", `${name} takes no query: its address has no {{query}}`);
  return fill(url, query, encodeURIComponent);
}

function pointer(text: string, name: string): FindIn {
  const parsed = parsePointer(text);
  if (parsed) return parsed;
  throw new PinionError("config/invalid", `${name}: ${JSON.stringify(text)} is no JSON pointer; one looks like /data/0/value`);
}

function numberOf(value: unknown): number | null {
  const isNumeric = typeof value === "string" && /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?\s*$/i.test(value);
  const number = typeof value === "number" ? value : isNumeric ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function none(why: string): Reading {
  return { kind: "none", why };
}
