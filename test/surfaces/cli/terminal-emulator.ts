/** A terminal that understands what the live screen says to it, and nothing else. */

export interface Terminal {
  write(text: string): void;
  /** What can be seen, from the top, without spaces at the ends. */
  screen(): readonly string[];
  isCursorShown(): boolean;
}

// oxlint-disable-next-line no-control-regex
const tokens = /\u001b\[(?<parameter>\??\d*(?:;\d+)*)(?<command>[A-Za-z])|[\s\S]/gu;

export function createTerminal({ columns, rows }: { readonly columns: number; readonly rows: number }): Terminal {
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => " "));
  let [x, y, isWrapping, isCursorShown] = [0, 0, true, true];
  const blank = () => Array.from({ length: columns }, () => " ");
  const lineFeed = () => {
    y += 1;
    if (y < rows) return;
    y = rows - 1;
    grid.shift();
    grid.push(blank());
  };
  const put = (character: string) => {
    if (x >= columns && isWrapping) {
      x = 0;
      lineFeed();
    }
    const row = grid[y];
    if (row && x < columns) row[x] = character;
    x += x < columns ? 1 : 0;
  };
  const clearLineFrom = (row: string[] | undefined, from: number) => row?.fill(" ", from);
  const obey = (command: string, parameter: string) => {
    if (command === "A") y = Math.max(0, y - Number(parameter || 1));
    else if (command === "K") clearLineFrom(grid[y], Math.min(x, columns - 1));
    else if (command === "J") {
      clearLineFrom(grid[y], x);
      for (const row of grid.slice(y + 1)) clearLineFrom(row, 0);
    } else if (parameter === "?7") isWrapping = command === "h";
    else if (parameter === "?25") isCursorShown = command === "h";
    else if (command !== "m" && parameter !== "?2026") throw new Error(`the terminal does not know ${parameter}${command}`);
  };
  return {
    write(text) {
      for (const { 0: token, groups } of text.matchAll(tokens)) {
        if (groups?.["command"] !== undefined) obey(groups["command"], groups["parameter"] ?? "");
        else if (token === "\r") x = 0;
        else if (token === "\n") {
          x = 0;
          lineFeed();
        } else put(token);
      }
    },
    screen: () => grid.map((row) => row.join("").trimEnd()),
    isCursorShown: () => isCursorShown,
  };
}
