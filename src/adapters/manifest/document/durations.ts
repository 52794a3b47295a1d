/** Durations as people write them, in milliseconds. */

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`, or of a number of milliseconds. The schema has checked the form. */
export function durationMs(value: number | string): number {
  if (typeof value === "number") return value;
  const parts = /^([0-9.]+)(ms|s|m|h|d)$/.exec(value);
  if (parts === null) throw new Error(`not a duration: ${value}`);
  return Math.round(Number(parts[1]) * unitsMs[parts[2] as keyof typeof unitsMs]);
}
