/** Signs commits with the programs that git itself would ask: ssh-keygen and gpg. */

import { spawn } from "node:child_process";
import { PinionError } from "../../../domain/errors.ts";
import type { Sign } from "./commit-object.ts";

/** The key that commits are signed with. */
export type SigningKey =
  /** A private key without a passphrase, or a public one whose private half an agent holds. */
  | { readonly kind: "ssh"; readonly keyFile: string }
  /** `home` null: gpg's own folder. `passphraseFile` null: the key has none, or an agent knows it. */
  | { readonly kind: "openpgp"; readonly keyId: string; readonly home: string | null; readonly passphraseFile: string | null };

export interface SigningSurroundings {
  /** What the children get to see. */
  readonly environment: Readonly<Record<string, string>>;
  /** What this process was started with: where gpg has its keys, while git's children get another home. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly closing: AbortSignal;
}

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const patienceMs = 30_000;

/** Null when there is no key. What it gives back throws `git/failed` when the program does not sign: nothing is then written unsigned. */
export function createSign(key: SigningKey | null, surroundings: SigningSurroundings): Sign {
  if (key === null) return null;
  const program = programFor(key, surroundings);
  return (payload) => signed(program, payload, surroundings.closing);
}

/** Neither may ask anybody anything. */
function programFor(key: SigningKey, { environment, inherited }: SigningSurroundings): Program {
  if (key.kind === "ssh") {
    const silent = { SSH_ASKPASS: "/bin/false", SSH_ASKPASS_REQUIRE: "force" };
    return { name: "ssh-keygen", args: ["-Y", "sign", "-n", "git", "-f", key.keyFile], environment: { ...environment, ...silent } };
  }
  const passphrase = key.passphraseFile === null ? [] : ["--pinentry-mode", "loopback", "--passphrase-file", key.passphraseFile];
  const home = key.home === null ? [] : ["--homedir", key.home];
  const args = ["--batch", "--no-tty", "--quiet", ...home, ...passphrase, "--armor", "--detach-sign", "--local-user", key.keyId];
  return { name: "gpg", args, environment: { ...environment, ...homesIn(inherited) } };
}

function homesIn(inherited: SigningSurroundings["inherited"]): Readonly<Record<string, string>> {
  return Object.fromEntries(["HOME", "GNUPGHOME"].flatMap((name) => (inherited[name] === undefined ? [] : [[name, inherited[name]]])));
}

/** In a session of its own, so that there is no terminal to ask at. */
function signed({ name, args, environment }: Program, payload: Uint8Array, closing: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(patienceMs)]);
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { env: environment, stdio: "pipe", signal, detached: true, killSignal: "SIGKILL" });
    let signature = "";
    let complaint = "";
    const fail = (why: string): void => reject(new PinionError("git/failed", `${name} does not sign the commit: ${why}`));
    child.stdout.on("data", (chunk: Buffer) => (signature += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-1000)));
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => fail(error.message));
    child.once("close", (exitCode) => {
      if (exitCode === 0 && signature.includes("-----BEGIN ")) resolve(signature);
      else fail(complaint.trim().split("\n").slice(-2).join("; ") || `it ended with ${exitCode}`);
    });
    child.stdin.end(payload);
  });
}
