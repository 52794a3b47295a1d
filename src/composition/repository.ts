/** The config repository of pinion.yaml, with its credentials looked up. */

import { createGitRepository, type GitRepository } from "../adapters/git/repository.ts";
import type { GitAuth } from "../adapters/git/transport/remote.ts";
import type { RepositoryAuth, RepositoryConfig } from "../domain/config/config.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";

export interface RepositoryParts {
  readonly config: RepositoryConfig;
  /** Of the mirror. */
  readonly directory: string;
  readonly secrets: Secrets;
  readonly log: Log;
}

/** @throws `secret/missing`, `git/protocol-not-allowed`. */
export async function openRepository({ config, directory, secrets, log }: RepositoryParts): Promise<GitRepository> {
  const { url, branch, allowFile, timeoutMs } = config;
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const auth = (): Promise<GitAuth | null> => resolveAuth(config.auth, secrets);
  await auth();
  return createGitRepository({ url, branch, directory, allowFile, timeoutMs, log, auth });
}

async function resolveAuth(auth: RepositoryAuth, secrets: Secrets): Promise<GitAuth | null> {
  switch (auth.kind) {
    case "none":
      return null;
    case "token": {
      const token = await secrets.resolve(auth.token);
      return { kind: "token", token, ...(auth.username === null ? {} : { username: auth.username }) };
    }
    case "password":
      return { kind: "basic", username: auth.username, password: await secrets.resolve(auth.password) };
    case "ssh":
      return { kind: "ssh-key", keyFile: auth.keyFile, ...(auth.knownHosts === null ? {} : { knownHosts: auth.knownHosts }) };
  }
}
