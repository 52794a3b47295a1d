/** References to secrets, as environment.yaml and pinion.yaml write them. */

import type { SecretReference } from "../../../domain/desired/environment.ts";
import type { SecretReferenceItem } from "../../../generated/environment.ts";

/** A reference of which the schema has checked that it is one of the two. */
export function toSecretReference(reference: SecretReferenceItem): SecretReference {
  return reference.env === undefined ? { kind: "file", path: reference.file ?? "" } : { kind: "env", name: reference.env };
}
