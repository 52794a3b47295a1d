/** Opens the API's ways in: a TCP port, a unix socket, or both. */

import { chmod, lstat, unlink } from "node:fs/promises";
import { createConnection } from "node:net";
import type { FastifyInstance } from "fastify";
import { PinionError } from "../../domain/errors.ts";
import { type Entrance, socketEntrance, tokenEntrance, type TokenEntranceOptions } from "./open-server.ts";
import { createHttp, type HttpParts } from "./server.ts";

export interface HttpOptions extends Omit<HttpParts, "entrance"> {
  /** Null: not over TCP. Port 0: a free one. */
  readonly tcp: (Omit<TokenEntranceOptions, "uid"> & { readonly port: number }) | null;
  /** Absolute path in a folder of the controller's own; null: no socket. */
  readonly socket: string | null;
  /** Who runs the controller. */
  readonly uid: number;
}

export interface HttpServer {
  /** Base of the address, without a trailing slash; null: not over TCP. */
  readonly url: string | null;
  close(): Promise<void>;
}

/** Longer paths are cut by some systems without a word. */
const longestSocketPath = 103;

/** Starts the API. @throws `system/port-taken`, `config/invalid` for an address or a socket that cannot be listened on. */
export async function startHttp({ tcp, socket, uid, ...parts }: HttpOptions): Promise<HttpServer> {
  const open: FastifyInstance[] = [];
  const make = (entrance: Entrance): FastifyInstance => {
    const app = createHttp({ ...parts, entrance });
    open.push(app);
    return app;
  };
  const close = async (): Promise<void> => void (await Promise.all(open.map((app) => app.close())));
  try {
    const url = tcp && (await listenOn(make(tokenEntrance({ ...tcp, uid })), tcp));
    if (socket !== null) await listenAt(make(socketEntrance(uid)), socket);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenOn(app: FastifyInstance, { host, port }: NonNullable<HttpOptions["tcp"]>): Promise<string> {
  const name = host.replace(/^\[(?<inner>.*)\]$/u, "$<inner>");
  const url = await app.listen({ host: name, port, listenTextResolver: () => "" }).catch((error: unknown) => {
    throw new PinionError(codeOf(error) === "EADDRINUSE" ? "system/port-taken" : "config/invalid", whyNot(error, host, port), {
      cause: error,
    });
  });
  // What listens everywhere is called on loopback from here.
  return url.replace(/\/$/u, "").replace("//[::]:", "//[::1]:").replace("//0.0.0.0:", "//127.0.0.1:");
}

/** A port that is taken is the usual case, and the system says nothing of by whom. */
function whyNot(error: unknown, host: string, port: number): string {
  const message = error instanceof Error ? error.message : String(error);
  if (codeOf(error) !== "EADDRINUSE") return `listen: cannot listen on ${host}:${port}: ${message}`;
  return (
    `listen: port ${port} of ${host} is taken (EADDRINUSE): by another controller with the same \`listen.port\`, or by another program. ` +
    `\`ss -ltnp 'sport = :${port}'\` shows which; end it, or set another \`listen.port\` in pinion.yaml (0 picks a free one)`
  );
}

async function listenAt(app: FastifyInstance, path: string): Promise<void> {
  if (Buffer.byteLength(path) > longestSocketPath)
    throw new PinionError(
      "config/invalid",
      `listen.socket: ${path} is longer than the ${longestSocketPath} bytes that a socket's path may have`,
    );
  try {
    await removeDead(path);
    await app.listen({ path });
    await chmod(path, 0o600);
  } catch (error) {
    if (error instanceof PinionError) throw error;
    throw new PinionError(
      "config/invalid",
      `listen.socket: cannot listen at ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** A controller that was killed leaves its socket behind. Anything else at the path is somebody's. */
async function removeDead(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found) return;
  if (!found.isSocket()) throw new PinionError("config/invalid", `listen.socket: ${path} is there and is no socket; nothing was removed`);
  if (await isAnswered(path)) throw new PinionError("config/invalid", `listen.socket: another process listens at ${path}`);
  await unlink(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}
