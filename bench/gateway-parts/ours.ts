/** The gateway as it runs, a primary and two workers, with 1,000 processes in its table and the one that is called split 80 to 20 between two versions. */

import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { createGatewayRouter } from "../../src/adapters/routers/gateway/client.ts";
import { readIdentity } from "../../src/gateway/identity.ts";
import { startPrimary } from "../../src/gateway/workers/primary.ts";
import type { Route, Share } from "../../src/domain/observed/route.ts";
import { tellCpuTime } from "./announce.ts";

const [, , backendPort, stateDirectory = ""] = process.argv;
/** A clock tick of /proc on Linux. */
const tickMs = 10;

function share(version: string, digit: string, weight: number, path: string): Share {
  const targets = [{ instance: "one", url: `http://127.0.0.1:${backendPort}` }];
  return { version, digest: `sha256-${digit.repeat(64)}`, weight, endpoints: [{ method: "GET", path }], targets };
}

function route(process: string, path: string): Route {
  return { process, timeoutMs: 30_000, sticky: null, shares: [share("1.0.0", "a", 80, path), share("1.1.0", "b", 20, path)] };
}

function workers(): readonly number[] {
  return readIdentity(stateDirectory)?.workers.map(({ pid }) => pid) ?? [];
}

/** User and system time of another process. */
function cpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

const quiet = { info: () => {}, warn: console.error, error: console.error };
const gateway = await startPrimary({ stateDirectory, host: "127.0.0.1", port: 0, log: quiet });
const router = createGatewayRouter({ gateway: { stateDirectory }, publicUrl: null });
const others = Array.from({ length: 1_000 }, (_, n) => route(`process-${n}`, `/process-${n}`));
await router.ensureRoutes("production", [...others, route("orders", "/orders")]);
await router.close();
while (workers().length < 2) await wait(10);
console.log(new URL(gateway.url).port);
tellCpuTime(() => workers().reduce((sum, pid) => sum + cpuMs(pid), 0));
