/** Serves the API of a controller, and writes down where it is and with what it is entered. */

import { dirname, resolve } from "node:path";
import { ensurePrivateFolder } from "../platform/private-folder.ts";
import type { Controller } from "../controller/controller.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { OpenRouter } from "../ports/router-adapter.ts";
import type { Secrets } from "../ports/secrets.ts";
import { startHttp } from "../surfaces/http/listen.ts";
import { writeAddress } from "./address.ts";
import { openApiTokens } from "./api-tokens.ts";
import type { Watching } from "./watching.ts";

export interface ServeApiParts {
  readonly config: ControllerConfig;
  readonly configFile: string;
  readonly stateDirectory: string;
  readonly controller: Pick<Controller, "queries" | "commands">;
  readonly watching: Pick<Watching, "metricsPage">;
  /** How the router is that we keep up. */
  readonly gateway: OpenRouter["status"];
  readonly secrets: Secrets;
  readonly time: { readonly clock: Pick<Clock, "now"> };
  readonly log: Log;
}

export interface ServedApi {
  /** Its address, or its socket where it has none. */
  readonly place: string;
  close(): Promise<void>;
}

/** @throws `config/invalid`, `secret/missing`, `store/open-to-others`. */
export async function serveApi(parts: ServeApiParts): Promise<ServedApi> {
  const { config, configFile, stateDirectory, controller, watching, gateway, secrets, time, log } = parts;
  const { tcp, metricsToken } = config.listen;
  const socket = config.listen.socket === null ? null : resolve(dirname(configFile), config.listen.socket);
  if (socket !== null) ensurePrivateFolder(dirname(socket));
  const { queries, commands } = controller;
  const tokens = await openApiTokens({ stateDirectory, metricsToken, secrets });
  const metrics = watching.metricsPage(() => queries.overview(), gateway);
  const uid = process.getuid?.() ?? 0;
  const about = { queries, commands, metrics, gateway, log, now: () => time.clock.now() };
  const server = await startHttp({ ...about, tcp: tcp && { ...tcp, tokens }, socket, uid });
  await writeAddress(stateDirectory, { url: server.url, socket });
  return { place: server.url ?? socket ?? "nowhere", close: () => server.close() };
}
