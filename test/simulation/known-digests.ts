/** Digests that are taken once in a process: all worlds hash the same few texts and definitions. */

import { sha256 as taken } from "../../src/adapters/manifest/process/digest.ts";
import { canonicalDefinition } from "../../src/domain/desired/canonical.ts";
import type { Definition } from "../../src/domain/desired/definition.ts";
import type { Digest, Hash } from "../../src/domain/names.ts";

const mostTexts = 10_000;
const ofTexts = new Map<string, Digest>();
const ofDefinitions = new WeakMap<Definition, Digest>();

export const sha256: Hash = (text) => {
  const known = ofTexts.get(text);
  if (known !== undefined) return known;
  if (ofTexts.size >= mostTexts) ofTexts.clear();
  const digest = taken(text);
  ofTexts.set(text, digest);
  return digest;
};

export function digestOf(definition: Definition): Digest {
  const digest = ofDefinitions.get(definition) ?? sha256(canonicalDefinition(definition));
  ofDefinitions.set(definition, digest);
  return digest;
}
