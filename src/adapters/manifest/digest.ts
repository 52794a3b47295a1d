/** Digests of definitions: what a catalogue promises and every reader checks. */

import { createHash } from "node:crypto";
import { canonicalDefinition } from "../../domain/canonical.ts";
import type { Definition } from "../../domain/definition.ts";
import type { Digest, Hash } from "../../domain/names.ts";

/** SHA-256 of a text as a digest. */
export const sha256: Hash = (text) => `sha256-${createHash("sha256").update(text, "utf8").digest("hex")}`;

/** The digest that a catalogue lists for a version with this definition. */
export function digestOf(definition: Definition): Digest {
  return sha256(canonicalDefinition(definition));
}
