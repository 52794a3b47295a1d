/** Asks versions over HTTP, as their callers would: one request, one whole and bounded answer. */

import { Agent, request as send } from "undici";
import { readBeginning } from "../../domain/bounded-reading.ts";
import type { Answer, Prober, ProbeRequest } from "../../ports/prober.ts";

/** A prober whose connections can be let go of. */
export interface HttpProber extends Prober {
  close(): Promise<void>;
}

const largestBodyBytes = 1024 * 1024;
const longestHeaderWaitMs = 2_147_483_647;

/** Follows no redirects: where a redirect leads is the check's business. A body beyond 1 MiB is cut there. All requests get `marks`. */
export function createHttpProber(marks: ProbeRequest["headers"] = {}): HttpProber {
  // Versions come and go between probes, so a connection is not kept for the next one.
  const agent = new Agent({ pipelining: 0, headersTimeout: longestHeaderWaitMs, bodyTimeout: 0 });
  return {
    async ask(request, signal) {
      const url = addressOf(request.url);
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const both = signal ? AbortSignal.any([timeout, signal]) : timeout;
      try {
        both.throwIfAborted();
        return await exchange(agent, url, { ...request, headers: { ...request.headers, ...marks } }, both);
      } catch (error) {
        throw new Error(`${request.method} ${request.url}: ${reason(error, { request, timeout, signal })}`, { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
}

async function exchange(agent: Agent, url: URL, request: ProbeRequest, signal: AbortSignal): Promise<Answer> {
  const startedAt = performance.now();
  const answer = await send(url, {
    dispatcher: agent,
    method: request.method as "GET",
    headers: { ...request.headers },
    body: request.body,
    signal,
  });
  const body = await readBeginning(answer.body, largestBodyBytes);
  return { status: answer.statusCode, headers: joined(answer.headers), body, durationMs: performance.now() - startedAt };
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

function addressOf(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw new Error(`${url}: not an http(s) address`);
  return parsed;
}

interface Circumstances {
  readonly request: ProbeRequest;
  readonly timeout: AbortSignal;
  readonly signal: AbortSignal | undefined;
}

function reason(error: unknown, { request, timeout, signal }: Circumstances): string {
  if (signal?.aborted) return "given up by its caller";
  if (timeout.aborted) return `no answer within ${request.timeoutMs} ms`;
  return error instanceof Error ? inWords(error) : String(error);
}

function inWords(error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return "the connection ended before the answer was whole";
  return error.message || code || error.name;
}
