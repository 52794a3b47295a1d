/** The parse cache for a thread in which it is not: a row that is asked for is waited for, as a row of a file would be. */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { ParseCache } from "../../../ports/objects.ts";

/** What a thread is given to have it. The port must be transferred. */
export interface CacheAccess {
  readonly port: MessagePort;
  /** 1: the answer is there. */
  readonly answered: Int32Array;
}

type Asked = { readonly keys: readonly string[] } | { readonly rows: ReadonlyMap<string, string> };
const nothing: ReadonlyMap<string, string> = new Map();

/** Milliseconds after which a row is as good as lost. */
const patienceMs = 60_000;

/** Answers until the other end is closed, or the thread is gone. */
export function offerCache(cache: ParseCache): CacheAccess {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  port1.on("message", (asked: Asked) => {
    port1.postMessage(answerOf(cache, asked), []);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
  port1.unref();
  return { port: port2, answered };
}

function answerOf(cache: ParseCache, asked: Asked): ReadonlyMap<string, string> {
  try {
    if ("keys" in asked) return cache.get(asked.keys);
    cache.put(asked.rows);
  } catch {
    // Losing it costs time, never truth.
  }
  return nothing;
}

/** As it is on the other side. */
export function distantCache({ port, answered }: CacheAccess): ParseCache {
  const ask = (asked: Asked): ReadonlyMap<string, string> => {
    Atomics.store(answered, 0, 0);
    port.postMessage(asked, []);
    Atomics.wait(answered, 0, 0, patienceMs);
    return (receiveMessageOnPort(port)?.message ?? nothing) as ReadonlyMap<string, string>;
  };
  return { get: (keys) => ask({ keys }), put: (rows) => void ask({ rows }) };
}
