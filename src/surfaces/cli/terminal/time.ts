/** Times as people say them. */

import type { Instant } from "../../../domain/names.ts";

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000] as const;

/** `3m ago`, `just now`, `in 20s`. */
export function relativeTime(at: Instant, now: Instant): string {
  const distance = Math.abs(now - at);
  if (distance < second) return "just now";
  return at > now ? `in ${roughly(distance)}` : `${roughly(distance)} ago`;
}

/** `40s`, `5m`, `3h`, `4d`. */
export function roughly(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / second)}s`;
  if (ms < hour) return `${Math.floor(ms / minute)}m`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`;
  return `${Math.floor(ms / day)}d`;
}

/** How long something took or will take: `850 ms`, `2.4 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < minute) return `${Number((ms / second).toFixed(1))} s`;
  if (ms < hour) return pair(ms, [minute, "min"], [second, "s"]);
  return pair(ms, [hour, "h"], [minute, "min"]);
}

function pair(ms: number, [large, largeName]: readonly [number, string], [small, smallName]: readonly [number, string]): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** `2026-11-21 10:00:00Z`. */
export function clockTime(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`;
}
