/** Puts a gateway together and starts it, in this process: it ends with it. */

import { settingsText } from "./identity.ts";
import { createServer } from "node:net";
import { gatewayDefaults } from "../domain/config/config.ts";
import { createControlServer } from "./control-server.ts";
import { listenForControl, openFolder, sayWho } from "./control.ts";
import { createCounters } from "./counters.ts";
import { baseUrl, listen } from "./listen.ts";
import { ownPorts } from "./own-addresses.ts";
import { openLiveTable } from "./live-table.ts";
import type { Gateway, GatewayOptions } from "./gateway.ts";
import { checkMark } from "./own-requests.ts";
import { createPublicServer } from "./public-server.ts";
import { tableFile } from "./table-file.ts";
import { guardTable } from "./table-guard.ts";
import { createUpstreams } from "./upstreams.ts";

const forgetCountersAfterMs = 15 * 60_000;
const sweepEveryMs = 60_000;
const closeLimitMs = 30_000;

/** @throws `store/locked` when a gateway serves this state folder already. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { stateDirectory, host, log, settings = gatewayDefaults } = options;
  const folder = await openFolder(options);
  const { token } = folder;
  const counters = createCounters(forgetCountersAfterMs);
  const upstreams = createUpstreams({ log });
  const storage = tableFile(folder.tableFile, log);
  const guard = guardTable(storage, log);
  const table = await openLiveTable({ storage, counters, upstreams, log });
  const open = createPublicServer({ environments: table.environments, upstreams, settings, checkMark: checkMark(token), log });
  open.server.maxConnections = settings.maxConnections;
  const counting = { counters, count: () => Promise.resolve(), health: () => upstreams.all() };
  const control = createControlServer({ token, table, restored: guard.restored, ...counting, succeed: null, log });
  const sweeping = setInterval(table.sweep, sweepEveryMs).unref();

  const controlUrl = await listenForControl(control, folder, options.controlPort ?? 0);
  const wanted = { host, port: options.port, previous: folder.before?.port ?? null };
  const port = await listen(open.server, wanted).catch((error: unknown) => {
    control.close();
    throw error;
  });
  const own = ownPorts(settings).map(([environment, ownPort]) => {
    const server = createServer({ noDelay: true }, (socket) => open.take(socket, environment));
    return { server, isListening: listen(server, { host, port: ownPort, previous: null }) };
  });
  await Promise.all(own.map(({ isListening }) => isListening)).catch((error: unknown) => {
    for (const server of [control, open.server, ...own.map((one) => one.server)]) server.close();
    guard.stop();
    throw error;
  });
  const url = baseUrl(host, port);
  const nobody = { workers: [], standby: null };
  await sayWho(stateDirectory, { url, host, controlUrl, token: folder.keptToken, settings: settingsText(settings), ...nobody });
  log.info({ url, controlUrl }, "gateway is up");

  return {
    url,
    controlUrl,
    token,
    async close(limitMs = closeLimitMs) {
      clearInterval(sweeping);
      guard.stop();
      for (const { server } of own) server.close();
      await open.finish(limitMs);
      control.closeAllConnections();
      await Promise.all([new Promise((resolve) => control.close(resolve)), upstreams.close()]);
    },
  };
}
