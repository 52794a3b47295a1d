/** The one HTTP client of the house: what is asked and what is answered is bounded here, for every caller alike. */

import { type HttpAnswer, type BodyReading, readAnswer } from "./http-answer.ts";
import { type Agents, type AgentOptions, createAgents } from "./agents.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { failureOf, HttpFailure } from "./http-failure.ts";
import type { ClientRequest, RequestOptions } from "node:http";

export interface HttpRequest {
  /** `http:` or `https:`, without name and password: those are headers, looked up for each request. */
  readonly url: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null or left out: none. */
  readonly body?: string | Uint8Array | null;
  /** From waiting for a connection to the end of the answer, an attempt that is made again included; no pause in it can be longer. */
  readonly timeoutMs: number;
  /** How much is read of the body. */
  readonly reading: BodyReading;
  readonly signal?: AbortSignal | undefined;
  /** A connection that breaks before there is an answer is made anew, once: a server gives up those that are idle. For what may be asked twice. */
  readonly isRepeatable?: boolean;
}

/**
 * Asks over HTTP/1.1. Any answer is an answer, whatever its status.
 *
 * - Nothing is followed: a redirect is an answer, so credentials come to the origin that they were meant for, and to nobody else.
 * - Headers and trailers are read up to 16 KiB, the body as far as `reading` says, both while they come in, and then the connection is cut.
 * - No proxy is used, and a body that is compressed is not unpacked.
 *
 * Every failure is an `HttpFailure` with a code.
 */
export interface HttpClient {
  /** @throws HttpFailure, and what looking up the authorities throws. */
  ask(request: HttpRequest): Promise<HttpAnswer>;
  /** Lets go of its connections; what is under way breaks. Those that are kept hold up no process. */
  close(): void;
}

/** Connects when it is first asked. */
export function createHttpClient(options: AgentOptions = {}): HttpClient {
  const agents = createAgents(options);
  const underWay = new Set<Deadline>();
  return {
    async ask(request) {
      const deadline = startDeadline(request);
      underWay.add(deadline);
      try {
        const open = await prepare(agents, request);
        return await attempt({ open, request, deadline }).catch((error: unknown) => {
          if (!request.isRepeatable || !isUnanswered(error)) throw error;
          agents.dropKept();
          return attempt({ open, request, deadline });
        });
      } catch (error) {
        throw failureOf(error);
      } finally {
        underWay.delete(deadline);
        deadline.stop();
      }
    },
    close() {
      for (const deadline of underWay) deadline.giveUp();
      agents.close();
    },
  };
}

/** Sends a request's head. */
type Open = () => ClientRequest;

async function prepare(agents: Agents, request: HttpRequest): Promise<Open> {
  const url = addressOf(request.url);
  const { send, agent } = await agents.of(url.protocol);
  const options: RequestOptions = {
    ...agents.target,
    agent,
    method: request.method ?? "GET",
    hostname: url.hostname.replaceAll(/^\[|\]$/g, ""),
    port: url.port,
    path: url.pathname + url.search,
    headers: headersOf(request),
    joinDuplicateHeaders: true,
  };
  return () => send(options);
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new HttpFailure("request", "not an http(s) address");
  if (url.username !== "" || url.password !== "")
    throw new HttpFailure("request", "its address has a name or a password in it, which is not sent from there");
  return url;
}

/** They say where a message ends and what the connection is for, which nobody but this client knows. */
const ofConnection = new Set(["connection", "expect", "keep-alive", "transfer-encoding", "upgrade"]);

function headersOf({ headers = {}, body = null }: HttpRequest): Readonly<Record<string, string>> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (ofConnection.has(lower)) throw new HttpFailure("request", `the header ${lower} is not the caller's to give`);
    given[lower] = value;
  }
  delete given["content-length"];
  // Without it a body would follow a GET, and nobody would know where it ends.
  if (body !== null) given["content-length"] = String(Buffer.byteLength(body));
  return given;
}

interface Attempt {
  readonly open: Open;
  readonly request: HttpRequest;
  readonly deadline: Deadline;
}

/** Answers such as 102 and 103 that come before the one that counts. */
const mostInterim = 10;

function attempt({ open, request, deadline }: Attempt): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = open();
    const fail = (error: unknown): void => {
      reject(error);
      sent.destroy();
    };
    let interim = 0;
    sent.on("error", fail);
    sent.on("information", () => {
      interim += 1;
      if (interim > mostInterim) fail(new HttpFailure("protocol", "it says again and again that an answer will come"));
    });
    // Node tells of them by nothing else, and the exchange would wait for its limit of time.
    for (const event of ["upgrade", "connect"]) sent.on(event, () => fail(new HttpFailure("protocol", "it goes on in another protocol")));
    sent.on("response", (answer) => void readAnswer(answer, request).then(resolve, (error: unknown) => fail(failureOf(error))));
    deadline.onOver(fail);
    sent.end(request.body ?? undefined);
  });
}

/** The connection broke before an answer began: what breaks later is a failure by then. */
function isUnanswered(error: unknown): boolean {
  if (error instanceof HttpFailure) return false;
  const failure = failureOf(error);
  return failure instanceof HttpFailure && failure.code === "broken";
}
