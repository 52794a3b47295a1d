/** Draws lines over the ones drawn before on a terminal; elsewhere prints each line that is new. */

import { stripVTControlCharacters } from "node:util";

export interface Screen {
  draw(lines: readonly string[]): void;
  /** A line that stays, above what is drawn. */
  print(line: string): void;
}

export interface ScreenOutput {
  write(text: string): unknown;
}

/** How wide the terminal is now; null: it is none. */
export type Columns = () => number | null;

const clearLine = "\u001B[K";
const clearToEnd = "\u001B[0J";

export function createScreen(output: ScreenOutput, columns: Columns): Screen {
  return columns() === null ? createLog(output) : createTerminal(output, columns);
}

/** Line by line, and nothing is cleared at once: that would flicker, and fill the history of some terminals with old pictures. */
function createTerminal(output: ScreenOutput, columns: Columns): Screen {
  let drawn: readonly string[] = [];
  const back = () => {
    const height = drawn.reduce((rows, line) => rows + rowsOf(line, columns() ?? Infinity), 0);
    return height > 0 ? `\u001B[${height}A\r` : "";
  };
  return {
    draw(lines) {
      output.write(`${back()}${lines.map((line) => `${line}${clearLine}\n`).join("")}${clearToEnd}`);
      drawn = lines;
    },
    print(line) {
      output.write(`${back()}${line}${clearLine}\n${clearToEnd}`);
      drawn = [];
    },
  };
}

/** A terminal that was made narrower since has broken long lines in several. */
function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
}

function createLog(output: ScreenOutput): Screen {
  let before = new Set<string>();
  return {
    draw(lines) {
      for (const line of lines) if (line !== "" && !before.has(line)) output.write(`${line}\n`);
      before = new Set(lines);
    },
    print: (line) => void output.write(`${line}\n`),
  };
}
