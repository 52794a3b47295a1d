/** The gateway that pinion.yaml asks for: a process of our own that outlives us, one in this process, or one that somebody else runs. */

import { startGateway } from "../../../gateway/start.ts";
import type { GatewayConfig } from "../../../domain/config/config.ts";
import type { GatewayStatus } from "../../../domain/observed/gateway-status.ts";
import type { OpenRouter, RouterParts } from "../../../ports/router-adapter.ts";
import type { Secrets } from "../../../ports/secrets.ts";
import { createGatewayRouter } from "./client.ts";
import { gatewayFolders, openGatewayFolder } from "./folder.ts";
import { ensureGatewayProcess, type GatewayProcess } from "./launcher.ts";
import { isolateGateway } from "./user.ts";

type OwnGateway = Extract<GatewayConfig, { kind: "own" }>;
type ExternalGateway = Extract<GatewayConfig, { kind: "external" }>;

/** @throws `router/unreachable` when our own does not come up, `secret/missing`, `config/invalid` when its user cannot be had. */
export async function openGateway(parts: RouterParts): Promise<OpenRouter> {
  const { gateway } = parts.config;
  if (gateway.kind === "external") return openExternal(gateway, parts.secrets);
  return parts.place === "within" ? openWithin(gateway, parts) : openBeside(gateway, parts);
}

async function openBeside(config: OwnGateway, { stateDirectory, command, log }: RouterParts): Promise<OpenRouter> {
  const { host, port, user, trustedProxies, maxConnections, bodyIdleMs, environments } = config;
  const settings = { trustedProxies, maxConnections, bodyIdleMs, environments };
  const place = await openGatewayFolder(stateDirectory, await isolateGateway(user));
  const gateway = await ensureGatewayProcess({ ...place, host, port, settings, command: [...command, "gateway"], log });
  const status = follow(gateway);
  return {
    router: gateway.router,
    wasThere: gateway.wasThere,
    wasDown: gateway.wasDown,
    status,
    onChange: (listener) => void gateway.onChange(({ kind }) => kind !== "tampered" && listener(status())),
    close: (how) => (how === "stop" ? gateway.stop() : gateway.detach()),
  };
}

/** What became of it since it was opened. */
function follow(gateway: Pick<GatewayProcess, "onChange">): () => GatewayStatus {
  let status: GatewayStatus = { state: "up", why: "", since: Date.now(), restarts: 0, tampered: 0 };
  gateway.onChange((change) => {
    if (change.kind === "tampered") status = { ...status, why: change.why, tampered: status.tampered + 1 };
    else if (change.kind === "down") status = { ...status, state: "down", why: change.why, since: Date.now() };
    else status = { ...status, state: "up", since: Date.now(), restarts: status.restarts + 1 };
  });
  return () => status;
}

/** It ends with this process, and nothing is left behind. */
async function openWithin(config: OwnGateway, { stateDirectory, log }: RouterParts): Promise<OpenRouter> {
  const { host, port } = config;
  const directory = gatewayFolders(stateDirectory).shared;
  const gateway = await startGateway({ stateDirectory: directory, host, port, settings: config, log });
  const router = createGatewayRouter({ gateway, publicUrl: gateway.url });
  const close = async () => {
    await router.close();
    await gateway.close();
  };
  return { router, wasThere: false, wasDown: false, status: () => null, onChange: () => undefined, close };
}

async function openExternal({ controlUrl, publicUrl, ...config }: ExternalGateway, secrets: Secrets): Promise<OpenRouter> {
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const token = (): Promise<string> => secrets.resolve(config.token);
  await token();
  const router = createGatewayRouter({ gateway: { controlUrl, token }, publicUrl });
  return { router, wasThere: true, wasDown: false, status: () => null, onChange: () => undefined, close: () => router.close() };
}
