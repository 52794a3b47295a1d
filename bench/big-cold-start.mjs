/**
 * A controller's start up to the first decisions about all environments, bundled as the program is that users start. Run with a state
 * folder, the remote's address, what engines and router are said to run (`nothing` or `everything`), and `fetch`, `recover` or `reread`:
 * with the first the snapshot is kept and rest is remembered, as by a controller that is told to stop; the last finds no kept
 * snapshot. Prints the milliseconds since the process began, the processor time, and the memory that stays.
 */

// oxlint-disable no-restricted-imports -- what users start is measured, which is built of dist/
import { join } from "node:path";
import { createGitRepository } from "../dist/adapters/git/repository.js";
import { createManifests } from "../dist/adapters/manifest/manifests.js";
import { sha256 } from "../dist/adapters/manifest/process/digest.js";
import { nodeRedDialect } from "../dist/adapters/engines/node-red/dialect.js";
import { openStore } from "../dist/adapters/store/sqlite/store.js";
import { systemClock } from "../dist/adapters/system/system.js";
import { createCliWorld } from "../dist/composition/cli-world.js";
import { keepHeapSmall } from "../dist/composition/small-heap.js";
import { createAttention } from "../dist/controller/attention.js";
import { createSource } from "../dist/controller/source.js";
import { nothingRemembered } from "../dist/domain/journal/remembered.js";
import { runCli } from "../dist/surfaces/cli/cli.js";

const [state = "", url = "", running = "everything", way = "recover"] = process.argv.slice(2);

// All that the program loads is in the bundle, needed here or not.
if (way === "never") await runCli([], createCliWorld());
keepHeapSmall();
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = openStore({ directory: state, log });
const repository = createGitRepository({ url, branch: "main", directory: join(state, "mirror"), log });
const read = (key) => store.meta.get(key) || null;
const memory = { read: () => read("published"), write: (text) => store.meta.set("published", text) };
const dialects = [nodeRedDialect];
const keeping = way === "reread" ? {} : { program: "bench" };
const manifests = createManifests({ objects: repository.objects, cache: store.parseCache, dialects, memory, ...keeping });
const applied = { read: () => read("applied"), write: (commit) => store.meta.set("applied", commit) };
const usable = { read: (name) => read(`usable/${name}`), write: (name, commit) => store.meta.set(`usable/${name}`, commit) };
const around = { address: (name) => `http://127.0.0.1:1/${name}`, remembered: () => store.environments(), applied, usable };
const about = { url, branch: "main", environments: null, ...around };
const source = createSource({ repository, manifests, hash: sha256, clock: systemClock, log, ...about });
const attention = createAttention();
/** Milliseconds that go into what engines and router would have said: they are asked over the network, by others' processors. */
const answering = { wallMs: 0, ranMs: 0 };

if (way === "fetch") await source.poll();
else await source.recover();
let planned = 0;
for (const name of source.environments()) planned += await decideAbout(name);
const readyMs = performance.now() - answering.wallMs;
const ranMs = ranUntilNow() - answering.ranMs;
if (way === "fetch") await manifests.keep();
globalThis.gc?.();
await new Promise((resolve) => setTimeout(resolve, 500));
globalThis.gc?.();
const rssMb = process.memoryUsage.rss() / 1024 / 1024;
await repository.close();
store.close();
console.log(JSON.stringify({ readyMs, ranMs, rssMb, planned }));

/** A pass, without what comes of it. Deployments that it opens. */
async function decideAbout(name) {
  const seen = observationOf(name);
  const remembered = () => store.journal.state(name);
  await attention.look(seen, remembered);
  const decision = attention.decide(await remembered(), seen);
  attention.keep(name);
  if (way === "fetch" && running === "everything") await rememberAll(name, seen);
  return new Set(decision.deployments.map((update) => update.id)).size;
}

/** As if passes before had seen all of it run: the first shows it as it is, the second finds nothing new. */
async function rememberAll(name, seen) {
  const first = createAttention().decide({ ...nothingRemembered(name), hasAnswered: true }, seen);
  await store.journal.record({ ...first, hasAnswered: true });
  await store.journal.record(createAttention().decide(await store.journal.state(name), seen));
}

function observationOf(name) {
  const { commit, environment, desired } = source.wanted(name);
  const { spec, findings, quarantine } = environment;
  const begin = { wallMs: performance.now(), ranMs: ranUntilNow() };
  const { installed, routes } = running === "everything" ? allOf(desired) : { installed: new Map(), routes: new Map() };
  answering.wallMs += performance.now() - begin.wallMs;
  answering.ranMs += ranUntilNow() - begin.ranMs;
  const instances = [{ id: "one", state: "ready", why: "" }];
  const engines = new Map([["node-red", { kind: "known", value: { instances, installed } }]]);
  const asked = { engines, routes: { kind: "known", value: routes }, inFlight: { kind: "known", value: new Map() }, measured: new Map() };
  return { now: Date.now(), lostMs: 0, commit, environment: name, spec, desired, findings, quarantine, ...asked };
}

function allOf({ processes }) {
  const installed = new Map();
  const routes = new Map();
  for (const [process, { unit, summary }] of processes) {
    const { endpoints } = summary;
    const address = `http://127.0.0.1:1/${unit.digest}`;
    const placements = [{ instance: "one", address, ready: true, inFlight: 0, counts: null }];
    installed.set(process, [{ ...unit, drift: null, armed: null, endpoints, placements }]);
    const { version, digest } = unit;
    const share = { version, digest, weight: 100, endpoints, targets: [{ instance: "one", url: address }] };
    routes.set(process, { process, timeoutMs: 30_000, sticky: null, shares: [share] });
  }
  return { installed, routes };
}

/** Processor time of all threads, in milliseconds. */
function ranUntilNow() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
