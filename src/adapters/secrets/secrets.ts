/** Secrets from the controller's environment variables and files. */

import { readFile } from "node:fs/promises";
import type { SecretReference } from "../../domain/environment.ts";
import { PinionError } from "../../domain/errors.ts";
import type { Secrets } from "../../ports/secrets.ts";

export function createSecrets(environment: Readonly<Record<string, string | undefined>>): Secrets {
  return {
    async resolve(reference) {
      const value = reference.kind === "env" ? environment[reference.name] : await readSecret(reference.path);
      if (value === undefined || value === "") throw new PinionError("secret/missing", `${describe(reference)} is not set`);
      return value;
    },
  };
}

/** Without the line break that editors and mounted secrets end with. */
async function readSecret(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.replace(/\r?\n$/, ""),
    () => undefined,
  );
}

function describe(reference: SecretReference): string {
  return reference.kind === "env" ? `environment variable ${reference.name}` : `secret file ${reference.path}`;
}
