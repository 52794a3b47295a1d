import type { SecretReference } from "../domain/desired/environment.ts";
import type { EnvironmentName } from "../domain/names.ts";

/** Looks secrets up where pinion.yaml, or an environment's file, says they are. Each time anew. */
export interface Secrets {
  /**
   * `environment` is that of the repository's file which names the secret, and is left out for what pinion.yaml names.
   * @throws `secret/missing`, `secret/not-allowed`, naming the reference and never a value.
   */
  resolve(reference: SecretReference, environment?: EnvironmentName): Promise<string>;
}
