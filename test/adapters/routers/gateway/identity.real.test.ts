import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAlive } from "../../../../src/adapters/routers/gateway/identity.ts";
import { until } from "./setting.ts";

/** A shell that runs a script; ended with the test. Gives the number that it prints. */
async function numberFrom(script: string): Promise<number> {
  const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return Number(line.toString());
}

describe("a process", () => {
  it("is alive until it ends", async () => {
    expect(isAlive(process.pid)).toBe(true);
    expect(isAlive(await numberFrom("echo $$; exec sleep 600"))).toBe(true);
    const gone = await numberFrom("echo $$");
    await until(() => !isAlive(gone));
  });

  it.runIf(existsSync("/proc/self/stat"))("is not alive when it has ended and nobody collects it", async () => {
    // What the shell becomes knows of no children.
    const uncollected = await numberFrom("true & echo $!; exec sleep 600");
    await until(() => !isAlive(uncollected));
    expect(() => process.kill(uncollected, 0)).not.toThrow();
  });
});
