/** What a version answers, as it may be shown to people and kept: short, and without what is or looks like a secret. */

import { printable } from "../safe-text.ts";

const longestQuote = 160;
const hidden = "***";
/** A member, a form field or a header whose name says that it is one. */
const named =
  /((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|authorization|credentials?|cookie|session)["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;&}<]+(?: [A-Za-z0-9+/=._~-]{8,})?)/gi;
const scheme = /\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi;
/** Long and of letters and figures without a pause: a key, a hash or a token. */
const random = /(?=[A-Za-z0-9+/_-]*\d)(?=[A-Za-z0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{24,}={0,2}/g;
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/\s@]*@/gi;
/** Shorter ones stand in every text. */
const shortestSecret = 4;

/** `secrets`: values that the version was given. Only the beginning is looked at. */
export function quoteAnswer(text: string, secrets: readonly string[] = []): string {
  const longest = Math.max(0, ...secrets.map(({ length }) => length));
  const beginning = text.slice(0, 4 * longestQuote + longest);
  const known = secrets.filter(({ length }) => length >= shortestSecret).toSorted((a, b) => b.length - a.length);
  const without = known.reduce((shown, secret) => shown.replaceAll(secret, hidden), beginning);
  const clean = without
    .replaceAll(inUrl, `$1${hidden}@`)
    .replaceAll(named, `$1${hidden}`)
    .replaceAll(scheme, `$1 ${hidden}`)
    .replaceAll(random, hidden);
  const line = printable(clean.replaceAll(/\s+/g, " ").trim());
  return line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line;
}
