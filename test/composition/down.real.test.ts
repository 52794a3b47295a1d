/** `pinion down` ends what is on record and provably the same, and nothing else. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { newRecord, writeRecord } from "../../src/adapters/engines/node-red/instance-files.ts";
import { identify } from "../../src/adapters/engines/node-red/os-process.ts";
import { writeIdentity } from "../../src/gateway/identity.ts";
import { ownedProcess } from "../../src/platform/owned-process.ts";
import { sqlite } from "../../src/adapters/store/sqlite/adapter.ts";
import { lockFolder } from "../../src/adapters/store/sqlite/lock.ts";
import { endLeftOvers } from "../../src/composition/down.ts";

async function state(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-down-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Waits until it is told to end. */
function idle(): ChildProcess & { readonly pid: number } {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (child.pid === undefined) throw new Error("it did not start");
  return child as ChildProcess & { readonly pid: number };
}

async function writeGateway(directory: string, pid: number, workers: readonly number[] = []): Promise<void> {
  await mkdir(join(directory, "gateway"), { recursive: true });
  const about = { url: "http://127.0.0.1:1", host: "127.0.0.1", controlUrl: "http://127.0.0.1:2", token: "t", settings: "{}" };
  const identity = {
    ...ownedProcess(pid),
    standby: null,
    startedAt: new Date().toISOString(),
    ...about,
    workers: workers.map(ownedProcess),
  };
  await writeIdentity(join(directory, "gateway"), identity);
}

describe("down", () => {
  it("ends the gateway, its workers, and every engine", async () => {
    const directory = await state();
    const [gateway, worker, engine] = [idle(), idle(), idle()];
    const gone = [gateway, worker, engine].map((child) => once(child, "exit"));
    await writeGateway(directory, gateway.pid, [worker.pid]);
    await writeRecord(join(directory, "engines", "production", "1"), { ...newRecord(1), process: await identify(engine.pid) });
    expect(await endLeftOvers(directory, sqlite)).toEqual([
      { what: "gateway", pid: gateway.pid },
      { what: "gateway worker", pid: worker.pid },
      { what: "engine production/1", pid: engine.pid },
    ]);
    await Promise.all(gone);
    expect(await endLeftOvers(directory, sqlite)).toEqual([]);
  });

  it("leaves a process alone that has the number of one that is gone", async () => {
    const directory = await state();
    const somebody = idle();
    await writeRecord(join(directory, "engines", "production", "1"), { ...newRecord(1), process: { pid: somebody.pid, startTime: "1" } });
    expect(await endLeftOvers(directory, sqlite)).toEqual([]);
    expect(somebody.exitCode ?? somebody.signalCode).toBeNull();
  });

  it("is refused while a controller runs", async () => {
    const directory = await state();
    const lock = lockFolder(directory);
    onTestFinished(() => lock.release());
    await expect(endLeftOvers(directory, sqlite)).rejects.toMatchObject({ code: "store/locked" });
  });

  it("has nothing to do where nothing is on record", async () => {
    const directory = await state();
    await writeFile(join(directory, "gateway"), "no folder");
    expect(await endLeftOvers(directory, sqlite)).toEqual([]);
    expect(await endLeftOvers(join(directory, "nothing"), sqlite)).toEqual([]);
  });
});
