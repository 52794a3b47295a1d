/** Pages of the history as somebody asks for them. */

import type { Deployment } from "../domain/journal/state.ts";
import type { HistoryQuery } from "../schemas/queries.ts";
import { readCursor, writeCursor } from "./cursors.ts";
import type { Queries } from "./views.ts";

/** One page of the deployments, newest first. */
export interface HistoryPage {
  readonly deployments: readonly Deployment[];
  /** How many there are on all pages. */
  readonly total: number;
  /** What the next page is asked with; null: this is the last one. */
  readonly next: string | null;
}

/** @throws `usage/invalid` for a cursor that no page has given. */
export async function askHistory(queries: Pick<Queries, "historyPage">, { cursor, ...query }: HistoryQuery): Promise<HistoryPage> {
  const before = cursor === undefined ? {} : { before: String(readCursor(cursor, 1)[0]) };
  const { next, ...page } = await queries.historyPage({ ...query, ...before });
  return { ...page, next: next === null ? null : writeCursor([next]) };
}
