/** What a terminal of some height shows of the demo: the instructions stay in sight, and what matters least goes first. */

/** How much of what goes on is shown: with all figures, in a line for each, or not at all. */
export type Detail = "full" | "line" | "none";

export interface Density {
  /** So many deployments of the history. */
  readonly recent: number;
  readonly detail: Detail;
}

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

/** The roomiest arrangement that leaves the terminal's last row free; cut at the end where even the tightest is too high. */
export function composeFrame(parts: FrameParts, { columns, rows }: FrameSize): readonly string[] {
  const limit = Math.max(1, rows - 1);
  let frame: readonly string[] = [];
  for (const arrangement of arrangements(parts, columns)) {
    frame = arrangement;
    if (frame.length <= limit) return frame;
  }
  return frame.slice(0, limit);
}

function* arrangements({ instructions, brief, view }: FrameParts, columns: number): Iterable<readonly string[]> {
  const full = instructions.map((line) => fitted(line, columns));
  const short = brief.map((line) => fitted(line, columns));
  for (const recent of [8, 6, 4, 2]) yield [...full, "", ...view({ recent, detail: "full" })];
  for (const recent of [6, 4, 2, 1]) yield withoutGaps([...full, ...view({ recent, detail: "full" })]);
  for (const recent of [4, 2, 1]) yield withoutGaps([...full, ...view({ recent, detail: "line" })]);
  for (const recent of [6, 4, 2, 1]) yield withoutGaps([...short, ...view({ recent, detail: "full" })]);
  for (const recent of [4, 2, 1, 0]) yield withoutGaps([...short, ...view({ recent, detail: "line" })]);
  yield withoutGaps([...short, ...view({ recent: 0, detail: "none" })]);
}

function withoutGaps(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line !== "");
}

/** A line that is nothing but a comment stays. */
function fitted(line: string, columns: number): string {
  if (line.length <= columns) return line;
  return line.replace(/(?<=\S)\s+#\s.*$/u, "").slice(0, columns);
}
