/** How text reaches the terminal: with colour or without, as wide as it is, and with nothing in it that commands it. */

import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import type { CliWorld } from "./world.ts";

export type Colors = ReturnType<typeof pc.createColors>;

/** NO_COLOR and FORCE_COLOR decide where they are set; else colour is for terminals that know it. */
export function wantsColor({ env, isTerminal }: Pick<CliWorld, "env" | "isTerminal">): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  if (no !== undefined && no !== "") return false;
  return isTerminal && term !== "dumb";
}

export function colorsFor(world: Pick<CliWorld, "env" | "isTerminal">): Colors {
  return pc.createColors(wantsColor(world));
}

/** Wraps words to a width, colours not counted; a word that is longer stands alone. Null: one line. */
export function wrap(text: string, width: number | null): readonly string[] {
  if (width === null || visibleLength(text) <= width) return [text];
  const lines: string[] = [];
  let [line, length] = ["", 0];
  for (const word of text.split(" ")) {
    const own = visibleLength(word);
    if (line !== "" && length + 1 + own > width) {
      lines.push(line);
      line = word;
      length = own;
    } else {
      length = line === "" ? own : length + 1 + own;
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** The same, with what follows the first line set in further than the text itself is. */
export function hanging(text: string, { start, width }: { readonly start: string; readonly width: number | null }): readonly string[] {
  if (width === null || visibleLength(start + text) <= width) return [start + text];
  const indent = start + (/^ */u.exec(text)?.[0] ?? "");
  const [first = "", ...rest] = wrap(text.trimStart(), width - indent.length - 2);
  return [indent + first, ...rest.map((line) => `${indent}  ${line}`)];
}

const plain = /^[ -~]*$/u;

/** How many columns a text takes, colours not counted. */
export function visibleLength(text: string): number {
  if (plain.test(text)) return text.length;
  return Array.from(stripVTControlCharacters(text)).length;
}
