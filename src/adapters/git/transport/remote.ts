/** Where the config repository is and how to get in: parsed and judged before any git runs. */

import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { PinionError } from "../../../domain/errors.ts";

/** Credentials with their values resolved. */
export type GitAuth =
  /** Sent as the password of `username`, which most forges ignore; `x-access-token` by default. */
  | { readonly kind: "token"; readonly token: string; readonly username?: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  /** Paths of files. Without `knownHosts` the user's own hold, and the first key seen of a new host is remembered and must stay. */
  | { readonly kind: "ssh-key"; readonly keyFile: string; readonly knownHosts?: string };

/** A remote that may be used. `url` holds no secret. */
export type Remote =
  | { readonly kind: "http"; readonly url: string; readonly authorization: string | null; readonly secrets: readonly string[] }
  | { readonly kind: "ssh"; readonly url: string; readonly key: { readonly file: string; readonly knownHosts: string | null } | null }
  | { readonly kind: "file"; readonly url: string };

export interface RemoteOptions {
  readonly url: string;
  readonly auth?: GitAuth;
  readonly allowFile?: boolean;
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const scpLike = /^(?:([^@/:\s]+)@)?([^/:\s]+):(?!\/\/)(.+)$/;
const safeHost = /^[A-Za-z0-9[][A-Za-z0-9.:_[\]-]*$/;
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\u0000-\u001f\u007f]/;

/** @throws `git/protocol-not-allowed` for every transport but http(s), ssh and, when allowed, file. */
export function parseRemote(options: RemoteOptions): Remote {
  try {
    return remoteOf(options);
  } catch (error) {
    if (error instanceof PinionError) throw error;
    throw refused("the repository URL is not an address that can be read");
  }
}

function remoteOf({ url, auth, allowFile = false }: RemoteOptions): Remote {
  if (url === "" || controlCharacters.test(url)) throw refused("the repository URL is empty or has control characters");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case "http":
    case "https":
      return httpRemote(new URL(url), auth);
    case "ssh":
      return sshRemote(new URL(url), auth);
    case "file":
      return fileRemote(fileURLToPath(url), allowFile);
    case undefined:
      return schemelessRemote(url, auth, allowFile);
    default:
      throw refused(`the transport ${scheme}:// is not allowed`);
  }
}

function schemelessRemote(url: string, auth: GitAuth | undefined, allowFile: boolean): Remote {
  if (/^[A-Za-z0-9]+::/.test(url)) throw refused("transport helpers (name::address) are not allowed");
  const scp = scpLike.exec(url);
  if (!scp) return fileRemote(url, allowFile);
  const [, user, host = ""] = scp;
  return checkedSsh(url, { host, user: user ?? "" }, auth);
}

function httpRemote(url: URL, auth: GitAuth | undefined): Remote {
  if (auth?.kind === "ssh-key") throw refused(`an ssh key cannot be used with ${url.protocol}//`);
  const credentials = auth ? credentialsOf(auth) : embeddedCredentials(url);
  const clean = new URL(url);
  clean.username = "";
  clean.password = "";
  clean.hash = "";
  const address = clean.href.replace(/\/+$/, "");
  if (!credentials) return { kind: "http", url: address, authorization: null, secrets: secretsIn(url) };
  const encoded = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
  return { kind: "http", url: address, authorization: `Basic ${encoded}`, secrets: [credentials.password, encoded, ...secretsIn(url)] };
}

function credentialsOf(auth: Exclude<GitAuth, { readonly kind: "ssh-key" }>): Credentials {
  if (auth.kind === "basic") return { username: auth.username, password: auth.password };
  return { username: auth.username ?? "x-access-token", password: auth.token };
}

function embeddedCredentials(url: URL): Credentials | null {
  if (url.username === "" && url.password === "") return null;
  return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

/** `https://TOKEN@host` has the secret where the user belongs. */
function secretsIn(url: URL): readonly string[] {
  return url.password === "" ? [decodeURIComponent(url.username)] : [decodeURIComponent(url.password)];
}

function sshRemote(url: URL, auth: GitAuth | undefined): Remote {
  if (url.password !== "") throw refused("a password in an ssh URL is not supported; use a key");
  return checkedSsh(url.href, { host: url.hostname, user: decodeURIComponent(url.username) }, auth);
}

function checkedSsh(url: string, { host, user }: { readonly host: string; readonly user: string }, auth: GitAuth | undefined): Remote {
  if (auth && auth.kind !== "ssh-key") throw refused("a token or password cannot be used with ssh; use a key");
  if (!safeHost.test(host) || user.startsWith("-")) throw refused("the host or user of the ssh address is not a plain name");
  return { kind: "ssh", url, key: auth ? { file: auth.keyFile, knownHosts: auth.knownHosts ?? null } : null };
}

function fileRemote(path: string, allowFile: boolean): Remote {
  if (!allowFile) throw refused("a repository on this machine's disk is not allowed");
  if (!isAbsolute(path)) throw refused(`the path ${path} of the repository is not absolute`);
  return { kind: "file", url: path };
}

function refused(message: string): PinionError {
  return new PinionError("git/protocol-not-allowed", message);
}
