/** What goes wrong with a thread, and errors on their way from one to another. */

import { isErrorCode, PinionError } from "../../../domain/errors.ts";
import type { SentError } from "./messages.ts";

/** The thread is gone, for whatever reason. */
export class ThreadEnded extends Error {}
/** What was asked took longer than it may. */
export class TookTooLong extends Error {
  /** Milliseconds of work that it may take. */
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`it took more than ${limitMs} ms`);
    this.limitMs = limitMs;
  }
}

export function sentError(error: unknown): SentError {
  if (error instanceof PinionError) return { code: error.code, message: error.message, findings: error.findings };
  return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error), findings: [] };
}

export function receivedError({ code, message, findings }: SentError): Error {
  return code !== null && isErrorCode(code) ? new PinionError(code, message, { findings }) : new Error(message);
}
