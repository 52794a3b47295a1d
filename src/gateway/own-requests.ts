/** By what a gateway knows requests that its controller itself sends: checks, which are nobody's traffic and are not counted. */

import { createHash, randomBytes } from "node:crypto";

const header = "x-pinion-check";
const engineHeader = "x-pinion-engine-check";

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

/** What engines know a controller's checks by, as long as it runs; they are told a digest of it. */
export function newCheckMark(): string {
  return randomBytes(32).toString("base64url");
}

export function engineCheckHeaders(mark: string): Readonly<Record<string, string>> {
  return { [engineHeader]: mark };
}

/** Of a check, for the version that it comes to: name, value. */
export function engineMarkOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): readonly string[] {
  const mark = headers[engineHeader];
  return typeof mark === "string" ? [engineHeader, mark] : [];
}
