/** A gateway in a state folder of its own, versions behind it, and callers in front. Everything ends with `close()`. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as requestHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGatewayRouter, type GatewayRouter } from "../../../../src/adapters/routers/gateway/client.ts";
import type { Gateway } from "../../../../src/gateway/gateway.ts";
import { startGateway } from "../../../../src/gateway/start.ts";
import { gatewayDefaults, type GatewaySettings } from "../../../../src/domain/config/config.ts";
import type { Digest, Percent } from "../../../../src/domain/names.ts";
import type { Route, Share, Target } from "../../../../src/domain/observed/route.ts";
import type { Log } from "../../../../src/ports/log.ts";

/** The gateway as a process. What is built is run: it starts in half the time of the source. */
export const gatewayCommand: readonly string[] = [
  process.execPath,
  join(import.meta.dirname, "..", "..", "..", "..", "bin", "pinion.js"),
  "gateway",
];

/** What a version does with a request. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Something that listens and answers. */
export interface Backend {
  readonly server: Server;
  readonly url: string;
  close(): Promise<void>;
}

export interface Setting {
  readonly directory: string;
  readonly gateway: Gateway;
  readonly router: GatewayRouter;
  readonly logged: string[];
  /** A version's server, closed with the setting. */
  backend(listener: Listener): Promise<Backend>;
  /** Routes all of `production` for one process. */
  route(shares: readonly Share[], change?: Partial<Route>): Promise<void>;
  /** Calls `production`. */
  call(path: string, options?: CallOptions): Promise<Called>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Called {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly trailers: IncomingMessage["trailers"];
  readonly body: string;
}

export const anyPath = [{ method: "ANY", path: "/*" }];

/** A digest that is all one digit. */
export function digestOf(digit: string): Digest {
  return `sha256-${digit.repeat(64)}`;
}

/** A version that serves every path. */
export function share(version: string, digit: string, weight: Percent, targets: readonly (Target | Backend)[]): Share {
  const named = targets.map((target, index) => ("instance" in target ? target : { instance: `instance-${index + 1}`, url: target.url }));
  return { version, digest: digestOf(digit), weight, endpoints: anyPath, targets: named };
}

/** A gateway without routes. */
export async function openSetting(change: Partial<GatewaySettings> = {}): Promise<Setting> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
  const logged: string[] = [];
  const gateway = await startGateway({
    stateDirectory: directory,
    host: "127.0.0.1",
    port: 0,
    settings: { ...gatewayDefaults, ...change },
    log: logInto(logged),
  });
  const router = createGatewayRouter({ gateway: { stateDirectory: directory }, publicUrl: null });
  const backends: Backend[] = [];
  return {
    directory,
    gateway,
    router,
    logged,
    async backend(listener) {
      const backend = await openBackend(listener);
      backends.push(backend);
      return backend;
    },
    async route(shares, change = {}) {
      const route = { process: "order-intake", timeoutMs: 5_000, sticky: null, shares, ...change };
      const [refusal] = await router.ensureRoutes("production", [route]);
      if (refusal) throw new Error(refusal.why);
    },
    call: (path, options) => call(`${gateway.url}/production${path}`, options),
    async close() {
      await Promise.all(backends.map((backend) => backend.close()));
      await router.close();
      await gateway.close(0);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Listens on a free port. */
export async function openBackend(listener: Listener): Promise<Backend> {
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One request on a connection of its own, and its whole answer. */
export function call(url: string, { method = "GET", headers = {}, body }: CallOptions = {}): Promise<Called> {
  return new Promise((resolve, reject) => {
    const request = requestHttp(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          trailers: response.trailers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A log that keeps messages. */
export function logInto(logged: string[]): Log {
  const keep = (fields: Readonly<Record<string, unknown>>, message: string) =>
    void logged.push(`${message} ${String(fields["error"] ?? "")}`.trim());
  return { info: keep, warn: keep, error: keep };
}
