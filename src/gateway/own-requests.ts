/** By what a gateway knows requests that its controller itself sends: checks, which are nobody's traffic and are not counted. */

import { createHash } from "node:crypto";

const header = "x-pinion-check";

/** Made of the token of the control port, which cannot be told from it: it goes where the token must not. */
export function checkMark(token: string): string {
  return createHash("sha256").update(`check ${token}`).digest("base64url");
}

export function checkHeaders(token: string): Readonly<Record<string, string>> {
  return { [header]: checkMark(token) };
}

export function isCheck(headers: Readonly<Record<string, string | readonly string[] | undefined>>, mark: string): boolean {
  return headers[header] === mark;
}
