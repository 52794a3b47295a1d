import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isRunning, type OwnedProcess, terminate } from "../../src/platform/owned-process.ts";
import { pinion } from "../support/installation.ts";

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** The gateway that the controller has started, whatever has become of it. */
async function gatewayOf(directory: string): Promise<OwnedProcess | null> {
  const text = await readFile(join(directory, "state", "gateway", "gateway.json"), "utf8").catch(() => null);
  return text === null ? null : { pid: (JSON.parse(text) as { readonly pid: number }).pid, startTime: null };
}

async function endGateway(directory: string): Promise<void> {
  const gateway = await gatewayOf(directory);
  if (gateway) await terminate(gateway, 35_000);
}

describe("a controller that cannot start", () => {
  it("ends with its reason, and ends the gateway that it started before", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-run-"));
    const config = join(directory, "pinion.yaml");
    const lines = [
      "repository:",
      "  url: http://127.0.0.1:9/config.git",
      "  branch: main",
      '  schedule: ["0 6 * * *"]',
      "state: ./state",
      `listen: { host: 127.0.0.1, port: ${await takenPort()} }`,
    ];
    await writeFile(config, `${lines.join("\n")}\n`);
    const child = spawn(pinion[0], [pinion[1], "run", "--config", config], { stdio: ["ignore", "ignore", "pipe"] });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await endGateway(directory);
      await rm(directory, { recursive: true, force: true, maxRetries: 20 });
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(2);
    expect(said).toMatch(/error system\/port-taken: listen: port \d+ of 127\.0\.0\.1 is taken \(EADDRINUSE\)/);
    const gateway = await gatewayOf(directory);
    expect(gateway && isRunning(gateway)).toBe(false);
  });
});

describe("a controller that npx has started", () => {
  it("ends when npx is killed, although npm's shell goes on", async () => {
    const directory = await mkdtemp(join(tmpdir(), "pinion-run-"));
    const config = join(directory, "pinion.yaml");
    await writeFile(config, "repository: { url: http://127.0.0.1:9/config.git }\nstate: ./state\nlisten: { host: 127.0.0.1, port: 0 }\n");
    const command = `"${pinion[0]}" "${pinion[1]}" run --on-exit stop --config "${config}"; :`;
    const environment = { ...process.env, npm_command: "exec", COMMAND: command };
    const npx = spawn("sh", ["-c", 'sh -c "$COMMAND"; :'], { stdio: ["ignore", "ignore", "pipe"], env: environment });
    const controllerFile = join(directory, "state", "controller.json");
    const controller = async () => (JSON.parse(await readFile(controllerFile, "utf8")) as { readonly pid: number }).pid;
    onTestFinished(async () => {
      await endGateway(directory);
      await rm(directory, { recursive: true, force: true, maxRetries: 20 });
    });
    await expect.poll(() => controller().catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(0);
    const started = { pid: await controller(), startTime: null };
    npx.kill("SIGKILL");
    await expect.poll(() => isRunning(started), { timeout: 60_000 }).toBe(false);
  });
});

/** Answers every request so, and remembers who asked. */
async function server(answer: (response: ServerResponse) => void): Promise<{ readonly url: string; readonly askedBy: string[] }> {
  const askedBy: string[] = [];
  const listening = createHttpServer((request, response) => {
    askedBy.push(String(request.headers["user-agent"]));
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => void listening.close());
  onTestFinished(() => listening.closeAllConnections());
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { url: `http://127.0.0.1:${address.port}/config.git`, askedBy };
}

/** What the built program logs until it says so. */
async function runUntil(lines: readonly string[], isSaid: RegExp): Promise<{ readonly said: string; readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-run-"));
  const config = join(directory, "pinion.yaml");
  await writeFile(config, `${["state: ./state", ...lines].join("\n")}\n`);
  const child = spawn(pinion[0], [pinion[1], "run", "--on-exit", "stop", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await endGateway(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 20 });
  });
  const log = { said: "" };
  child.stdout.on("data", (chunk: Buffer) => (log.said += chunk.toString()));
  await expect.poll(() => log.said, { timeout: 120_000 }).toMatch(isSaid);
  return { said: log.said, directory };
}

describe("the program as it is built", () => {
  it("names a login page in place of the repository, and asks for it without a child process", async () => {
    const page = await server((response) => response.setHeader("content-type", "text/html").end("<html><title>Sign in</title></html>"));
    await runUntil([`repository: { url: "${page.url}" }`, "listen: { host: 127.0.0.1, port: 0 }"], /a web page \(\\"Sign in\\"\)/);
    expect(new Set(page.askedBy)).toEqual(new Set(["git/pinion"]));
  });

  it("asks a controller that listens on a unix socket", async () => {
    const empty = await server((response) => response.writeHead(503).end());
    const { directory } = await runUntil(
      [`repository: { url: "${empty.url}" }`, "listen: { socket: ./state/api.sock }"],
      /controller is up/,
    );
    const status = spawn(pinion[0], [pinion[1], "status", "--config", join(directory, "pinion.yaml")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let shown = "";
    status.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    const [code] = (await once(status, "exit")) as [number | null];
    expect([code, shown]).toEqual([expect.any(Number), expect.stringContaining("/config.git")]);
  });
});
