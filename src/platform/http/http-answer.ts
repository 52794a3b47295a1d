/** An answer, read as far as there is use for it. */

import type { IncomingMessage } from "node:http";
import { describeTooLong } from "../../domain/bounded-reading.ts";
import { quoteAnswer } from "../../domain/validation/redact-answer.ts";
import { credentialsIn } from "./authorization.ts";
import { HttpFailure } from "./http-failure.ts";

/** How much of a body is read: by the answer's status. */
export type BodyReading = (status: number) => BodyLimit;

export interface BodyLimit {
  readonly bytes: number;
  /** What becomes of a longer one: the answer fails with `too-long`, or its beginning is what was answered. */
  readonly past: "fail" | "cut";
}

/** All of it, which fails with `too-long` past the limit, and with `encoded` when it is compressed. */
export function whole(bytes: number): BodyReading {
  return () => ({ bytes, past: "fail" });
}

/** Its beginning, as it comes. */
export function beginning(bytes: number): BodyReading {
  return () => ({ bytes, past: "cut" });
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; those that came twice are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The body as UTF-8. */
  text(): string;
  /**
   * A short line for people, of the body or of a text out of it: without what is or looks like a secret, and without the credentials that the
   * request had. Of a web page its title. Empty: there is no text.
   */
  quote(text?: string): string;
}

interface Asked {
  readonly reading: BodyReading;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Leaving early cuts the connection. @throws HttpFailure `too-long`, `encoded`, and as Node for what breaks. */
export async function readAnswer(answer: IncomingMessage, { reading, headers }: Asked): Promise<HttpAnswer> {
  const status = answer.statusCode ?? 0;
  const body = await readBody(answer, reading(status));
  const text = (): string => utf8.decode(body);
  return {
    status,
    headers: flat(answer.headers),
    body,
    text,
    quote: (part) => quoted(part ?? text(), credentialsIn(headers)),
  };
}

function readBody(answer: IncomingMessage, limit: BodyLimit): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on("error", reject);
    const why = limit.past === "fail" ? unreadable(answer, limit.bytes) : null;
    if (why !== null) return reject(why);
    answer.on("data", (chunk: Buffer) => {
      if (limit.past === "fail" && bytes + chunk.length > limit.bytes) return reject(tooLong(limit.bytes));
      chunks.push(chunk.subarray(0, limit.bytes - bytes));
      bytes = Math.min(limit.bytes, bytes + chunk.length);
      if (limit.past === "fail" || bytes < limit.bytes) return;
      resolve(Buffer.concat(chunks, bytes));
      answer.destroy();
    });
    answer.once("end", () => resolve(Buffer.concat(chunks, bytes)));
    answer.once("close", () => {
      if (!answer.complete) reject(new HttpFailure("broken", "the connection ended before the answer was whole"));
    });
  });
}

/** What its headers say already. */
function unreadable({ headers }: IncomingMessage, largestBytes: number): HttpFailure | null {
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return new HttpFailure("encoded", "it is compressed, which was not asked for");
  return Number(headers["content-length"] ?? 0) > largestBytes ? tooLong(largestBytes) : null;
}

function tooLong(bytes: number): HttpFailure {
  return new HttpFailure("too-long", describeTooLong(bytes));
}

const utf8 = new TextDecoder();

function flat(headers: IncomingMessage["headers"]): Readonly<Record<string, string>> {
  const flattened: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(headers))
    flattened[name] = fromBytes(typeof value === "string" ? value : value.join(", "));
  return flattened;
}

/** Node gives a character for each byte. */
function fromBytes(value: string): string {
  return /[\u0080-\u00ff]/.test(value) ? Buffer.from(value, "latin1").toString("utf8") : value;
}

function quoted(text: string, credentials: readonly string[]): string {
  const start = text.trimStart();
  if (!start.startsWith("<")) return quoteAnswer(start, credentials);
  const title = /<title[^>]{0,200}>([^<]{1,200})/i.exec(start.slice(0, 4_096))?.[1] ?? "";
  const line = quoteAnswer(title, credentials);
  return line === "" ? "a web page" : `a web page, "${line}"`;
}
