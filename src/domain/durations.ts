/** Durations as people write them, in milliseconds: one grammar for every file and every option. */

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const part = /(?<number>\d+(?:\.\d+)?)(?<unit>ms|s|m|h|d)/g;
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`, `1h30m` or `7d`; null for anything else. */
export function parseDuration(text: string): number | null {
  if (!whole.test(text)) return null;
  let ms = 0;
  for (const { groups } of text.matchAll(part)) ms += Number(groups?.["number"]) * unitsMs[groups?.["unit"] as keyof typeof unitsMs];
  return Math.round(ms);
}
