/** Draws a picture over the one before on a terminal, in place: no alternate screen, so that what was there stays. */

import { visibleLength } from "./terminal.ts";
import { cutTo } from "./table.ts";
import type { CliWorld } from "./world.ts";

export interface LiveScreen {
  /** What does not fit the terminal is cut. */
  draw(lines: readonly string[]): void;
  /** Gives the cursor back, below the last picture. */
  close(): void;
}

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
/** The terminal shows all that is written between these at once; one that does not know them leaves them aside. */
const [beginUpdate, endUpdate] = ["\u001B[?2026h", "\u001B[?2026l"];
/** A line that is too wide after all, as by characters of double width, is cut by the terminal instead of broken. */
const [noWrap, wrapAgain] = ["\u001B[?7l", "\u001B[?7h"];
/** From the cursor on. After a line that is as wide as the terminal the cursor stands on its last character. */
const clearLine = "\u001B[K";
const clearBelow = "\u001B[J";
const defaultColumns = 80;
const defaultRows = 24;

/** Line by line, and never cleared first: that would flicker. */
export function openLiveScreen(world: Pick<CliWorld, "stdout" | "columns" | "rows">): LiveScreen {
  let drawn: readonly string[] = [];
  const size = () => ({ columns: world.columns ?? defaultColumns, rows: world.rows ?? defaultRows });
  world.stdout.write(hideCursor);
  return {
    draw(lines) {
      const { columns, rows } = size();
      const next = fitHeight(lines, rows - 1).map((line) => cutTo(line, columns));
      const picture = next.map((line) => `${line}${visibleLength(line) < columns ? clearLine : ""}\n`).join("");
      world.stdout.write(`${beginUpdate}${noWrap}${wayBack(drawn, size())}${picture}${clearBelow}${wrapAgain}${endUpdate}`);
      drawn = next;
    },
    close: () => void world.stdout.write(showCursor),
  };
}

/** To the first line of the picture before. A terminal that was made narrower since has broken its long lines in several. */
function wayBack(drawn: readonly string[], { columns, rows }: { readonly columns: number; readonly rows: number }): string {
  const height = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(visibleLength(line) / columns)), 0);
  const up = Math.min(height, rows - 1);
  return up > 0 ? `\r\u001B[${up}A` : "\r";
}

function fitHeight(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = Math.max(0, rows - 1);
  return [...lines.slice(0, shown), `… ${lines.length - shown} more lines`];
}
