/** What a terminal of some height shows of the demo: the instructions stay in sight, and what matters least goes first. */

export interface FrameParts {
  /** What to try; lines end in `# comments`, which go where they are too wide. */
  readonly instructions: readonly string[];
  /** The one or two lines of them without which nobody gets on. */
  readonly brief: readonly string[];
  /** The live view with so many deployments of the history. */
  view(recent: number): readonly string[];
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
  for (const recent of [8, 6, 4, 2]) yield [...full, "", ...view(recent)];
  for (const recent of [6, 4, 2, 1]) yield withoutGaps([...full, ...view(recent)]);
  for (const recent of [6, 4, 2, 1, 0]) yield withoutGaps([...short, ...view(recent)]);
}

function withoutGaps(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line !== "");
}

function fitted(line: string, columns: number): string {
  if (line.length <= columns) return line;
  return line.replace(/\s+#\s.*$/, "").slice(0, columns);
}
