/** How the remote is entered, asked anew before every use: tokens, passwords and certificates are replaced while Pinion runs. */

import { authoritiesFor } from "./authorities.ts";
import type { Authorities } from "./authorities.ts";
import { gitEnvironment } from "./git-environment.ts";
import type { GitEnvironment } from "./git-environment.ts";
import { createRedact } from "./redact.ts";
import type { Redact } from "./redact.ts";
import { parseRemote } from "./remote.ts";
import type { GitAuth, Remote } from "./remote.ts";

export interface AccessOptions {
  readonly url: string;
  /** As it is, or how it is looked up. */
  readonly auth?: GitAuth | (() => Promise<GitAuth | null>);
  readonly allowFile?: boolean;
  /** The mirror. */
  readonly directory: string;
  readonly timeoutMs: number;
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

export interface Access {
  /** As it is written, free of credentials. */
  readonly remote: Remote;
  /** For git's children that touch the mirror only: without credentials. */
  readonly environment: GitEnvironment;
  /** With the credentials of now. @throws `secret/missing`. */
  enter(): Promise<Remote>;
  /** For git's children that talk to the remote. `address` is where the remote is really reached. @throws `secret/missing`. */
  environmentAt(address: string): Promise<GitEnvironment>;
  /** Those that poll and fetch alike trust; null: the remote needs none. */
  authorities(): Authorities | null;
  /** Hides every secret that was ever in use. */
  readonly redact: Redact;
}

/** @throws `git/protocol-not-allowed`. */
export function createAccess(options: AccessOptions): Access {
  const { url, auth, allowFile = false } = options;
  const known = typeof auth === "function" ? undefined : auth;
  const remote = parseRemote({ url, allowFile, ...(known && { auth: known }) });
  const secrets = new Set<string>(remote.kind === "http" ? remote.secrets : []);
  let redact = createRedact([...secrets]);
  const authorities = (): Authorities | null => (remote.kind === "http" ? authoritiesFor(options.inherited, options.directory) : null);

  async function enter(): Promise<Remote> {
    if (typeof auth !== "function") return remote;
    const now = await auth();
    const entered = parseRemote({ url, allowFile, ...(now && { auth: now }) });
    if (entered.kind === "http") for (const secret of entered.secrets) secrets.add(secret);
    redact = createRedact([...secrets]);
    return entered;
  }

  return {
    remote,
    environment: gitEnvironment({ ...options, remote: withoutCredentials(remote), address: remote.url, authorities: null }),
    enter,
    environmentAt: async (address) => gitEnvironment({ ...options, remote: await enter(), address, authorities: authorities() }),
    authorities,
    redact: (text) => redact(text),
  };
}

function withoutCredentials(remote: Remote): Remote {
  return remote.kind === "http" ? { ...remote, authorization: null } : remote;
}
