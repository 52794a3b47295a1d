/** Draws lines over the ones drawn before on a terminal; elsewhere prints each line that is new. */

export interface Screen {
  draw(lines: readonly string[]): void;
  /** A line that stays, above what is drawn. */
  print(line: string): void;
}

export interface ScreenOutput {
  write(text: string): unknown;
}

const clearToEnd = "\u001B[0J";

export function createScreen(output: ScreenOutput, isTerminal: boolean): Screen {
  return isTerminal ? createTerminal(output) : createLog(output);
}

function createTerminal(output: ScreenOutput): Screen {
  let height = 0;
  const back = () => (height > 0 ? `\u001B[${height}A\r${clearToEnd}` : "");
  return {
    draw(lines) {
      output.write(`${back()}${lines.map((line) => `${line}\n`).join("")}`);
      height = lines.length;
    },
    print(line) {
      output.write(`${back()}${line}\n`);
      height = 0;
    },
  };
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
