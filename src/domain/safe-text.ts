/** Names from a repository, printed so that they can neither be mistaken for something else nor command a terminal. */

const plain = /^[\w.-]+$/u;

/** Control characters that JSON leaves as they are, and those that change the direction of text. */
const invisible = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** The text itself when it is one plain word, else in quotes with everything odd escaped. Different texts stay different. */
export function plainOrQuoted(text: string): string {
  return plain.test(text) ? text : quoted(text);
}

/** In double quotes, as JSON, with everything invisible escaped. */
export function quoted(text: string): string {
  return escapeInvisible(JSON.stringify(text));
}

/** Escapes what would not be seen, in a text that is JSON already. */
export function escapeInvisible(json: string): string {
  return json.replaceAll(invisible, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Everything that a terminal would obey or not show, line breaks included. */
export // oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Foreign text on one line, with everything that a terminal would obey escaped. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    if (character === "\n") return " ";
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
