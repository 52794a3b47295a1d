/** The disk of the state folder is full while a version goes bad: a small file system of its own, which only root can mount. */

import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenInstallation, openInstallation, root, until } from "../support/installation.ts";
import { type Ground, good } from "../support/proving-ground.ts";
import { type RecordedLoad, startRecordedLoad } from "../support/recorded-load.ts";

const run = promisify(execFile);
const minRequests = 20;

const ground: Ground = {
  processes: { shop: { "1.0.0": good, "1.1.0": { kind: "failing", every: 2 } } },
  environments: {
    production: {
      text: `type: production
strategy: { type: canary, config: { trafficPercentage: 50, incrementInterval: 10m, minRequests: ${minRequests}, maxDuration: 9h } }
analysis: { interval: 1s, window: 10s, minRequests: ${minRequests} }
rollbackPolicy:
  automatic:
    timeout: 10m
    triggers:
      - { type: error_rate, threshold: 10%, duration: 10s, minRequests: ${minRequests} }
drainTimeout: 5s
`,
      pins: { shop: "1.0.0" },
    },
  },
};

let installation: OpenInstallation;
let disk: string;
let load: RecordedLoad | undefined;

const filler = (): string => join(disk, "filler");

/** Writes until there is no byte left. */
async function fillDisk(): Promise<void> {
  const piece = Buffer.alloc(64 * 1024, "x");
  for (let size = piece.length; size >= 1;) {
    try {
      await appendFile(filler(), piece.subarray(0, size));
    } catch {
      size = Math.floor(size / 2);
    }
  }
}

beforeAll(async () => {
  await run(process.execPath, [join(root, "scripts", "build.mjs")]);
  disk = await mkdtemp(join(tmpdir(), "pinion-disk-"));
  await run("mount", ["-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", disk]);
  installation = await openInstallation({ environments: ["production"], instances: 1, ground, within: disk });
});

afterAll(async () => {
  await load?.stop();
  await rm(filler(), { force: true });
  try {
    await installation.close();
  } finally {
    await run("umount", ["--lazy", disk]);
    await rm(disk, { recursive: true });
  }
});

describe("a canary that goes bad while the state disk is full", () => {
  it("loses its traffic, is told, and is reverted once there is room", async () => {
    await installation.untilStatus("production", "shop", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
    await installation.deploy("production", "shop", "1.1.0");
    await until(async () => (await installation.status("production", "shop"))?.progress?.weight === 50, "it has half of the traffic");

    await fillDisk();
    const asked = startRecordedLoad(`${await installation.address("production")}/shop`, { callers: 8 });
    load = asked;
    await until(() => asked.of("1.1.0").length >= minRequests, "the bad version is asked");
    await until(async () => {
      const since = asked.answers.length;
      await until(() => asked.answers.length >= since + 200, "there is more traffic");
      return asked.answers.slice(since + 100).every(({ version }) => version === "1.0.0");
    }, "all traffic is on the good version");

    await rm(filler());
    await installation.untilDeployment("shop", "1.1.0", ({ phase }) => phase === "RolledBack");
    await until(async () => (await installation.revertsOf("shop", "1.1.0")).length > 0, "the pin is put back");
    expect(await installation.revertsOf("shop", "1.1.0")).toHaveLength(1);
    await installation.untilStatus("production", "shop", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
  });
});
