/** Reads one repository of the hostile corpus as the controller does, and prints the longest hold of the loop and the memory. */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { nodeRedDialect } from "../src/adapters/engines/node-red/dialect.ts";
import { createManifests } from "../src/adapters/manifest/manifests.ts";
import type { ParseCache } from "../src/ports/objects.ts";
import { createFakeObjects } from "../test/fakes/objects.ts";
import { smallRepository } from "../test/support/small-repository.ts";
import { corpus } from "./hostile-corpus.ts";

const noCache: ParseCache = { get: () => new Map(), put: () => {} };
const [name = ""] = process.argv.slice(2);
const objects = createFakeObjects();
const found = corpus.find((each) => each.name === name);
const good = objects.commit(smallRepository());
const commit = found === undefined ? good : objects.commit(found.files());
const manifests = createManifests({ objects, cache: noCache, dialects: [nodeRedDialect] });
await manifests.snapshot(good, 0);
await setTimeout(200);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
await setTimeout(50);
let cpuMs = 0;
let before = process.cpuUsage();
let isOver = false;
const turn = (): void => {
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  cpuMs = Math.max(cpuMs, (user + system) / 1000);
  if (!isOver) setImmediate(turn);
};
setImmediate(turn);
let outcome = "";
const start = performance.now();
try {
  const snapshot = await manifests.snapshot(commit, 0);
  outcome = `${snapshot.findings.length} findings, first: ${snapshot.findings[0]?.message ?? ""}`;
  const pinned = snapshot.environments.get("dev")?.pins.get("p");
  if (pinned?.kind === "runnable") await manifests.version("p", "1.0.0");
} catch (error) {
  outcome = String(error);
}
const tookMs = performance.now() - start;
await setTimeout(50);
delay.disable();
isOver = true;
const memoryMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ name, holdMs: delay.max / 1e6, cpuMs, memoryMb, tookMs, outcome }));
