/** The gateway that pinion.yaml asks for: a process of our own that outlives us, or one that somebody else runs. */

import { createGatewayRouter } from "../adapters/routers/gateway/client.ts";
import { ensureGatewayProcess } from "../adapters/routers/gateway/launcher.ts";
import type { GatewayConfig } from "../domain/controller-config.ts";
import type { Log } from "../ports/log.ts";
import type { Router } from "../ports/router.ts";
import type { Secrets } from "../ports/secrets.ts";
import { pinionCommand } from "./package.ts";

export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly stateDirectory: string;
  readonly secrets: Secrets;
  readonly log: Log;
}

export interface OpenGateway {
  readonly router: Router;
  /** Calls back when a gateway of our own has come up again. */
  onUp(listener: () => void): void;
  /** Ends a gateway of our own, or leaves it to go on. */
  close(how: "stop" | "keep"): Promise<void>;
}

/** @throws `router/unreachable` when our own does not come up, `secret/missing`. */
export async function openGateway({ config, stateDirectory, secrets, log }: GatewayParts): Promise<OpenGateway> {
  if (config.kind === "external") return openExternal(config, secrets);
  const { host, port, trustedProxies, maxConnections, bodyIdleMs } = config;
  const settings = { trustedProxies, maxConnections, bodyIdleMs };
  const gateway = await ensureGatewayProcess({ stateDirectory, host, port, settings, command: [...pinionCommand(), "gateway"], log });
  return {
    router: gateway.router,
    onUp: (listener) => void gateway.onChange((change) => change.kind === "up" && listener()),
    close: (how) => (how === "stop" ? gateway.stop() : gateway.detach()),
  };
}

async function openExternal(config: Extract<GatewayConfig, { kind: "external" }>, secrets: Secrets): Promise<OpenGateway> {
  const { controlUrl, publicUrl } = config;
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const token = (): Promise<string> => secrets.resolve(config.token);
  await token();
  const router = createGatewayRouter({ gateway: { controlUrl, token }, publicUrl });
  return { router, onUp: () => undefined, close: () => router.close() };
}
