/** Cuts YAML into concrete syntax while counting what it asks for, so that a hostile file is refused before a document is built. */

import { type CST, Lexer, Parser } from "yaml";
import { shortened } from "./findings.ts";
import { maxAliases, maxDepth, maxLines, maxTokens } from "./limits.ts";
import type { Slices } from "../../../domain/slices.ts";

export interface Refusal {
  readonly code: "limit/depth" | "limit/aliases" | "limit/tokens" | "limit/lines" | "yaml/multiple-documents" | "yaml/directive";
  readonly offset: number;
  readonly message: string;
}

export type Tokens =
  | { readonly kind: "tokens"; readonly tokens: readonly CST.Token[] }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Before the text of a scalar the lexer says so: what follows is no sign, whatever it looks like. */
const scalarFollows = "\u001f";

/** Lexemes taken without a pause. */
const lexemesAtOnce = 256;

/** The concrete syntax of one document. `onNewLine` is told where every line begins. */
export function* tokenize(text: string, onNewLine: (offset: number) => void): Slices<Tokens> {
  const tooLong = tooManyLines(text);
  if (tooLong !== null) return { kind: "refused", refusal: tooLong };
  onNewLine(0);
  const parser = new Parser(onNewLine);
  const deploymentCount = new Tally();
  const tokens: CST.Token[] = [];
  let previous = "";
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count % lexemesAtOnce === 0) yield;
    const offset = parser.offset;
    for (const token of parser.next(lexeme)) tokens.push(token);
    const refusal = deploymentCount.count(previous === scalarFollows ? "" : lexeme, offset, parser.stack.length) ?? refusedDocument(tokens);
    if (refusal !== null) return { kind: "refused", refusal };
    previous = lexeme;
  }
  for (const token of parser.end()) tokens.push(token);
  const refusal = refusedDocument(tokens);
  return refusal === null ? { kind: "tokens", tokens } : { kind: "refused", refusal };
}

function tooManyLines(text: string): Refusal | null {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    lines += 1;
    if (lines > maxLines) return { code: "limit/lines", offset: at + 1, message: `the file has more than ${maxLines} lines` };
  }
  return null;
}

/** Lexemes that open a list or a mapping: each makes a node of its own. */
const opening = new Set(["[", "{", "-", "?"]);

class Tally {
  #tokens = 0;
  #aliases = 0;
  #firstAlias = 0;

  /** The limit that this lexeme breaks, or null. */
  count(lexeme: string, offset: number, depth: number): Refusal | null {
    this.#tokens += opening.has(lexeme) ? 3 : 1;
    if (this.#tokens > maxTokens) return { code: "limit/tokens", offset, message: `the file contains more than ${maxTokens} tokens` };
    // The document itself is the lowest on the stack; a scalar under way is the highest.
    if (depth > maxDepth + 2) return { code: "limit/depth", offset, message: `more than ${maxDepth} levels inside each other` };
    return lexeme.startsWith("*") ? this.#countAlias(offset) : null;
  }

  #countAlias(offset: number): Refusal | null {
    this.#aliases += 1;
    if (this.#aliases === 1) this.#firstAlias = offset;
    if (this.#aliases <= maxAliases) return null;
    return { code: "limit/aliases", offset: this.#firstAlias, message: `more than ${maxAliases} aliases in one file` };
  }
}

/** Looks at the newest tokens only: a stream has one document, and no directives. */
function refusedDocument(tokens: readonly CST.Token[]): Refusal | null {
  const last = tokens.at(-1);
  if (last?.type === "directive")
    return { code: "yaml/directive", offset: last.offset, message: `the directive ${shortened(last.source.trim())} is not allowed` };
  if (last?.type !== "document") return null;
  const earlier = tokens.slice(0, -1).some((token) => token.type === "document");
  return earlier ? { code: "yaml/multiple-documents", offset: last.offset, message: "a second document begins here" } : null;
}
