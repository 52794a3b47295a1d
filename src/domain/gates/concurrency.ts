/** At most so many deployments at once in one environment (`restrictions.maxConcurrentDeployments`). */

import type { Held } from "./gate.ts";

export function holdForConcurrency(running: number, limit: number | null): Held | null {
  if (limit === null || running < limit) return null;
  return { why: `${running} of at most ${limit} deployments are running in this environment`, until: null };
}
