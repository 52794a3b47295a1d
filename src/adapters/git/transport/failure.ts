/** What a failing git or server means, in the catalogue's words. */

import { PinionError } from "../../../domain/errors.ts";
import type { ErrorCode } from "../../../domain/errors.ts";
import { retryAfterMs } from "../../../platform/http/retry-after.ts";
import { unsupportedFormat } from "./git-http-answer.ts";

interface Cause {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly meaning: string;
}

/** The first that matches stands; the more telling ones come first. Patterns are git's and ssh's own texts under LC_ALL=C. */
const causes: readonly Cause[] = [
  // What the server says of its own disk is marked as the server's.
  {
    pattern: /^(?!remote:|error: remote ).*(no space left on device|disk quota exceeded)/im,
    code: "store/full",
    meaning: "the disk of the state folder is full",
  },
  { pattern: /couldn't find remote ref/i, code: "git/branch-missing", meaning: "the branch does not exist at the remote" },
  { pattern: /could not resolve (host|proxy)/i, code: "git/unreachable", meaning: "the host name cannot be resolved" },
  {
    pattern: /returned error: 401|authentication failed|could not read (username|password)/i,
    code: "git/refused",
    meaning: "the server asks for valid credentials (401)",
  },
  { pattern: /returned error: 403/i, code: "git/refused", meaning: "the credentials may not read this repository (403)" },
  {
    pattern: /permission to \S+ denied|marked as read[- ]only|does not have write access|not allowed to (push|upload)/i,
    code: "git/refused",
    meaning: "the credentials may not write to this repository",
  },
  {
    pattern: /returned error: 404|repository '.*' not found|repository not found/i,
    code: "git/refused",
    meaning: "there is no such repository, or these credentials may not see it (404)",
  },
  {
    pattern: /returned error: 30[12378]|unable to update url base from redirection/i,
    code: "git/refused",
    meaning: "the server redirects to another address; use that one if the repository has moved",
  },
  {
    pattern: /not valid: is this a git repository|invalid content-type/i,
    code: "git/refused",
    meaning: "the server answers with a web page, not as a git server does: it is a login page, or not the repository's address",
  },
  { pattern: /mismatched algorithms|unknown object format|unsupported object format/i, code: "git/refused", meaning: unsupportedFormat },
  {
    pattern: /shallow roots are not allowed|shallow update not allowed/i,
    code: "git/refused",
    meaning: "the remote is a shallow clone; use a whole repository, or run `git fetch --unshallow` there",
  },
  { pattern: /returned error: 429/i, code: "git/unreachable", meaning: "the server asks to be polled less often (429)" },
  { pattern: /returned error: 5\d\d/i, code: "git/unreachable", meaning: "the server has an internal problem" },
  {
    pattern: /permission denied \(|host key verification failed|no matching host key|load key .*: /i,
    code: "git/refused",
    meaning: "ssh does not let us in",
  },
  {
    pattern: /connection refused|failed to connect|couldn't connect/i,
    code: "git/unreachable",
    meaning: "nothing answers at that address",
  },
  { pattern: /timed out|operation too slow|low speed/i, code: "git/unreachable", meaning: "the server does not answer in time" },
  { pattern: /certificate|ssl|tls/i, code: "git/unreachable", meaning: "the server's certificate is not trusted" },
  {
    pattern: /does not appear to be a git repository|no such file or directory.*repository|repository .* does not exist/i,
    code: "git/unreachable",
    meaning: "there is no repository at that path",
  },
  { pattern: /dubious ownership/i, code: "git/refused", meaning: "the repository belongs to another user" },
  { pattern: /^fatal: remote error: /im, code: "git/unreachable", meaning: "the server answers with an internal error" },
  {
    pattern: /unable to access|could not read from remote|hung up|early eof|rpc failed|reset by peer|transfer closed/i,
    code: "git/unreachable",
    meaning: "the connection broke",
  },
];

/** A failed git command as an error for people. `output` must be free of secrets. */
export function failureOf(command: string, output: string): PinionError {
  const cause = causes.find(({ pattern }) => pattern.test(output));
  const said = tellingWords(output, cause?.pattern);
  if (!cause) return new PinionError("git/failed", `git ${command} failed: ${said}`);
  const meaning = command === "push" ? cause.meaning.replace("may not read", "may not write to") : cause.meaning;
  return new PinionError(cause.code, `${meaning}: ${said}`);
}

/** An HTTP status that is not an answer. */
export function statusFailure(status: number, url: string, retryAfter: string | null): PinionError {
  const { code, message } = failureOf("ls-refs", `${url}: The requested URL returned error: ${status}`);
  return new PinionError(code, message, { retryAfterMs: retryAfterMs(retryAfter, Date.now()) });
}

/** The line that tells the cause, then what git called fatal; no hints, no progress. */
function tellingWords(output: string, cause: RegExp | undefined): string {
  const lines = output.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !line.startsWith("hint:"));
  const fatal = telling.filter((line) => /^(fatal|error):/.test(line));
  const causing = telling.filter((line) => cause?.test(line) === true);
  const chosen = [...new Set([...causing, ...fatal])];
  return (chosen.length > 0 ? chosen.slice(0, 3) : telling.slice(-3)).join("; ") || "it gave no reason";
}
