/** A commit as git stores it, signed when there is a key. */

import type { CommitId, Instant } from "../../../domain/names.ts";
import { oneLine } from "./commit-message.ts";

/** A name and an address as they stand in a commit. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface CommitDraft {
  readonly tree: string;
  readonly parent: CommitId;
  /** Author and committer. */
  readonly by: Identity;
  readonly at: Instant;
  readonly message: string;
}

/** Signs what a commit says; null where nothing is signed. */
export type Sign = ((payload: Uint8Array) => Promise<string>) | null;

export async function encodeCommit(draft: CommitDraft, sign: Sign): Promise<Uint8Array> {
  const headers = [
    `tree ${draft.tree}`,
    `parent ${draft.parent}`,
    `author ${identityLine(draft.by, draft.at)}`,
    `committer ${identityLine(draft.by, draft.at)}`,
  ];
  const whole = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join("\n")}\n\n${draft.message}`);
  if (sign === null) return whole(headers);
  const signature = await sign(whole(headers));
  return whole([...headers, signatureHeader(signature, draft.tree.length)]);
}

function signatureHeader(signature: string, idDigits: number): string {
  const name = idDigits === 64 ? "gpgsig-sha256" : "gpgsig";
  return `${name} ${signature.trimEnd().replaceAll("\r\n", "\n").split("\n").join("\n ")}`;
}

function identityLine({ name, email }: Identity, at: Instant): string {
  return `${plain(name) || "Pinion"} <${plain(email)}> ${Math.floor(at / 1000)} +0000`;
}

/** git allows no line ends and no angle brackets here. */
function plain(text: string): string {
  return oneLine(text.replaceAll(/[<>]/g, " "));
}
