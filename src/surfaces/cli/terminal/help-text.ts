/** Help texts, filled anew for the terminal that they are read in. */

import { visibleLength, wrap } from "./terminal.ts";

/** Paragraphs are wrapped; of what is indented, such as options and examples, only commands that are too long. Null: as it is. */
export function refilled(text: string, width: number | null): string {
  if (width === null) return text;
  const filled = text.replaceAll(/^\S.*(?:\n\S.*)*$/gmu, (paragraph) => wrap(paragraph.replaceAll("\n", " "), width).join("\n"));
  return filled.replaceAll(/^ {2}[a-z].*$/gmu, (line) => (visibleLength(line) > width ? example(line, width).join("\n") : line));
}

/** What it is for stands above the command, which can be copied whole. */
function example(line: string, width: number): readonly string[] {
  const [, command = "", comment] = /^ {2}(\S.*?)(?: {3,}(\S.*))?$/u.exec(line) ?? [];
  const above = comment === undefined ? [] : wrap(comment.replace(/^# /u, ""), width - 4).map((part) => `  # ${part}`);
  return [...above, ...continued(command, width)];
}

/** As a shell takes a command on several lines. */
function continued(command: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/gu) ?? []) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || longer.length <= width - 6) {
      line = longer;
    } else {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    }
  }
  return [...lines, line].map((part) => `  ${part}`);
}
