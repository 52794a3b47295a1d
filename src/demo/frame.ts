/** What a terminal of some height shows of the demo: the instructions stay in sight, and what matters least goes first. */

import { wrap } from "../surfaces/cli/terminal/terminal.ts";

/** How much of what goes on is shown: with all figures, in a line for each, or not at all. */
export type Detail = "full" | "line" | "none";

export interface Density {
  /** So many deployments of the history. */
  readonly recent: number;
  readonly detail: Detail;
}

/** `try`: what to try, whatever it costs. `live`: what goes on. `auto`: both where there is room. */
export type Focus = "auto" | "try" | "live";

export interface FrameParts {
  /** What to try; lines end in `# comments`, which go where they are too wide. */
  readonly instructions: readonly string[];
  /** The one or two lines of them without which nobody gets on. */
  readonly brief: readonly string[];
  view(density: Density): readonly string[];
}

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Frame {
  readonly lines: readonly string[];
  /** Whether all that there is to try is shown. */
  readonly hasInstructions: boolean;
}

/** The roomiest arrangement that leaves the terminal's last row free; cut at the end where even the tightest is too high. */
export function composeFrame(parts: FrameParts, { columns, rows }: FrameSize, focus: Focus = "auto"): Frame {
  const limit = Math.max(1, rows - 1);
  const full = parts.instructions.flatMap((line) => fitted(line, columns));
  const short = parts.brief.flatMap((line) => fitted(line, columns));
  let frame: Frame = { lines: [], hasInstructions: false };
  for (const hasInstructions of focus === "auto" ? [true, false] : [focus === "try"]) {
    for (const lines of hasInstructions ? around(full, parts, focus) : beside(short, parts)) {
      frame = { lines, hasInstructions };
      if (lines.length <= limit) return frame;
    }
  }
  return { ...frame, lines: frame.lines.slice(0, limit) };
}

/** With all that there is to try. Where it is asked for it stays even if nothing else fits. */
function* around(full: readonly string[], { view }: FrameParts, focus: Focus): Iterable<readonly string[]> {
  for (const recent of [8, 6, 4, 2]) yield [...full, "", ...view({ recent, detail: "full" })];
  for (const recent of [6, 4, 2, 1]) yield withoutGaps([...full, ...view({ recent, detail: "full" })]);
  for (const recent of [4, 2, 1]) yield withoutGaps([...full, ...view({ recent, detail: "line" })]);
  if (focus === "try") yield withoutGaps([...full, ...view({ recent: 0, detail: "none" })]);
}

function* beside(short: readonly string[], { view }: FrameParts): Iterable<readonly string[]> {
  for (const recent of [6, 4, 2, 1]) yield withoutGaps([...short, ...view({ recent, detail: "full" })]);
  for (const recent of [4, 2, 1, 0]) yield withoutGaps([...short, ...view({ recent, detail: "line" })]);
  yield withoutGaps([...short, ...view({ recent: 0, detail: "none" })]);
}

function withoutGaps(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line !== "");
}

/** Without its comment where that is too wide; else broken between words, and only a word that is too long by itself within. */
function fitted(line: string, columns: number): readonly string[] {
  if (line.length <= columns) return [line];
  const bare = line.replace(/(?<=\S)\s+#\s.*$/u, "");
  const start = /^\s*/u.exec(bare)?.[0] ?? "";
  return wrap(bare.trimStart(), Math.max(1, columns - start.length)).map((part) => (start + part).slice(0, columns));
}
