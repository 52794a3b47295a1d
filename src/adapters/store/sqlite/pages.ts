/** Reads long tables in pages, and large rows not at all, so that a journal which grew where it should not holds up nobody. */

import { setImmediate } from "node:timers/promises";
import type { Slices } from "../../../domain/slices.ts";
import type { Log } from "../../../ports/log.ts";
import type { Connection } from "./database.ts";

export type Row = readonly unknown[];

/** Rows that are read before others get their turn. */
const rowsAtOnce = 500;
/** Characters of JSON that are parsed before others get their turn. */
export const textAtOnce = 256 * 1024;
/** Characters of a value. What Pinion writes has some thousand; more is damage, and is not looked at. */
const longestValue = 1024 * 1024;

/** A column's text in a query; NULL in place of one that is too long. */
export function bounded(column: string): string {
  return `CASE WHEN length(${column}) <= ${longestValue} THEN ${column} END`;
}

/** A table's rows of one environment. */
export interface Table {
  /** `SELECT … FROM … WHERE …` with a place for the environment. The first column is the key. */
  readonly select: string;
  /** What the rows are sorted by, unique, and where it begins: before all keys. */
  readonly key: string;
  readonly first: string | number;
}

/** The query of one page: of an environment, behind a key. */
export function pageOf({ select, key }: Table): string {
  return `${select} AND ${key} > ? ORDER BY ${key} LIMIT ${rowsAtOnce}`;
}

/** Each page of them, by key, with a pause after every full one. */
export function* eachPage(
  connection: Connection,
  table: Table,
  environment: string,
  take: (rows: readonly Row[]) => Slices<void> | undefined,
): Slices<void> {
  const page = connection.prepare(pageOf(table)).raw(true);
  for (let after: unknown = table.first; ;) {
    const rows = page.all(environment, after) as readonly Row[];
    const steps = take(rows);
    if (steps !== undefined) yield* steps;
    if (rows.length < rowsAtOnce) return;
    after = rows.at(-1)?.[0];
    yield;
  }
}

/** The work in slices. */
export async function inSlices<T>(steps: Slices<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await setImmediate();
  }
}

/** Says what is left out: the first of each kind by name, of the others how many. */
export interface LeftOut {
  say(about: Readonly<Record<string, unknown>>): void;
  sum(): void;
}

const mostSaid = 10;

export function createLeftOut(log: Log, text: string): LeftOut {
  let count = 0;
  return {
    say(about) {
      count += 1;
      if (count <= mostSaid) log.warn(about, text);
    },
    sum() {
      if (count > mostSaid) log.warn({ others: count - mostSaid }, text);
    },
  };
}
