/** Why there is no answer: a code for programs, a line for people. */

import { PinionError } from "../../domain/errors.ts";

/**
 * - `request`: nothing was sent, since the address or a header cannot be used
 * - `aborted`: the caller gave up
 * - `timeout`: there was no whole answer within the limit of time
 * - `refused`: nobody listens there
 * - `unresolved`: the host name is not known
 * - `untrusted`: the server's certificate is not trusted
 * - `broken`: the connection ended before the answer was whole
 * - `too-long`: the body is longer than what is read of it
 * - `headers`: headers or trailers are longer than what is read of them
 * - `encoded`: the body is compressed, which nobody asked for
 * - `protocol`: what came is not HTTP
 * - `network`: anything else of the system's, named in the line
 */
export type HttpFailureCode =
  | "request"
  | "aborted"
  | "timeout"
  | "refused"
  | "unresolved"
  | "untrusted"
  | "broken"
  | "too-long"
  | "headers"
  | "encoded"
  | "protocol"
  | "network";

/** There is no answer. The message has no address and no secret, so that callers can put before it whom they asked. */
export class HttpFailure extends Error {
  readonly code: HttpFailureCode;

  constructor(code: HttpFailureCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "HttpFailure";
    this.code = code;
  }
}

const known: Readonly<Record<string, readonly [HttpFailureCode, string]>> = {
  ECONNREFUSED: ["refused", "connection refused"],
  ENOTFOUND: ["unresolved", "the host name cannot be resolved"],
  EAI_AGAIN: ["unresolved", "the host name cannot be resolved"],
  ECONNRESET: ["broken", "the connection ended before the answer was whole"],
  EPIPE: ["broken", "the connection ended before the answer was whole"],
  HPE_HEADER_OVERFLOW: ["headers", "its headers are longer than what is read of them"],
  ERR_INVALID_CHAR: ["request", "a header has a character that no header may have"],
  ERR_INVALID_HTTP_TOKEN: ["request", "the name of a header, or the method, cannot be sent"],
};

/** What Node, or the parser of HTTP, says of it. Errors of the catalogue stay what they are. */
export function failureOf(error: unknown): HttpFailure | PinionError {
  if (error instanceof HttpFailure || error instanceof PinionError) return error;
  const code = codeOf(error);
  const [kind, message] = known[code] ?? [kindOf(code), messageOf(error)];
  return new HttpFailure(kind, message, { cause: error });
}

function kindOf(code: string): HttpFailureCode {
  if (code.startsWith("HPE_")) return "protocol";
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code) ? "untrusted" : "network";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** A name with several addresses fails with an error for each, and no message of its own. */
function messageOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return String(first);
  return first.message || codeOf(first) || first.name;
}
