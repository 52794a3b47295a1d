/** Sets of the characters that a path can hold: ASCII, and one place for everything beyond it. Pure. */

/** One bit for each ASCII character; bit 128 stands for all others. */
export type CharSet = bigint;

/** How many kinds of characters are told apart. */
export const alphabetSize = 129;
const everything = (1n << BigInt(alphabetSize)) - 1n;

/** The bit of a character. */
export function indexOf(code: number): number {
  return code < 128 ? code : 128;
}

/** One character in both of its cases, since Express does not tell them apart. */
export function charSet(character: string): CharSet {
  return bit(character.toLowerCase()) | bit(character.toUpperCase());
}

/** From one character to another, in both cases. */
export function rangeSet(from: string, to: string): CharSet {
  let set = 0n;
  for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) set |= charSet(String.fromCharCode(code));
  return set;
}

/** Every character but these. */
export function complement(set: CharSet): CharSet {
  return everything & ~set;
}

/** Whether the character at an index is in the set. */
export function holds(set: CharSet, index: number): boolean {
  return ((set >> BigInt(index)) & 1n) === 1n;
}

const digits = rangeSet("0", "9");
const words = digits | rangeSet("a", "z") | charSet("_");
const spaces = [" ", "\t", "\n", "\v", "\f", "\r"].reduce((set, character) => set | charSet(character), 0n);

/** What `\d`, `\W` and the like stand for, by letter. */
export const namedSets: ReadonlyMap<string, CharSet> = new Map([
  ["d", digits],
  ["w", words],
  ["s", spaces],
  ["D", complement(digits)],
  ["W", complement(words)],
  ["S", complement(spaces)],
]);

/** What `.` stands for. */
export const anyCharacter: CharSet = complement(charSet("\n") | charSet("\r"));

function bit(character: string): CharSet {
  return 1n << BigInt(indexOf(character.charCodeAt(0)));
}
