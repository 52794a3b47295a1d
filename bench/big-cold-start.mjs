/**
 * A controller's start up to the first decisions, as a process of its own: run with the built program's folder, a state folder, the
 * remote's address and `fetch` or `recover`. Prints the milliseconds since the process began, and the memory that stays.
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dist = "", state = "", url = "", way = "recover"] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(join(dist, file)).href);

// Everything that `pinion run` loads, needed here or not.
await load("composition/run.js");
const { openStore } = await load("adapters/store/sqlite/store.js");
const { createGitRepository } = await load("adapters/git/repository.js");
const { createManifests } = await load("adapters/manifest/manifests.js");
const { sha256 } = await load("adapters/manifest/process/digest.js");
const { nodeRedDialect } = await load("adapters/engines/node-red/dialect.js");
const { systemClock } = await load("adapters/system/system.js");
const { createSource } = await load("controller/source.js");
const { decide } = await load("domain/decision/decide.js");

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = openStore({ directory: state, log });
const repository = createGitRepository({ url, branch: "main", directory: join(state, "mirror"), log });
const manifests = createManifests({ objects: repository.objects, cache: store.parseCache, dialects: [nodeRedDialect] });
const applied = { read: () => store.meta.get("applied"), write: (commit) => store.meta.set("applied", commit) };
const around = { address: (name) => `http://127.0.0.1:1/${name}`, remembered: () => store.environments() };
const about = { url, branch: "main", environments: null, applied, ...around };
const source = createSource({ repository, manifests, hash: sha256, clock: systemClock, log, ...about });

if (way === "fetch") await source.poll();
else await source.recover();
const planned = await planAll();
const readyMs = performance.now();
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 500));
globalThis.gc?.();
const rssMb = process.memoryUsage.rss() / 1024 / 1024;
await repository.close();
store.close();
console.log(JSON.stringify({ readyMs, rssMb, planned }));

/** Engines and router are up and empty, so that every pin becomes a deployment: the most that a first plan can be. */
async function planAll() {
  let deployments = 0;
  for (const name of source.environments()) {
    const { commit, environment, desired } = source.wanted(name);
    const engine = { kind: "known", value: { instances: [{ id: "one", state: "ready", why: "" }], installed: new Map() } };
    const routes = { kind: "known", value: new Map() };
    const inFlight = { kind: "known", value: new Map() };
    const { spec, findings, quarantine } = environment;
    const asked = { engines: new Map([["node-red", engine]]), routes, inFlight, measured: new Map() };
    const seen = { now: Date.now(), lostMs: 0, commit, environment: name, spec, desired, findings, quarantine, ...asked };
    const step = decide(await store.journal.state(name), seen);
    deployments += new Set(step.deployments.map((update) => update.id)).size;
  }
  return deployments;
}
