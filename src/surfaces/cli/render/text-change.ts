/** The lines of a text that changed, such as a function's, with a little around them. Bounded, whatever the texts are. */

import { structuredPatch } from "diff";
import type { TextChange } from "../../../domain/changes/describe.ts";
import type { Colors } from "../terminal/terminal.ts";
import { printable } from "../../../domain/safe-text.ts";

/** Longer texts are not compared: nobody reads them here. */
const longestText = 200_000;
/** More lines than these differ: then the texts have little in common. */
const mostEdits = 1_000;
const compareLimitMs = 250;
const linesAround = 2;

/** `@@`, ` same`, `- old`, `+ new`, at most so many lines of them. */
export function linesOf({ oldText, newText }: TextChange, most: number): readonly string[] {
  const all = compare(oldText, newText);
  if (all.length <= most) return all;
  return [...all.slice(0, most), `… and ${all.length - most} more lines`];
}

function compare(oldText: string, newText: string): readonly string[] {
  if (oldText.length + newText.length > longestText) return [tooMuch(oldText, newText)];
  const limits = { context: linesAround, maxEditLength: mostEdits, timeout: compareLimitMs };
  const patch = structuredPatch("", "", endOfLine(oldText), endOfLine(newText), "", "", limits);
  if (!patch) return [tooMuch(oldText, newText)];
  return patch.hunks.flatMap(({ newStart, lines }) => [
    `@@ line ${newStart}`,
    ...lines.map((line) => `${line.charAt(0)} ${printable(line.slice(1).replaceAll("\t", "  "))}`.trimEnd()),
  ]);
}

/** Whether the last line ends is not told: it changes nothing. */
function endOfLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function tooMuch(oldText: string, newText: string): string {
  return `… too much differs to be shown: ${countLines(oldText)} lines before, ${countLines(newText)} now`;
}

function countLines(text: string): number {
  return text.split("\n").length;
}

/** The lines in the colours that people know from git. */
export function paintLine(line: string, colors: Colors): string {
  if (line.startsWith("+")) return colors.green(line);
  if (line.startsWith("-")) return colors.red(line);
  return colors.dim(line);
}
