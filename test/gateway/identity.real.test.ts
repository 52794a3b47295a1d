import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAlive } from "../../src/platform/owned-process.ts";
import { until } from "../adapters/routers/gateway/setting.ts";

interface Shell {
  readonly child: ChildProcess;
  /** What it printed. */
  readonly pid: number;
}

/** A shell that runs a script, which prints a process id; ended with the test. */
async function shell(script: string): Promise<Shell> {
  const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, pid: Number(line.toString()) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

describe("a process", () => {
  it("is alive until it ends", async () => {
    expect(isAlive(process.pid)).toBe(true);
    const { pid } = await shell("echo $$; exec sleep 600");
    expect(isAlive(pid)).toBe(true);
    kill(pid);
    await until(() => !isAlive(pid));
  });

  it.runIf(existsSync("/proc/self/comm"))("is not alive when it has ended and nobody collects it", async () => {
    const { child, pid } = await shell("sleep 600 & echo $!; exec sleep 600");
    onTestFinished(() => kill(pid));
    // A shell collects its children; what it becomes knows of none.
    await until(() => readFileSync(`/proc/${child.pid}/comm`, "utf8").trim() === "sleep");
    kill(pid);
    await until(() => !isAlive(pid));
    expect(() => process.kill(pid, 0)).not.toThrow();
  });
});
