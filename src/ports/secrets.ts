import type { SecretReference } from "../domain/environment.ts";

/** Looks secrets up where an environment says they are. */
export interface Secrets {
  /** @throws `secret/missing`, naming the reference and never a value. */
  resolve(reference: SecretReference): Promise<string>;
}
