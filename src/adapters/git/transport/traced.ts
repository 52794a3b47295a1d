/** What a server says to the git program over HTTP, where only git can ask it, as through a proxy: read from git's own trace. */

import type { PinionError } from "../../../domain/errors.ts";
import { statusFailure } from "./failure.ts";
import { webPage } from "./git-http-answer.ts";

/** What a git child needs to write down the headers that it sees, and no bodies; it leaves credentials out. */
export const tracing = { GIT_TRACE_CURL: "1", GIT_TRACE_CURL_NO_DATA: "1", GIT_TRACE_REDACT: "1" } as const;

interface Heard {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

const received = /<= Recv header: (.*)$/;
const statusLine = /^HTTP\/[\d.]+ (\d{3})/;

/** What an error of git's means by the last answer in a trace of the same question; null: it says no more. `url` is free of secrets. */
export function meaningOf(url: string, trace: string): PinionError | null {
  const heard = lastAnswer(trace);
  if (heard === null) return null;
  const { status, headers } = heard;
  if (status === 200 && headers.get("content-type")?.includes("html")) return webPage(url, "");
  const isOverloaded = status === 429 || status === 503;
  return isOverloaded ? statusFailure(status, url, headers.get("retry-after") ?? null) : null;
}

/** A proxy's own answer to CONNECT comes first. */
function lastAnswer(trace: string): Heard | null {
  let heard: { readonly status: number; readonly headers: Map<string, string> } | null = null;
  for (const line of trace.split("\n")) {
    const header = received.exec(line)?.[1]?.trim() ?? "";
    const status = statusLine.exec(header)?.[1];
    if (status !== undefined) heard = { status: Number(status), headers: new Map() };
    const colon = header.indexOf(":");
    if (colon > 0) heard?.headers.set(header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim());
  }
  return heard;
}
