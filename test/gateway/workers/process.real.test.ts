import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIdentity } from "../../../src/gateway/identity.ts";
import type { GatewayChange } from "../../../src/adapters/routers/gateway/supervise.ts";
import { ensureGatewayProcess, type GatewayProcess } from "../../../src/adapters/routers/gateway/launcher.ts";
import { isAlive } from "../../../src/platform/owned-process.ts";
import type { Share } from "../../../src/domain/observed/route.ts";
import { gatewayDefaults } from "../../../src/domain/config/config.ts";
import { isThorough } from "../../support/thorough.ts";
import { call, gatewayCommand, logInto, openBackend, share, until, type Backend } from "../../adapters/routers/gateway/setting.ts";

describe("the gateway as a process", () => {
  let directory: string;
  let logged: string[];
  let gateway: GatewayProcess;
  const backends: Backend[] = [];
  const ensure = async (change: { readonly command?: readonly string[]; readonly port?: number } = {}) =>
    (gateway = await ensureGatewayProcess({
      stateDirectory: directory,
      keptIn: directory,
      runAs: null,
      host: "127.0.0.1",
      port: 0,
      settings: gatewayDefaults,
      command: gatewayCommand,
      log: logInto(logged),
      ...change,
    }));
  const pid = () => readIdentity(directory)?.pid ?? 0;
  const backend = async (name: string, delayMs = 0) => {
    const opened = await openBackend((incoming, response) => {
      incoming.resume();
      setTimeout(() => response.end(name), delayMs);
    });
    backends.push(opened);
    return opened;
  };
  const route = (shares: readonly Share[]) =>
    gateway.router.ensureRoutes("production", [{ process: "order-intake", timeoutMs: 10_000, sticky: null, shares }]);

  beforeEach(async () => {
    logged = [];
    directory = await mkdtemp(join(tmpdir(), "pinion-gateway-"));
    await ensure();
  });
  afterEach(async () => {
    await gateway.stop();
    await Promise.all(backends.splice(0).map((opened) => opened.close()));
    await rm(directory, { recursive: true, force: true });
  });

  it("is adopted by the next controller, and serves meanwhile", async () => {
    await route([share("1.0.0", "a", 100, [await backend("one")])]);
    const first = pid();
    await gateway.detach();
    expect((await call(`${gateway.publicUrl()}/production/`)).body).toBe("one");
    await ensure();
    expect(pid()).toBe(first);
    expect(await gateway.router.routes("production")).toHaveLength(1);
  });

  it("is started again after SIGKILL, at the same address and with its table", async () => {
    await route([share("1.0.0", "a", 100, [await backend("one")])]);
    const changes: GatewayChange[] = [];
    gateway.onChange((change) => changes.push(change));
    const [first, url] = [pid(), gateway.publicUrl()];
    process.kill(first, "SIGKILL");
    await until(() => changes.some((change) => change.kind === "up"));
    expect(changes.map((change) => change.kind)).toEqual(["down", "up"]);
    expect(pid()).not.toBe(first);
    expect(gateway.publicUrl()).toBe(url);
    expect((await call(`${url}/production/`)).body).toBe("one");
  });

  it("finishes what is in flight on SIGTERM and is gone then", async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow = await openBackend((incoming, response) => {
      incoming.resume();
      void released.then(() => response.end("slow"));
    });
    backends.push(slow);
    await route([share("1.0.0", "a", 100, [slow])]);
    const inFlight = call(`${gateway.publicUrl()}/production/`);
    await until(async () => (await gateway.router.traffic("production")).some((count) => count.inFlight === 1));
    const first = pid();
    setTimeout(release, 300);
    await gateway.stop();
    expect((await inFlight).body).toBe("slow");
    expect(isAlive(first)).toBe(false);
  });

  it("is replaced when it listens elsewhere than it should", async () => {
    const first = pid();
    const free = await backend("gone");
    const port = Number(new URL(free.url).port);
    await free.close();
    await gateway.detach();
    await ensure({ port });
    expect(gateway.publicUrl()).toBe(`http://127.0.0.1:${port}`);
    expect(isAlive(first)).toBe(false);
  });

  it("that cannot start says why", async () => {
    await gateway.stop();
    await expect(
      ensure({ command: [process.execPath, "-e", "console.error('no such luck'); process.exit(3)", "--"] }),
    ).rejects.toMatchObject({
      code: "router/unreachable",
      message: expect.stringContaining("no such luck") as string,
    });
    await expect(ensure({ command: ["/no/such/program"] })).rejects.toMatchObject({ code: "router/unreachable" });
    await ensure();
  });

  const many = isThorough ? 10_000 : 2_000;
  it(`loses none of ${many} requests while weights are switched`, async () => {
    const shares = async (weight: number) => [share("1.0.0", "a", 100 - weight, [one]), share("1.1.0", "b", weight, [two])];
    const [one, two] = [await backend("one"), await backend("two")];
    await route(await shares(0));
    const answers = new Map<string, number>();
    let switches = 0;
    let isDone = false;
    const load = keepAsking(`${gateway.publicUrl()}/production/`, {
      requests: many,
      connections: 16,
      methods: ["GET", "POST"],
      answers,
    }).then(() => (isDone = true));
    while (!isDone) await route(await shares([0, 20, 50, 100][switches++ % 4] ?? 0));
    await load;
    expect([...answers.keys()].toSorted()).toEqual(["200 one", "200 two"]);
    expect([...answers.values()].reduce((sum, count) => sum + count)).toBe(many);
    expect(switches).toBeGreaterThan(4);
    let traffic = await gateway.router.traffic("production");
    await until(async () => (traffic = await gateway.router.traffic("production")).every(({ inFlight }) => inFlight === 0));
    expect(traffic.reduce((sum, count) => sum + count.requests, 0)).toBe(many);
    expect(traffic.reduce((sum, count) => sum + count.errors, 0)).toBe(0);
  });

  it("loses no GET when one of two instances dies under load and comes back", async () => {
    const [one, two] = [await backend("one", 2), await backend("two", 2)];
    await route([share("1.0.0", "a", 100, [one, two])]);
    const answers = new Map<string, number>();
    const load = keepAsking(`${gateway.publicUrl()}/production/`, { requests: many, connections: 16, methods: ["GET"], answers });
    await until(() => (answers.get("200 one") ?? 0) > many / 20);
    await one.close();
    await until(() => (answers.get("200 two") ?? 0) > many / 4);
    one.server.listen(Number(new URL(one.url).port), "127.0.0.1");
    await load;
    expect([...answers.keys()].toSorted()).toEqual(["200 one", "200 two"]);
  });

  it("streams 50 MB both ways without holding them", async () => {
    const sink = await openBackend((incoming, response) => void incoming.pipe(response));
    backends.push(sink);
    await route([share("1.0.0", "a", 100, [sink])]);
    const megabytes = 50;
    let received = 0;
    await new Promise<void>((resolve, reject) => {
      const outgoing = request(`${gateway.publicUrl()}/production/`, { method: "POST", agent: false }, (response) => {
        response.on("data", (chunk: Buffer) => (received += chunk.length));
        response.on("end", resolve);
        response.on("error", reject);
      });
      outgoing.on("error", reject);
      const chunk = Buffer.alloc(1024 * 1024, "x");
      let sent = 0;
      const more = () => {
        while (sent < megabytes) {
          sent += 1;
          if (!outgoing.write(chunk)) return void outgoing.once("drain", more);
        }
        outgoing.end();
      };
      more();
    });
    expect(received).toBe(megabytes * 1024 * 1024);
  });

  it("holds a fast version back for a slow caller", async () => {
    let written = 0;
    const chunk = Buffer.alloc(1024 * 1024);
    const source = await openBackend((_, response) => {
      const more = () => {
        while (written < 200) {
          written += 1;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    backends.push(source);
    await route([share("1.0.0", "a", 100, [source])]);
    const outgoing = request(`${gateway.publicUrl()}/production/`, { agent: false });
    const response = await new Promise<NodeJS.ReadableStream>((resolve) => outgoing.on("response", resolve).end());
    response.pause();
    let before = -1;
    // Settled when nothing moves any more: the version waits for the caller.
    await until(async () => {
      const isStill = written === before;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return isStill;
    });
    expect(written).toBeLessThan(100);
    outgoing.destroy();
  });
});

interface Load {
  readonly requests: number;
  readonly connections: number;
  readonly methods: readonly string[];
  /** Counts by `status body`, or by the error. */
  readonly answers: Map<string, number>;
}

async function keepAsking(url: string, { requests, connections, methods, answers }: Load): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let left = requests;
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      const key = await once(url, methods[left % methods.length] ?? "GET", agent);
      answers.set(key, (answers.get(key) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  agent.destroy();
}

function once(url: string, method: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, method }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve(`${response.statusCode} ${body}`));
      response.on("error", (error) => resolve(String(error)));
    });
    outgoing.on("error", (error) => resolve(String(error)));
    outgoing.end(method === "POST" ? "body" : undefined);
  });
}
