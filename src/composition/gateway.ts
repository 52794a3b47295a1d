/** The gateway that pinion.yaml asks for: a process of our own that outlives us, or one that somebody else runs. */

import { createGatewayRouter } from "../adapters/routers/gateway/client.ts";
import { ensureGatewayProcess, type GatewayProcess } from "../adapters/routers/gateway/launcher.ts";
import type { GatewayConfig } from "../domain/config/config.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { Log } from "../ports/log.ts";
import type { Router } from "../ports/router.ts";
import type { Secrets } from "../ports/secrets.ts";
import { openGatewayFolder } from "./gateway-folder.ts";
import { isolateGateway } from "./isolation.ts";
import { pinionCommand } from "./package.ts";

export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly stateDirectory: string;
  readonly secrets: Secrets;
  readonly log: Log;
}

export interface OpenGateway {
  readonly router: Router;
  /** Whether it was there before: then it is not ours to end when the start of the controller fails. */
  readonly wasThere: boolean;
  /** Whether one of our own has been there, and had ended by itself or by somebody else. */
  readonly wasDown: boolean;
  /** Of a gateway of our own; null where somebody else keeps it up. */
  status(): GatewayStatus | null;
  /** Calls back when a gateway of our own has ended, hangs, or has come up again. */
  onChange(listener: (status: GatewayStatus) => void): void;
  /** Ends a gateway of our own, or leaves it to go on. */
  close(how: "stop" | "keep"): Promise<void>;
}

/** @throws `router/unreachable` when our own does not come up, `secret/missing`. */
export async function openGateway({ config, stateDirectory, secrets, log }: GatewayParts): Promise<OpenGateway> {
  if (config.kind === "external") return openExternal(config, secrets);
  const { host, port, user, trustedProxies, maxConnections, bodyIdleMs, environments } = config;
  const settings = { trustedProxies, maxConnections, bodyIdleMs, environments };
  const place = await openGatewayFolder(stateDirectory, await isolateGateway(user));
  const gateway = await ensureGatewayProcess({ ...place, host, port, settings, command: [...pinionCommand(), "gateway"], log });
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

async function openExternal(config: Extract<GatewayConfig, { kind: "external" }>, secrets: Secrets): Promise<OpenGateway> {
  const { controlUrl, publicUrl } = config;
  // Looked up at every use, because tokens are replaced; a first time now, so that a missing one is told at the start.
  const token = (): Promise<string> => secrets.resolve(config.token);
  await token();
  const router = createGatewayRouter({ gateway: { controlUrl, token }, publicUrl });
  return { router, wasThere: true, wasDown: false, status: () => null, onChange: () => undefined, close: () => router.close() };
}
