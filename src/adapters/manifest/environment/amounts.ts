/** Shares and thresholds as people write them. */

import type { Finding } from "../../../domain/finding.ts";
import { parseThreshold, type Threshold, type ThresholdUnit } from "../../../domain/analysis/thresholds.ts";
import { durationMs } from "../document/durations.ts";
import type { Say } from "../document/findings.ts";

/** 95 of `95`, `95%` and `95 %`. The schema has checked the form. */
export function percentOf(value: number | string): number {
  return typeof value === "number" ? value : Number.parseFloat(value);
}

/** A bare number between 0 and 1 is a share of 1 for some and of 100 for others: it has to be said. */
export function shareFindings(value: number | string | undefined, pointer: string, say: Say): readonly Finding[] {
  return isAmbiguous(value) ? [ambiguous(value, `Write ${percentText(value)} or "${value}%".`, pointer, say)] : [];
}

/** The same of shares that are whole percent: of 0.5 only 50 can be one. */
export function wholeShareFindings(value: number | string, pointer: string, say: Say): readonly Finding[] {
  if (!isAmbiguous(value)) return [];
  const isWhole = /^[0-9]+%$/.test(percentText(value));
  return [
    ambiguous(value, isWhole ? `Write ${percentText(value)} if you mean it.` : "Write a whole percentage from 1 to 100.", pointer, say),
  ];
}

function isAmbiguous(value: number | string | undefined): value is number {
  return typeof value === "number" && value > 0 && value < 1;
}

function ambiguous(value: number, hint: string, pointer: string, say: Say): Finding {
  return say(pointer, "environment/ambiguous-share", `${value} can mean ${value}% or ${percentText(value)}`, hint);
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}

/** Of `5%`, `500ms`, `3` or, with a comparison, `< 2s`; null when it is none or in another unit. Times are in milliseconds. */
export function readThreshold(text: number | string, unit: ThresholdUnit): Threshold | null {
  const read = parseThreshold(String(text), unit);
  return read !== null && isPossible(read.value, unit) ? read : null;
}

/** Only what somebody else measures can be negative, and no share is more than all. */
function isPossible(value: number, unit: ThresholdUnit): boolean {
  return (unit === "any" || value >= 0) && (unit !== "percent" || value <= 100);
}

/** What is said of a value in the wrong form. */
export const thresholdForms = {
  percent: "a share such as 5%",
  time: "a time such as 500ms or 2s",
  number: "a number",
  any: "a number, a share or a time",
} as const satisfies Record<ThresholdUnit, string>;

export interface Limits {
  readonly atLeast: string;
  readonly atMost: string;
}

/** A duration that must lie within limits. */
export function durationFindings(
  value: number | string | undefined,
  pointer: string,
  { atLeast, atMost }: Limits,
  say: Say,
): readonly Finding[] {
  if (value === undefined) return [];
  const ms = durationMs(value);
  if (ms >= durationMs(atLeast) && ms <= durationMs(atMost)) return [];
  return [say(pointer, "environment/range", `${value} is outside of ${atLeast} to ${atMost}`)];
}
