/** The controller's log for a person at a terminal: the same as its JSON lines say, one thing after the other. */

import { printable } from "../../../domain/safe-text.ts";
import { type Colors, hanging } from "./terminal.ts";

/** What says nothing that the message, the subject or `pinion history` does not. */
const untold = new Set([
  "level",
  "time",
  "msg",
  "component",
  "environment",
  "process",
  "version",
  "instance",
  "deployment",
  "phase",
  "error",
]);

const [warning, failure] = [40, 50];

export interface LogLook {
  readonly colors: Colors;
  /** Columns of the terminal. */
  readonly width: number | null;
}

/** @param line one line of JSON; anything else is given back as it is */
export function describeLogLine(line: string, { colors, width }: LogLook): string {
  const entry = parse(line);
  if (entry === null) return line;
  const text = `${subjectOf(entry)}${wordOf(entry["msg"])}${errorOf(entry["error"])}${restOf(entry)}`;
  const [first = "", ...more] = hanging(printable(`${timeOf(entry)}  ${text}`), { start: "", width });
  return `${paint([first, ...more].join("\n"), Number(entry["level"]), colors)}\n`;
}

type Entry = Readonly<Record<string, unknown>>;

function parse(line: string): Entry | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "msg" in value ? value : null;
  } catch {
    return null;
  }
}

/** `10:00:00`, in UTC as everywhere. */
function timeOf({ time }: Entry): string {
  return typeof time === "string" ? time.slice(11, 19) : "--:--:--";
}

/** `production/order-intake 1.4.0: `. */
function subjectOf({ environment, process, version, instance }: Entry): string {
  const place = [environment, process ?? instance].filter((part) => typeof part === "string").join("/");
  const subject = [place, version].filter((part) => typeof part === "string" && part !== "").join(" ");
  return subject === "" ? "" : `${subject}: `;
}

function errorOf(error: unknown): string {
  if (typeof error === "string") return `: ${error}`;
  if (typeof error !== "object" || error === null) return "";
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return [code, message].flatMap((part) => (typeof part === "string" ? [`: ${part}`] : [])).join("");
}

/** What else there is to know, in brackets. */
function restOf(entry: Entry): string {
  const parts = Object.entries(entry).flatMap(([key, value]) => {
    if (untold.has(key) || value === null || value === "" || value === entry["msg"]) return [];
    return [`${key} ${key === "commit" ? wordOf(value).slice(0, 8) : wordOf(value)}`];
  });
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function wordOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function paint(text: string, level: number, colors: Colors): string {
  if (level >= failure) return colors.red(text);
  return level >= warning ? colors.yellow(text) : text;
}
