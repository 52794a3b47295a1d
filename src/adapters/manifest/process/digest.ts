/** Digests: what a catalogue promises of a version, and how a definition is told from others. */

import { hash } from "node:crypto";
import { canonicalDefinition, canonicalVersion } from "../../../domain/desired/canonical.ts";
import type { Definition, JsonObject } from "../../../domain/desired/definition.ts";
import type { Digest, Hash, ListedDigest, VersionDigest } from "../../../domain/names.ts";

/** SHA-256 of a text as a digest. */
export const sha256: Hash = (text) => `sha256-${hash("sha256", text, "hex")}`;

/** The digest that a catalogue lists for a version whose file is this, with its definition inside and nothing of that left out. */
export function digestOfFile({ definition, ...about }: JsonObject): VersionDigest {
  return asVersionDigest(sha256(canonicalVersion(about, canonicalDefinition(definition as unknown as Definition))));
}

/** The name says what it covers, so that an older one is known for what it is. */
export function asVersionDigest(digest: Digest): VersionDigest {
  return `version-${digest}`;
}

/** Whether it covers the whole version, not its definition alone, as older releases wrote it. */
export function isOfVersion(digest: ListedDigest): digest is VersionDigest {
  return digest.startsWith("version-");
}
