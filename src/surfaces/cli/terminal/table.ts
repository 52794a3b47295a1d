/** Columns of text that line up, whatever colours are in them. */

import { visibleLength, wrap } from "./terminal.ts";

export interface TableOptions {
  /** Null: as wide as it comes. */
  readonly width: number | null;
  readonly indent: string;
  /** Titles of the columns. */
  readonly head?: readonly string[];
  /** Where not even the columns before the last one fit, they go below each other. */
  readonly breaks?: boolean;
}

const gap = "  ";
/** With less than this left for the last column, it goes on lines of its own. */
const narrowest = 24;

/**
 * Lines of the table, the head first. The last column is wrapped to what is left of the width, or below its row where
 * hardly anything is left.
 */
export function renderTable(
  rows: readonly (readonly string[])[],
  { width, indent, head, breaks = false }: TableOptions,
): readonly string[] {
  const all = head === undefined ? rows : [head, ...rows];
  const columns = Math.max(0, ...all.map((row) => row.length)) - 1;
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...all.map((row) => visibleLength(row[column] ?? ""))));
  const before = widths.reduce((sum, each) => sum + each + gap.length, indent.length);
  const left = width === null ? null : width - before;
  return all.flatMap((row) => {
    const cells = widths.map((each, column) => pad(row[column] ?? "", each));
    const last = row[columns] ?? "";
    if (left === null || left >= narrowest || columns === 0) return beside(indent, cells, wrap(last, left));
    const room = (width ?? 0) - indent.length - gap.length;
    return below({ indent, cells, room: breaks ? room : Infinity }, row === head ? [] : wrap(last, Math.max(narrowest, room)));
  });
}

function beside(indent: string, cells: readonly string[], [first = "", ...others]: readonly string[]): readonly string[] {
  const start = indent + [...cells, ""].join(gap);
  return [
    (cells.length === 0 ? indent + first : start + first).trimEnd(),
    ...others.map((line) => " ".repeat(visibleLength(start)) + line),
  ];
}

interface Narrow {
  readonly indent: string;
  readonly cells: readonly string[];
  readonly room: number;
}

/** Cells that do not fit beside each other go below each other, too. */
function below({ indent, cells, room }: Narrow, last: readonly string[]): readonly string[] {
  const rows: string[] = [];
  for (const cell of cells) {
    const before = rows.at(-1);
    const isBeside = before !== undefined && visibleLength(before + gap + cell.trimEnd()) <= room + gap.length;
    if (isBeside) rows[rows.length - 1] = before + gap + cell;
    else rows.push(before === undefined ? cell : gap + cell);
  }
  const shown = last.filter((line) => line !== "").map((line) => gap + line);
  return [...rows, ...shown].map((line) => (indent + line).trimEnd());
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

// oxlint-disable-next-line no-control-regex
const pieces = /\u001b\[[0-9;]*m|[^\u001b]/gu;

/** A line cut to a width, its colours ended where it is cut. */
export function cutTo(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let left = Math.max(0, width - 1);
  const kept = Array.from(text.matchAll(pieces), ([piece]) => piece).filter((piece) => piece.startsWith("\u001b") || left-- > 0);
  return width < 1 ? "" : `${kept.join("")}…`;
}
