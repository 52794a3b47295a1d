import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { terminate } from "../../src/adapters/routers/gateway/owned-process.ts";
import { pinion } from "../support/installation.ts";

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Ends what the controller leaves running on purpose. */
async function endGateway(directory: string): Promise<void> {
  const text = await readFile(join(directory, "state", "gateway", "gateway.json"), "utf8").catch(() => null);
  if (text !== null) await terminate({ pid: (JSON.parse(text) as { readonly pid: number }).pid, startTime: null }, 35_000);
}

describe("a controller that cannot start", () => {
  it("ends with its reason, although gateway and schedule were started before", async () => {
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
    expect(said).toMatch(/port \d+ of 127\.0\.0\.1 is taken \(EADDRINUSE\)/);
  });
});
