/** Which headers pass the gateway, and which it sets itself. Lists are flat: name, value, name, value. */

import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Addresses, publicValue } from "./public-addresses.ts";

/** For one connection only (RFC 9110, 7.6.1); the gateway speaks for itself on each side. */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
]);
/** Set anew on the way in. */
const replaced: ReadonlySet<string> = new Set([
  "host",
  "expect",
  "x-request-id",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-prefix",
]);
/** Only the gateway says these, in both directions. */
const ownPrefix = "x-pinion-";

/** The caller's request id when it is plain text, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}

/**
 * What the version receives, without `host`, which its connection sets. What a caller says about itself or about whom it speaks for
 * passes only where it `isTrusted`, as a proxy of ours in front.
 */
export function requestHeaders(request: IncomingMessage, prefix: string, requestId: string, isTrusted: boolean): string[] {
  const { rawHeaders, headers } = request;
  const named = namedBy(headers.connection);
  const out: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (passesIn(lower, named) && (isTrusted || !isAboutCaller(lower))) out.push(name, rawHeaders[index + 1] ?? "");
  }
  out.push("x-request-id", requestId, ...(prefix === "" ? [] : ["x-forwarded-prefix", prefix]), ...forwarded(request, isTrusted));
  return out;
}

/** The head of a request that offers another protocol, as it would be without the offer. */
export function headWithoutOffer({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const value = rawHeaders[index + 1] ?? "";
    const lower = name.toLowerCase();
    if (lower === "connection") lines.push(`${name}: ${withoutWords(value, offers)}`);
    else if (!offers.has(lower)) lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

const offers: ReadonlySet<string> = new Set(["upgrade", "http2-settings"]);

function withoutWords(list: string, words: ReadonlySet<string>): string {
  const kept = list.split(",").filter((word) => !words.has(word.trim().toLowerCase()));
  return kept.join(",").trim();
}

/** A proxy in front is believed about what it saw; the gateway adds what it sees itself. */
function forwarded({ headers, socket }: IncomingMessage, isTrusted: boolean): readonly string[] {
  const address = socket.remoteAddress ?? "unknown";
  if (!isTrusted) return ["x-forwarded-for", address, "x-forwarded-proto", "http", "x-forwarded-host", headers.host ?? ""];
  const before = headers["x-forwarded-for"];
  const host = headers["x-forwarded-host"] ?? headers.host ?? "";
  const from = before === undefined ? address : `${String(before)}, ${address}`;
  return ["x-forwarded-for", from, "x-forwarded-proto", String(headers["x-forwarded-proto"] ?? "http"), "x-forwarded-host", String(host)];
}

function isAboutCaller(name: string): boolean {
  return name === "forwarded" || name === "x-real-ip" || name.startsWith("x-forwarded-");
}

function passesIn(name: string, named: ReadonlySet<string> | null): boolean {
  return !hopByHop.has(name) && !replaced.has(name) && !name.startsWith(ownPrefix) && named?.has(name) !== true;
}

function passesOut(name: string): boolean {
  return !hopByHop.has(name) && name !== "x-request-id" && !name.startsWith(ownPrefix);
}

/** Whose answer it is, and whether its caller can be sent trailers after a body of unknown length. */
export interface AnswerOf {
  readonly version: string;
  readonly process: string;
  readonly addresses: Addresses;
  readonly takesTrailers: boolean;
}

/** What the caller receives of a version's headers, and the length of the body, -1 when it is not known. */
export function responseHeaders(
  raw: readonly (Buffer | string)[],
  from: AnswerOf,
  requestId: string,
): { readonly headers: string[]; readonly length: number } {
  const headers: string[] = [];
  let length = -1;
  let named: ReadonlySet<string> | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    const name = latin1(raw[index]);
    const value = latin1(raw[index + 1]);
    const lower = name.toLowerCase();
    if (lower === "connection") named = namedBy(value) ?? named;
    if (lower === "content-length") length = Number(value);
    if (passesOut(lower)) headers.push(name, publicValue(lower, value, from.addresses));
  }
  headers.push("x-request-id", requestId, "x-pinion-version", from.version, "x-pinion-process", from.process);
  const dropped = from.takesTrailers && length === -1 ? named : new Set([...(named ?? []), "trailer"]);
  return { headers: dropped ? without(headers, dropped) : headers, length };
}

/** Bytes as text, one character each: what the version wrote reaches the caller unchanged. */
export function latin1(part: Buffer | string | undefined): string {
  return typeof part === "object" ? part.toString("latin1") : (part ?? "");
}

/** The words after the status, read as UTF-8, as bytes again; what cannot stand in a first line becomes a question mark. */
export function reasonPhrase(words: string): string {
  if (plainWords.test(words)) return words;
  return Buffer.from(words.replaceAll("\ufffd", "?")).toString("latin1").replaceAll(controls, "?");
}

const plainWords = /^[\t\x20-\x7e]*$/;
const controls = /[^\t\x20-\x7e\x80-\xff]/g;

/** The value a caller is known by, from a header or a cookie; null without one. */
export function stickyValue(
  request: IncomingMessage,
  sticky: { readonly kind: "header" | "cookie"; readonly name: string } | null,
): string | null {
  if (sticky === null) return null;
  if (sticky.kind === "cookie") return cookie(request.headers.cookie ?? "", sticky.name);
  const value = request.headers[sticky.name.toLowerCase()];
  return value === undefined || value === "" ? null : String(value);
}

function cookie(header: string, name: string): string | null {
  for (const pair of header.split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null;
  }
  return null;
}

/** Headers that a `connection` header makes hop-by-hop; null for the usual ones. */
function namedBy(connection: string | undefined): ReadonlySet<string> | null {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return null;
  return new Set(
    connection
      .toLowerCase()
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "content-length"),
  );
}

function without(headers: readonly string[], names: ReadonlySet<string>): string[] {
  return headers.filter((_, index) => !names.has((headers[index - (index % 2)] ?? "").toLowerCase()));
}
