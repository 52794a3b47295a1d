/** The gateway, with 1,000 processes in its table and the one that is called split 80 to 20 between two versions. */

import { createGatewayRouter } from "../../src/adapters/routers/gateway/client.ts";
import { startGateway } from "../../src/adapters/routers/gateway/start.ts";
import type { Route, Share } from "../../src/domain/route.ts";
import { tellCpuTime } from "./announce.ts";

const [, , backendPort, stateDirectory = ""] = process.argv;

function share(version: string, digit: string, weight: number, path: string): Share {
  const targets = [{ instance: "one", url: `http://127.0.0.1:${backendPort}` }];
  return { version, digest: `sha256-${digit.repeat(64)}`, weight, endpoints: [{ method: "GET", path }], targets };
}

function route(process: string, path: string): Route {
  return { process, timeoutMs: 30_000, sticky: null, shares: [share("1.0.0", "a", 80, path), share("1.1.0", "b", 20, path)] };
}

const quiet = { info: () => {}, warn: console.error, error: console.error };
const gateway = await startGateway({ stateDirectory, host: "127.0.0.1", port: 0, log: quiet });
const router = createGatewayRouter({ gateway: { stateDirectory }, publicUrl: null });
const others = Array.from({ length: 1_000 }, (_, n) => route(`process-${n}`, `/process-${n}`));
await router.ensureRoutes("production", [...others, route("orders", "/orders")]);
await router.close();
console.log(new URL(gateway.url).port);
tellCpuTime();
