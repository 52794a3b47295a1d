/** Parses JSON of strangers: lists in lists in lists cost half a second a megabyte, and nothing that is asked for looks so. */

/** Far more than any answer has. */
const mostLevels = 1_000;
const [quote, backslash, brace, endBrace, bracket, endBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d] as const;

/** @throws Error when it is not JSON, or lists and objects are too deep inside each other. */
export function parseShallowJson(text: string): unknown {
  if (isDeep(text)) throw new SyntaxError(`it has more than ${mostLevels} lists and objects inside each other`);
  return JSON.parse(text);
}

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth <= mostLevels; at++) {
    const sign = text.charCodeAt(at);
    if (sign === quote) at = endOfString(text, at);
    else if (sign === brace || sign === bracket) depth += 1;
    else if (sign === endBrace || sign === endBracket) depth -= 1;
  }
  return depth > mostLevels;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
