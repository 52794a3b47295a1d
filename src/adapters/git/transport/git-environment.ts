/** The environment in which every git child runs: nothing of the user's configuration, no prompts, no hooks, one transport, secrets out of sight of `ps`. */

import type { Authorities } from "./authorities.ts";
import type { Remote } from "./remote.ts";

export interface GitEnvironmentOptions {
  readonly remote: Remote;
  /** Where it is really reached; else `remote.url`. */
  readonly address: string;
  readonly authorities: Authorities | null;
  /** The mirror; also stands in for a home directory. */
  readonly directory: string;
  readonly timeoutMs: number;
  /** What this process was started with; only a few names of it are passed on. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

export type GitEnvironment = Readonly<Record<string, string>>;

type Entries = readonly (readonly [string, string])[];

const passedOn = [
  "PATH",
  "TMPDIR",
  "TZ",
  "SSH_AUTH_SOCK",
  "GIT_SSL_CAPATH",
  "GIT_SSL_CERT",
  "GIT_SSL_KEY",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "GIT_HTTP_PROXY_AUTHMETHOD",
  "GIT_PROXY_SSL_CAINFO",
  "GIT_PROXY_SSL_CERT",
  "GIT_PROXY_SSL_KEY",
];

const hardening: Entries = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.symlinks", "false"],
  ["fetch.fsckObjects", "true"],
  ["transfer.fsckObjects", "true"],
  ["fetch.recurseSubmodules", "false"],
  ["submodule.recurse", "false"],
  ["credential.helper", ""],
  ["gc.autoDetach", "false"],
  ["maintenance.autoDetach", "false"],
  ["protocol.version", "2"],
  ["http.followRedirects", "false"],
  ["http.lowSpeedLimit", "1"],
];

/**
 * What git finds in old or odd histories and may be there: nothing is ever checked out of the mirror, and no submodule is looked at. Else one commit
 * with a bad `.gitmodules`, or one made by an old tool, would stop everything that comes after it.
 */
const forgiven = [
  ...["Blob", "Large", "Missing", "Name", "Parse", "Path", "Symlink", "Update", "Url"].map((what) => `gitmodules${what}`),
  ...["Blob", "Large", "LineLength", "Missing"].map((what) => `gitattributes${what}`),
  "zeroPaddedFilemode",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "missingEmail",
  "missingNameBeforeEmail",
  "badTimezone",
];
const forgiveness: Entries = forgiven.flatMap((what): Entries => [
  [`fetch.fsck.${what}`, "ignore"],
  [`fsck.${what}`, "ignore"],
]);

/** Variables for a git child. Configuration travels as `GIT_CONFIG_*`, so no secret is ever on a command line. */
export function gitEnvironment(options: GitEnvironmentOptions): GitEnvironment {
  const { remote, directory, inherited } = options;
  return {
    ...inheritedVariables(inherited),
    HOME: directory,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ALLOW_PROTOCOL: allowedProtocols(remote),
    GIT_PROTOCOL_FROM_USER: "0",
    ...(options.authorities === null ? {} : { GIT_SSL_CAINFO: options.authorities.file }),
    ...sshVariables(options),
    ...configVariables([...hardening, ...forgiveness, ...remoteConfiguration(options)]),
  };
}

function inheritedVariables(inherited: GitEnvironmentOptions["inherited"]): GitEnvironment {
  const entries = passedOn.flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]] as const]));
  return Object.fromEntries(entries);
}

function allowedProtocols(remote: Remote): string {
  return remote.kind === "http" ? "http:https" : remote.kind;
}

/** git follows no redirect: it would take the credentials along. Where the server has sent us is known already. */
function remoteConfiguration({ remote, address, timeoutMs }: GitEnvironmentOptions): Entries {
  const patience: readonly [string, string] = ["http.lowSpeedTime", String(Math.max(1, Math.ceil(timeoutMs / 1000)))];
  if (remote.kind !== "http") return [patience];
  const moved: Entries = address === remote.url ? [] : [[`url.${address}.insteadOf`, remote.url]];
  const header: Entries =
    remote.authorization === null ? [] : [[`http.${new URL(address).origin}/.extraHeader`, `Authorization: ${remote.authorization}`]];
  return [patience, ...moved, ...header];
}

function configVariables(entries: Entries): GitEnvironment {
  const numbered = entries.flatMap(([key, value], index): Entries => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(entries.length), ...Object.fromEntries(numbered) };
}

function sshVariables({ remote, directory, timeoutMs }: GitEnvironmentOptions): GitEnvironment {
  if (remote.kind !== "ssh") return {};
  const options = ["BatchMode=yes", `ConnectTimeout=${Math.max(1, Math.ceil(timeoutMs / 1000))}`, ...hostKeyOptions(remote, directory)];
  const identity = remote.key ? ["-i", remote.key.file, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"] : [];
  const words = ["ssh", "-F", "/dev/null", ...identity, ...options.flatMap((option) => ["-o", option])];
  return { GIT_SSH_VARIANT: "ssh", GIT_SSH_COMMAND: words.map(shellQuote).join(" ") };
}

/** Known hosts given: only those. Else the user's own, and the first key seen of a new host is kept beside the mirror and must stay the same. */
function hostKeyOptions(remote: Extract<Remote, { readonly kind: "ssh" }>, directory: string): readonly string[] {
  const knownHosts = remote.key?.knownHosts ?? null;
  if (knownHosts !== null) return ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${sshQuote(knownHosts)}`];
  return ["StrictHostKeyChecking=accept-new", `UserKnownHostsFile=${sshQuote(`${directory}.known_hosts`)} ~/.ssh/known_hosts`];
}

/** ssh splits this option at blanks and expands `%`. */
function sshQuote(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}

/** One word for the shell that git hands the command to. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
