/** Finds the first place at which a text stops being JSON, or nests too deep: `JSON.parse` alone does not say where. */

import { maxDepth } from "./limits.ts";

export interface JsonProblem {
  readonly code: "json/syntax" | "limit/depth";
  readonly offset: number;
  readonly message: string;
}

const whiteSpace = /[ \t\r\n]*/y;
const escapeToken = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const plainToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;

/** The first problem of a text, or null when it is JSON. */
export function jsonProblem(text: string): JsonProblem | null {
  return new Scanner(text).problem();
}

type Expected = "value" | "first-value" | "key" | "first-key" | "comma" | "end";

/** Without recursion: the depth of the text is not the depth of the stack. */
class Scanner {
  readonly #text: string;
  #at = 0;
  readonly #open: ("[" | "{")[] = [];
  #expected: Expected = "value";

  constructor(text: string) {
    this.#text = text;
  }

  problem(): JsonProblem | null {
    for (;;) {
      this.#skip(whiteSpace);
      if (this.#at >= this.#text.length) return this.#expected === "end" ? null : this.#syntax("the text ends too early");
      if (!this.#step()) return this.#syntax(this.#unexpected());
      if (this.#open.length > maxDepth)
        return { code: "limit/depth", offset: this.#at - 1, message: `more than ${maxDepth} levels inside each other` };
    }
  }

  #unexpected(): string {
    const sign = this.#text[this.#at];
    return sign === undefined ? "the text ends too early" : `unexpected ${JSON.stringify(sign)}`;
  }

  #syntax(message: string): JsonProblem {
    return { code: "json/syntax", offset: Math.min(this.#at, this.#text.length), message };
  }

  /** Takes the next token; false when it does not belong here. */
  #step(): boolean {
    switch (this.#expected) {
      case "value":
        return this.#value();
      case "first-value":
        return this.#close("]") || this.#value();
      case "key":
        return this.#key();
      case "first-key":
        return this.#close("}") || this.#key();
      case "comma":
        return this.#comma() || this.#close(this.#open.at(-1) === "[" ? "]" : "}");
      case "end":
        return false;
    }
  }

  #value(): boolean {
    const sign = this.#text[this.#at];
    if (sign === "[" || sign === "{") {
      this.#open.push(sign);
      this.#at += 1;
      this.#expected = sign === "[" ? "first-value" : "first-key";
      return true;
    }
    return (sign === '"' ? this.#string() : this.#skip(plainToken)) && this.#afterValue();
  }

  #key(): boolean {
    if (!this.#string()) return false;
    this.#skip(whiteSpace);
    return this.#take(":") && this.#expect("value");
  }

  /** By hand: a regular expression would need as much stack as the string is long. */
  #string(): boolean {
    if (!this.#take('"')) return false;
    for (let code = this.#text.charCodeAt(this.#at); code >= 0x20; code = this.#text.charCodeAt(this.#at)) {
      if (code === 0x22) return this.#take('"');
      if (code !== 0x5c) this.#at += 1;
      else if (!this.#skip(escapeToken)) return false;
    }
    return false;
  }

  #comma(): boolean {
    return this.#take(",") && this.#expect(this.#open.at(-1) === "[" ? "value" : "key");
  }

  #close(sign: "]" | "}"): boolean {
    if (!this.#take(sign)) return false;
    this.#open.pop();
    return this.#afterValue();
  }

  #afterValue(): true {
    return this.#expect(this.#open.length === 0 ? "end" : "comma");
  }

  #expect(expected: Expected): true {
    this.#expected = expected;
    return true;
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** Moves behind a token; false when it is not there. */
  #skip(token: RegExp): boolean {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return found[0].length > 0;
  }
}
