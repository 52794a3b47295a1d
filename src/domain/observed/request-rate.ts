/** How often a process was called of late, for people who are about to take it out. */

/** Over what was seen, at most the last hour. */
export interface RequestRate {
  readonly perSecond: number;
  readonly overMs: number;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** `it had 12 requests/s in the last hour`; null: it is not known. */
export function describeRequests(rate: RequestRate | null): string {
  if (rate === null)
    return "its number of requests is not known: no controller answered that has observed it for a minute (--config or --controller names one)";
  const minutes = Math.round(rate.overMs / minuteMs);
  const period = rate.overMs >= hourMs - minuteMs ? "hour" : minutes === 1 ? "minute" : `${minutes} minutes`;
  return `it had ${amount(rate.perSecond)} in the last ${period}`;
}

function amount(perSecond: number): string {
  if (perSecond === 0) return "no requests";
  if (perSecond < 0.1) return "less than 0.1 requests/s";
  return `${perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond)} requests/s`;
}
