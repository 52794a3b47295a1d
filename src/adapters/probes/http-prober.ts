/** Asks versions over HTTP, as their callers would: one request, one whole and bounded answer. */

import { beginning } from "../../platform/http/http-answer.ts";
import { createHttpClient } from "../../platform/http/http-client.ts";
import type { Prober, ProbeRequest } from "../../ports/prober.ts";

/** A prober whose connections can be let go of. */
export interface HttpProber extends Prober {
  close(): Promise<void>;
}

const largestBodyBytes = 1024 * 1024;

/** Follows no redirects: where a redirect leads is the check's business. A body beyond 1 MiB is cut there. All requests get `marks`. */
export function createHttpProber(marks: ProbeRequest["headers"] = {}): HttpProber {
  // Versions come and go between probes, so a connection is not kept for the next one.
  const client = createHttpClient();
  return {
    async ask(request, signal) {
      const startedAt = performance.now();
      const headers = { ...request.headers, ...marks };
      const asked = client.ask({ ...request, headers, reading: beginning(largestBodyBytes), signal });
      const answer = await asked.catch((error: unknown) => {
        throw new Error(`${request.method} ${request.url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      return { status: answer.status, headers: answer.headers, body: answer.text(), durationMs: performance.now() - startedAt };
    },
    close: async () => client.close(),
  };
}
