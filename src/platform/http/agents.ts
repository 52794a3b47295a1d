/** The connections of a client, kept for the next request or not. */

import { Agent, request, type AgentOptions as NodeOptions, type ClientRequest, type RequestOptions } from "node:http";
import type { Agent as SecureAgent } from "node:https";

export interface AgentOptions {
  /** At most so many to one origin at a time, which are kept for a while; 0: a new one for every request. Default 0. */
  readonly connections?: number;
  /** For how long an idle one is kept; default 4 s, since many servers give them up after 5. A server's own word, if shorter, counts. */
  readonly keepMs?: number;
  /** Of a unix socket, to which all requests go, whatever their address; they are as to `localhost`. */
  readonly socketPath?: string | null;
  /** Whom to trust, as PEM, looked up for each connection; null: whom Node trusts. */
  readonly authorities?: () => string | null;
}

interface Channel {
  readonly agent: Agent;
  readonly send: (options: RequestOptions) => ClientRequest;
}

export interface Agents {
  /** Part of each request's options. */
  readonly target: RequestOptions;
  of(protocol: string): Promise<Channel>;
  /** The next request is made over a new connection. */
  dropKept(): void;
  close(): void;
}

const defaultKeepMs = 4_000;

export function createAgents({ connections = 0, keepMs = defaultKeepMs, socketPath, authorities }: AgentOptions): Agents {
  const options: NodeOptions = { keepAlive: connections > 0, maxSockets: connections || Infinity, timeout: keepMs };
  const plain: Channel = { agent: new Agent(options), send: request };
  let secure: Promise<Channel> | null = null;
  const all: Agent[] = [plain.agent];
  const openSecure = async (): Promise<Channel> => {
    // Loaded where it is needed: a short command asks over a socket or on loopback.
    const https = await import("node:https");
    // A session that is taken up again is not judged anew.
    // Who speaks HTTP/2 only can then say so.
    const agent = new https.Agent({ ...options, ALPNProtocols: ["http/1.1"], ...(authorities && { maxCachedSessions: 0 }) });
    if (authorities) trust(agent, authorities);
    all.push(agent);
    return { agent, send: https.request };
  };
  return {
    target: socketPath ? { socketPath } : {},
    of: async (protocol) => (protocol === "https:" ? (secure ??= openSecure()) : plain),
    dropKept() {
      for (const socket of all.flatMap(({ freeSockets }) => Object.values(freeSockets).flat())) socket?.destroy();
    },
    close() {
      for (const agent of all) agent.destroy();
    },
  };
}

function trust(agent: SecureAgent, authorities: () => string | null): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    try {
      const ca = authorities();
      return connect(ca === null ? options : { ...options, ca }, done);
    } catch (error) {
      done?.(error as Error, undefined as never);
      return undefined;
    }
  };
}
