/** Ending processes of our own, as the gateway's launcher and the engine's supervisor do it: asked first, made to, and never somebody else's. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import * as engines from "../../src/adapters/engines/node-red/os-process.ts";
import * as gateways from "../../src/platform/owned-process.ts";

interface Known {
  readonly pid: number;
  readonly startTime: string | null;
}

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** A shell script that has said its first line. */
async function start(script: string): Promise<{ readonly child: ChildProcess; readonly pid: number; readonly said: string }> {
  const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  children.push(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, pid: child.pid ?? -1, said: said.toString() };
}

const polite = "echo up; exec sleep 1000";
const tidy = `trap "sleep 0.1; exit 3" TERM; echo up; while :; do sleep 0.05; done`;
const deaf = `trap "" TERM; echo up; while :; do sleep 0.05; done`;

describe.each([
  [
    "the gateway",
    async (pid: number): Promise<Known> => gateways.ownedProcess(pid),
    async (known: Known) => gateways.isRunning(known),
    gateways.terminate,
  ],
  ["an engine", engines.identify, engines.isAlive, engines.terminate],
] as const)("a process of %s", (...[, identify, isRunning, terminate]) => {
  it("is asked to end, and given its time", async () => {
    const { child, pid } = await start(tidy);
    const ended = once(child, "exit");
    await terminate(await identify(pid), 60_000);
    expect(await ended).toEqual([3, null]);
  });

  it("is made to end when it does not listen", async () => {
    const { child, pid } = await start(deaf);
    const ended = once(child, "exit");
    const known = await identify(pid);
    await terminate(known, 100);
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(await isRunning(known)).toBe(false);
  });

  it("is not one that has the same id later", async () => {
    const { child, pid } = await start(polite);
    const other = { pid, startTime: "1" };
    expect(await isRunning(other)).toBe(false);
    await terminate(other, 0);
    expect([child.exitCode, child.signalCode, await isRunning(await identify(pid))]).toEqual([null, null, true]);
  });

  it("has ended when it has, though nobody has collected it", async () => {
    const { said } = await start("sleep 0.01 & echo $!; exec sleep 1000");
    const left = await identify(Number(said));
    while (await isRunning(left)) await new Promise((resolve) => setTimeout(resolve, 5));
    await terminate(left, 60_000);
    expect(await isRunning(left)).toBe(false);
  });
});
