/** Asks a controller that listens on a unix socket. Only undici's own fetch takes an agent of undici's, so whoever has no socket need not load it. */

import { Agent, fetch as fetchWith } from "undici";

/** The part of an answer that is looked at, whoever has fetched it. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** Null: it has none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** When it is read no further. */
  readonly done?: () => void;
}

export async function fetchOver(socket: string, path: string, options: Parameters<typeof fetch>[1] & object): Promise<Answer> {
  const { method, headers, body, signal, redirect } = options;
  const dispatcher = new Agent({ connect: { socketPath: socket }, pipelining: 0 });
  const answer = await fetchWith(`http://localhost${path}`, {
    dispatcher,
    ...(method !== undefined && { method }),
    ...(typeof body === "string" && { body }),
    ...(signal && { signal }),
    ...(redirect && { redirect }),
    headers: { ...(headers as Readonly<Record<string, string>>), connection: "close" },
  });
  return { ok: answer.ok, status: answer.status, body: answer.body, done: () => void dispatcher.close() };
}
