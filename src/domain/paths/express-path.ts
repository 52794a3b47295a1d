/**
 * From a path as Express 4 takes it to the regular expression that it stands for. The rules are those of path-to-regexp 0.1
 * (MIT), which Express 4 and with it Node-RED use; a property test holds them side by side. Pure.
 */

import { UnreadablePath } from "./unreadable-path.ts";

const tokens = /\\.|(\/)?(\.)?:(\w+)(\(.*?\))?(\*)?(\?)?|[.*]|\/\(/g;

/** Stands for the private prefix that goes before a path inside the engine. */
const prefix = "/~";

/** The source of the expression that must fit a whole path, in any case. @throws UnreadablePath. */
export function expressSource(path: string): string {
  const source = translated(prefix + path).slice(prefix.length);
  return source + (source.endsWith("/") ? "?" : "/?");
}

function translated(path: string): string {
  const before: Before = { text: "", at: 0 };
  return path.replaceAll(tokens, (...found: unknown[]) => {
    const token: Token = { match: String(found[0]), groups: found.slice(1, 7), offset: Number(found[7]) };
    const [first] = token.match;
    if (first === "\\") return remember(before, before.text + token.match, before.at + 2, token.match);
    if (token.match === ".") return remember(before, `${before.text}\\.`, before.at + 1, "\\.");
    return translatedOpen(path, before, token);
  });
}

interface Token {
  readonly match: string;
  /** Slash, dot, name, expression, star and question mark of a parameter. */
  readonly groups: readonly unknown[];
  readonly offset: number;
}

/** A star, an opening parenthesis or a parameter. */
function translatedOpen(path: string, before: Before, { match, groups, offset }: Token): string {
  const [slash, dot, , capture, star, optional] = groups;
  const text = slash === undefined && dot === undefined ? before.text + path.slice(before.at, offset) : "";
  const end = offset + match.length;
  if (match === "*") return remember(before, "", end, "(.*)");
  if (match === "/(") return remember(before, `${text}/`, end, "/(?:");
  const format = dot === undefined ? "" : "\\.";
  const result = parameter({ slash: slash === undefined ? "" : "/", format, capture, isRepeated: star !== undefined }, text);
  return remember(before, "", end, result + (optional === undefined ? "" : "?"));
}

/** What path-to-regexp keeps of the text before a parameter, with its own idea of where that text begins. */
interface Before {
  text: string;
  at: number;
}

function remember(before: Before, text: string, at: number, result: string): string {
  before.text = text;
  before.at = at;
  return result;
}

interface Parameter {
  readonly slash: string;
  readonly format: string;
  readonly capture: unknown;
  readonly isRepeated: boolean;
}

function parameter({ slash, format, capture, isRepeated }: Parameter, before: string): string {
  const own =
    typeof capture === "string"
      ? capture.replace(/\\.|\*/, (match) => (match === "*" ? "(.*)" : match))
      : `([^/${format}${stopper(before)}]+?)`;
  return `(?:${format}${slash}${own}${isRepeated ? `((?:[/${format}].+?)?)` : ""})`;
}

/**
 * A parameter ends before the text that stood before it: `(?!/|text).` in path-to-regexp. Text that begins with a slash, which ends
 * it anyway, says nothing, nor does text with the private prefix, which nobody can send; one character is a set. Anything else cannot
 * be matched in one pass.
 */
function stopper(before: string): string {
  const isFixed = !/[()[\]{}|*+?^$\\]/.test(before.replaceAll("\\.", ""));
  if (isFixed && (before === "" || before.startsWith("/") || before.includes(`${prefix.slice(1)}/`))) return "";
  if (isFixed && before.length === 1) return before === "-" ? "\\-" : before;
  throw new UnreadablePath(
    `"${before}" stands before a parameter in its segment; use one plain character, or a segment for each parameter`,
  );
}
