/** When an exchange is given up: by its limit of time, or by its caller. */

import { HttpFailure } from "./http-failure.ts";

export interface Deadline {
  /** Called with the reason once it is over; the newest one only. */
  onOver(fail: (reason: HttpFailure) => void): void;
  /** Over, since nobody is there any more who would use an answer. */
  giveUp(): void;
  /** It counts no more. */
  stop(): void;
}

interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs from now on. @throws HttpFailure `aborted` when the caller has given up already. */
export function startDeadline({ timeoutMs, signal }: Limits): Deadline {
  if (signal?.aborted) throw aborted(signal);
  let over: HttpFailure | null = null;
  let fail: ((reason: HttpFailure) => void) | null = null;
  const end = (reason: HttpFailure): void => {
    over ??= reason;
    fail?.(over);
  };
  const onAbort = (): void => end(aborted(signal));
  const timer = setTimeout(() => end(new HttpFailure("timeout", `no answer within ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  return {
    onOver(listener) {
      fail = listener;
      if (over) listener(over);
    },
    giveUp: () => end(aborted(signal)),
    stop() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

function aborted(signal: AbortSignal | undefined): HttpFailure {
  return new HttpFailure("aborted", "given up by its caller", { cause: signal?.reason });
}
