/** What a git server's answer over HTTP says when it is none: a login page, a repository that has moved, one in a format that is not read. */

import { PinionError } from "../../../domain/errors.ts";
import { escapeInvisible } from "../../../domain/safe-text.ts";

const longestTitle = 60;

/**
 * Where a redirect may be followed to: within the same origin, or from http to https on the same host, so that credentials never come to anybody else.
 * @throws `git/refused` for all others.
 */
export function redirectTarget(url: string, location: string): string {
  const from = new URL(url);
  const to = URL.canParse(location, url) ? new URL(location, url) : null;
  if (to !== null && (to.origin === from.origin || isUpgrade(from, to))) return withoutCredentials(to).href;
  throw new PinionError(
    "git/refused",
    `${url} redirects to another server (${to?.origin ?? "no address"}); nothing is sent there. Use its new address if the repository has moved`,
  );
}

/** A server does not choose with whose credentials it is asked. */
function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  [bare.username, bare.password, bare.hash] = ["", "", ""];
  return bare;
}

function isUpgrade(from: URL, to: URL): boolean {
  return from.protocol === "http:" && to.protocol === "https:" && from.hostname === to.hostname;
}

/** The cause of a failure that git may not share: it speaks older protocols, newer ones, and less strictly. */
export class AskGit extends Error {}

/** @throws `git/refused` for a web page, `git/unreachable` for what is no git server's answer as it is read in process. */
export function judgeContent(url: string, contentType: string, body: Uint8Array): void {
  if (contentType.startsWith("application/x-git-upload-pack-")) return;
  const beginning = Buffer.from(body.subarray(0, 4_096)).toString("utf8").trimStart();
  if (contentType.includes("html") || beginning.startsWith("<")) throw webPage(url, beginning);
  throw new PinionError("git/unreachable", `${url} does not answer as a git server does`, { cause: new AskGit() });
}

/** The error that a web page is, with its title where its text is known. */
export function webPage(url: string, text: string): PinionError {
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim().replaceAll(/\s+/g, " ").slice(0, longestTitle) ?? "";
  const named = title === "" ? "" : ` (${JSON.stringify(escapeInvisible(title))})`;
  const what = `answers with a web page${named}, not as a git server does: it is a login page, or not the repository's address`;
  return new PinionError("git/refused", `${url} ${what}`);
}

/** @throws `git/refused` for a repository with SHA-256 names. */
export function judgeFormat(url: string, advertisement: Uint8Array): void {
  const isOther = Buffer.from(advertisement.subarray(0, 4_096)).includes("object-format=sha256");
  if (isOther) throw new PinionError("git/refused", `${url}: ${unsupportedFormat}`);
}

/** What is said of such a repository, by poll and fetch alike. */
export const unsupportedFormat =
  "the repository has the object format SHA-256, which Pinion does not read; make one with `git init --object-format=sha1`";
