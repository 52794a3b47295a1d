/** Columns of text that line up, whatever colours are in them. */

import { stripVTControlCharacters } from "node:util";
import { wrap } from "./terminal.ts";

export interface TableOptions {
  /** Null: as wide as it comes. */
  readonly width: number | null;
  readonly indent: string;
}

const gap = "  ";
/** The last column gets at least so much, however narrow the terminal is. */
const narrowest = 24;

/** Lines of the table. The last column is wrapped to what is left of the width, so it must be without colour. */
export function renderTable(rows: readonly (readonly string[])[], { width, indent }: TableOptions): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))));
  const before = widths.reduce((sum, each) => sum + each + gap.length, indent.length);
  const left = width === null ? null : Math.max(narrowest, width - before);
  return rows.flatMap((row) => {
    const cells = widths.map((each, column) => pad(row[column] ?? "", each));
    const [first = "", ...others] = wrap(row[columns] ?? "", left);
    return [[indent + cells.join(gap), first].join(gap).trimEnd(), ...others.map((line) => " ".repeat(before) + line)];
  });
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

/** How many columns a text takes, colours not counted. */
export function visibleLength(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
