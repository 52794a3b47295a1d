/** The processes of a gateway: what becomes of traffic and counts when one of them dies, hangs or is told to end. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIdentity } from "../../../src/gateway/identity.ts";
import type { GatewayChange } from "../../../src/adapters/routers/gateway/supervise.ts";
import { ensureGatewayProcess, type GatewayProcess } from "../../../src/adapters/routers/gateway/launcher.ts";
import { isRunning, type OwnedProcess } from "../../../src/platform/owned-process.ts";
import type { Route } from "../../../src/domain/observed/route.ts";
import { gatewayDefaults } from "../../../src/domain/config/config.ts";
import { call, gatewayCommand, logInto, openBackend, share, until, type Backend } from "../../adapters/routers/gateway/setting.ts";
import { freePort } from "../../support/free-port.ts";

let directory: string;
let gateway: GatewayProcess;
let backend: Backend;
let changes: GatewayChange[];

const ensure = (port = 0): Promise<GatewayProcess> =>
  ensureGatewayProcess({
    stateDirectory: directory,
    keptIn: directory,
    runAs: null,
    host: "127.0.0.1",
    port,
    settings: gatewayDefaults,
    command: gatewayCommand,
    log: logInto([]),
  });
const identity = () => {
  const found = readIdentity(directory);
  if (found === null) throw new Error("no gateway");
  return found;
};
/** Both workers, once there are two. */
const workers = async (): Promise<readonly [OwnedProcess, OwnedProcess]> => {
  await until(() => identity().workers.length === 2);
  const [one, two] = identity().workers;
  if (!one || !two) throw new Error("no workers");
  return [one, two];
};
/** A request on a connection of its own: the body, or what went wrong. */
const ask = () =>
  call(`${gateway.publicUrl()}/production/`).then(
    ({ status, body }) => `${status} ${body}`,
    (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)),
  );
const requests = async () => (await gateway.router.traffic("production")).reduce((sum, count) => sum + count.requests, 0);
/** Asks on and on, beside all else, until told to stop; gives the answers that were not good. */
function keepAsking(): { stop(): Promise<readonly string[]>; count(): number } {
  const bad: string[] = [];
  let count = 0;
  let isOver = false;
  const all = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const answer = await ask();
      count += 1;
      if (answer !== "200 one") bad.push(answer);
      await sleep(2);
    }
  });
  return {
    count: () => count,
    async stop() {
      isOver = true;
      await Promise.all(all);
      return bad;
    },
  };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
  backend = await openBackend((_, response) => response.end("one"));
  gateway = await ensure();
  changes = [];
  gateway.onChange((change) => changes.push(change));
  await gateway.router.ensureRoutes("production", [
    { process: "order-intake", timeoutMs: 10_000, sticky: null, shares: [share("1.0.0", "a", 100, [backend])] },
  ]);
});
afterEach(async () => {
  await gateway.stop();
  await backend.close();
  await rm(directory, { recursive: true, force: true });
});

describe("a worker of the gateway", () => {
  it("refuses no connection to anybody when it is killed, and its counts are kept", async () => {
    const before = await workers();
    const load = keepAsking();
    await until(() => load.count() > 50);
    for (const worker of before) {
      // What is in flight at the moment of the kill is broken; connections are not refused.
      process.kill(worker.pid, "SIGKILL");
      await until(() => !identity().workers.some(({ pid }) => pid === worker.pid));
      const count = load.count();
      await until(() => load.count() > count + 50);
    }
    const bad = await load.stop();
    expect(bad.filter((answer) => answer !== "ECONNRESET")).toEqual([]);
    expect(bad.length).toBeLessThanOrEqual(8);
    // A worker may die after an answer and before it has said so.
    expect(await requests()).toBeGreaterThan(load.count() - 100);
    expect(isRunning(identity())).toBe(true);
    expect(changes).toEqual([]);
  });

  it("is waited for when all are killed: connections that come meanwhile are served by the next", async () => {
    for (const { pid } of await workers()) process.kill(pid, "SIGKILL");
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array.from({ length: 20 }, () => "200 one"));
  });

  it("that hangs is replaced, loses no connection, and holds neither traffic nor a change of the table up for good", async () => {
    const [hanging] = await workers();
    process.kill(hanging.pid, "SIGSTOP");
    const answers = Promise.all(Array.from({ length: 20 }, ask));
    const shares = [{ ...share("2.0.0", "b", 100, [backend]), endpoints: [{ method: "GET", path: "/other" }] }];
    const other: Route = { process: "other", timeoutMs: 10_000, sticky: null, shares };
    // Refused only where the machine is so slow that the worker's end takes longer than a call may.
    await until(() =>
      gateway.router.ensureRoutes("production", [other]).then(
        () => true,
        () => false,
      ),
    );
    await until(() => !isRunning(hanging));
    expect(await answers).toEqual(Array.from({ length: 20 }, () => "200 one"));
    await until(async () => (await workers()).every(({ pid }) => pid !== hanging.pid));
    const others = await Promise.all(Array.from({ length: 8 }, () => call(`${gateway.publicUrl()}/production/other`)));
    expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  });

  it("that is told to end loses nothing: another one takes its place", async () => {
    const [leaving] = await workers();
    const load = keepAsking();
    process.kill(leaving.pid, "SIGTERM");
    await until(() => !isRunning(leaving));
    expect(await load.stop()).toEqual([]);
    await workers();
  });

  it("shares the connections with the other one", async () => {
    const two = await workers();
    const before = await Promise.all(two.map(({ pid }) => cpuTicks(pid)));
    const load = keepAsking();
    await until(async () => {
      const now = await Promise.all(two.map(({ pid }) => cpuTicks(pid)));
      return now.every((ticks, index) => ticks > (before[index] ?? 0) + 3);
    });
    expect(await load.stop()).toEqual([]);
  });

  it("ends when its primary is gone", async () => {
    const left = await workers();
    await gateway.detach();
    process.kill(identity().pid, "SIGKILL");
    await until(() => left.every((worker) => !isRunning(worker)));
  });

  it("that hangs is ended by the next gateway when its primary is gone", async () => {
    const left = await workers();
    await gateway.detach();
    process.kill(left[0].pid, "SIGSTOP");
    process.kill(identity().pid, "SIGKILL");
    gateway = await ensure();
    await until(() => left.every((worker) => !isRunning(worker)));
    expect(await ask()).toBe("200 one");
  });
});

describe("a gateway that hangs", () => {
  it("is noticed, ended, started again on its port, and told", async () => {
    const [hanging, url] = [identity(), gateway.publicUrl()];
    process.kill(hanging.pid, "SIGSTOP");
    await until(() => changes.some(({ kind }) => kind === "up"));
    expect(changes.map(({ kind }) => kind)).toEqual(["down", "up"]);
    expect(isRunning(hanging)).toBe(false);
    expect(gateway.publicUrl()).toBe(url);
    expect(await ask()).toBe("200 one");
    await until(() => hanging.workers.every((worker) => !isRunning(worker)));
  });

  it("is ended when it is the standby of one that is gone, and its socket is let go of", async () => {
    await gateway.stop();
    const port = await freePort();
    gateway = await ensure(port);
    const { standby } = identity();
    if (standby === null) throw new Error("no standby");
    await gateway.detach();
    process.kill(standby.pid, "SIGSTOP");
    process.kill(identity().pid, "SIGKILL");
    gateway = await ensure(port);
    expect(isRunning(standby)).toBe(false);
    expect(await ask()).toBe("200 one");
  });
});

async function cpuTicks(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
