/** The gateway's process is replaced under callers: none of them is refused a connection. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readIdentity } from "../../../src/gateway/identity.ts";
import { ensureGatewayProcess, type GatewayProcess } from "../../../src/adapters/routers/gateway/launcher.ts";
import { isRunning } from "../../../src/platform/owned-process.ts";
import { gatewayDefaults } from "../../../src/domain/config/config.ts";
import { type Backend, call, gatewayCommand, logInto, openBackend, share, until } from "../../adapters/routers/gateway/setting.ts";

let directory: string;
let gateway: GatewayProcess;
let backend: Backend;

const ensure = async (changes: { readonly bodyIdleMs?: number } = {}) =>
  (gateway = await ensureGatewayProcess({
    stateDirectory: directory,
    keptIn: directory,
    runAs: null,
    host: "127.0.0.1",
    port: 0,
    settings: { ...gatewayDefaults, ...changes },
    command: gatewayCommand,
    log: logInto([]),
  }));
const identity = () => {
  const found = readIdentity(directory);
  if (found === null) throw new Error("no gateway");
  return found;
};
const standby = () => {
  const { standby: found } = identity();
  if (found === null) throw new Error("no standby");
  return found;
};

/** Asks on new connections, over and over, while the work is done and for a moment after; gives what went wrong. */
async function askedDuring(work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const wrong = new Set<string>();
  const url = `${gateway.publicUrl()}/production/`;
  let isOver = false;
  const callers = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      await call(url).then(
        ({ status, body }) => body === "one" || wrong.add(`${status} ${body}`),
        (error: unknown) => wrong.add(error instanceof Error && "code" in error ? String(error.code) : String(error)),
      );
      await sleep(5);
    }
  });
  await work();
  // An answer that came from the next one.
  expect((await call(url)).body).toBe("one");
  isOver = true;
  await Promise.all(callers);
  return wrong;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
  backend = await openBackend((_, response) => response.end("one"));
  await ensure();
  await gateway.router.ensureRoutes("production", [
    { process: "order-intake", timeoutMs: 10_000, sticky: null, shares: [share("1.0.0", "a", 100, [backend])] },
  ]);
});
afterEach(async () => {
  await gateway.stop();
  await backend.close();
  await rm(directory, { recursive: true, force: true });
});

it("nobody is refused when the process that owns the sockets is killed", async () => {
  const before = identity();
  const wrong = await askedDuring(async () => {
    process.kill(before.pid, "SIGKILL");
    await until(() => identity().pid !== before.pid);
  });
  // What it was just passing on is lost with it.
  expect([...wrong].filter((each) => each !== "ECONNRESET")).toEqual([]);
  expect(identity().url).toBe(before.url);
  expect(await gateway.router.routes("production")).toHaveLength(1);
  // And the next death finds a standby again.
  await until(() => isRunning(standby()));
  expect(standby().pid).not.toBe(before.standby?.pid);
});

it("a standby that hangs is noticed, ended and replaced, before it is needed", async () => {
  const before = standby();
  process.kill(before.pid, "SIGSTOP");
  await until(() => identity().standby !== null && standby().pid !== before.pid && isRunning(standby()));
  expect(isRunning(before)).toBe(false);
});

it("nobody fails when the controller is another one, nor when that one wants other settings", async () => {
  const before = identity();
  const wrong = await askedDuring(async () => {
    await gateway.detach();
    await ensure();
    expect(identity().pid).toBe(before.pid);
    await gateway.detach();
    await ensure({ bodyIdleMs: 50_000 });
    expect(identity().url).toBe(before.url);
  });
  expect([...wrong]).toEqual([]);
  expect(isRunning(before)).toBe(false);
  expect(identity().settings).toContain("50000");
});

it("nobody is refused when it is killed while no controller is there", async () => {
  await gateway.detach();
  const before = identity();
  const wrong = await askedDuring(async () => {
    process.kill(before.pid, "SIGKILL");
    await until(() => identity().pid !== before.pid);
  });
  expect([...wrong].filter((each) => each !== "ECONNRESET")).toEqual([]);
  await ensure();
  expect(identity().pid).toBe(before.standby?.pid);
});

it("a standby that dies is replaced, and none is left behind", async () => {
  const first = standby();
  process.kill(first.pid, "SIGKILL");
  await until(() => standby().pid !== first.pid);
  const all = [identity(), standby(), ...identity().workers];
  await gateway.stop();
  expect(all.filter(isRunning)).toEqual([]);
});
