/** How long a server asks its clients to wait (RFC 9110, 10.2.3). */

/** Nobody is left alone for longer than this, whatever they ask for. */
const longestMs = 3_600_000;

/** `Date.parse` takes `-1` for a day of 2001. */
const isDate = /^[A-Za-z]{3,9},? /;

/** In milliseconds from `now`, at most an hour; null: the header is none, or is neither seconds nor a date. */
export function retryAfterMs(header: string | null | undefined, now: number): number | null {
  const text = header?.trim() ?? "";
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(isDate.test(text) ? text : "") - now;
  return Number.isNaN(waitMs) ? null : Math.min(longestMs, Math.max(0, waitMs));
}
