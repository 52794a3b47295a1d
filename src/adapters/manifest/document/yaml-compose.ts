/** Makes a document of YAML's concrete syntax, and stops at a file that is all errors: a hundred thousand of them take seconds to collect. */

import { Composer, type CST, type Document, type YAMLError } from "yaml";
import { maxParserErrors } from "./limits.ts";

export interface Composed {
  /** Undefined when there is none, or when the work was stopped. */
  readonly document: Document.Parsed | undefined;
  /** Errors and warnings of the parser, in the order in which they were met. */
  readonly problems: readonly YAMLError[];
}

/** What `Composer` keeps to itself. */
interface Collector {
  onError: (...problem: readonly unknown[]) => void;
  readonly errors: readonly YAMLError[];
  readonly warnings: readonly YAMLError[];
}

/** Composes one document; `end` is the length of its text. */
export function compose(tokens: readonly CST.Token[], end: number): Composed {
  const composer = new Composer({ uniqueKeys: false, version: "1.2", schema: "core", strict: true });
  const collector = composer as unknown as Collector;
  const collect = collector.onError;
  let count = 0;
  collector.onError = (...problem) => {
    collect(...problem);
    count += 1;
    if (count >= maxParserErrors) throw new TooManyErrors();
  };
  try {
    const [document] = composer.compose(withFewErrors(tokens), true, end);
    return { document, problems: document === undefined ? [] : [...document.errors, ...document.warnings] };
  } catch (error) {
    if (error instanceof TooManyErrors) return { document: undefined, problems: [...collector.errors, ...collector.warnings] };
    throw error;
  }
}

class TooManyErrors extends Error {}

/** What the concrete syntax could not make sense of stands among its tokens. */
function withFewErrors(tokens: readonly CST.Token[]): readonly CST.Token[] {
  let errors = 0;
  return tokens.filter((token) => {
    if (token.type === "error") errors += 1;
    return token.type !== "error" || errors <= maxParserErrors;
  });
}
