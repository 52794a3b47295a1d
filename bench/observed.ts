/**
 * One pin moved in the running daemon: from its commit being in the mirror to the decision on disk, with engine and router asked, which
 * answer from another process. Everything else runs already, as on most days.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { createNodeRedClient } from "../src/adapters/engines/node-red/client.ts";
import { compileUnit, endpointsOf, privatePath } from "../src/adapters/engines/node-red/compile.ts";
import { createNodeRedEngine } from "../src/adapters/engines/node-red/engine.ts";
import { createFlowsReader } from "../src/adapters/engines/node-red/flows-reader.ts";
import { openLocalRepository } from "../src/adapters/git/local-repository.ts";
import { parseControllerConfig } from "../src/adapters/manifest/operator/controller-config.ts";
import { createGatewayRouter } from "../src/adapters/routers/gateway/client.ts";
import { createSecrets } from "../src/adapters/secrets/secrets.ts";
import { openStore } from "../src/adapters/store/sqlite/store.ts";
import { startSystemTime } from "../src/adapters/system/system-time.ts";
import { type Assembly, assemble } from "../src/composition/assemble.ts";
import { timeMemory } from "../src/composition/time-memory.ts";
import { type Controller, createController } from "../src/controller/controller.ts";
import type { LoopParts } from "../src/controller/loop.ts";
import { observe } from "../src/controller/observe.ts";
import { loadUnit } from "../src/controller/units.ts";
import { decide } from "../src/domain/decision/decide.ts";
import type { DeploymentUnit } from "../src/domain/desired/unit.ts";
import { nothingRemembered } from "../src/domain/journal/remembered.ts";
import type { Decision } from "../src/domain/journal/state.ts";
import type { Route } from "../src/domain/observed/route.ts";
import { newCheckMark } from "../src/gateway/own-requests.ts";
import { freePort } from "../test/support/free-port.ts";
import { processId, versions } from "./big-content.ts";
import { compared, median } from "./big-figures.ts";
import { type BigRepository, createBigRepository } from "./big-repository.ts";
import type { BenchResult } from "./result.ts";
import { childrenOf, threadTimesOf } from "./thread-times.ts";

const environment = "production";
const owner = "bench";
const instance = "node-red-1";
const [rounds, warmUpRounds] = [15, 5];
const [budgetMs, limitMs, pollEveryMs] = [20, 60_000, 25];
/** After a deployment, until the next commit. */
const quietMs = 500;
const nothing = (): void => undefined;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Takes two or three minutes: the files of all processes are read. */
export async function observedPinSlowBench(): Promise<readonly BenchResult[]> {
  const small = await measure(1_000);
  const ours = await measure(10_000);
  const name = "one pin moved in the running daemon, 10,000 processes, engine and router asked, to the recorded decision";
  const about = { unit: "ms", baselineName: "1,000 processes" };
  return [
    { ...about, name, ...compared(ours.wallMs, small.wallMs), budget: `<= ${budgetMs} ms`, ok: ours.wallMs <= budgetMs },
    {
      ...about,
      name: "the processor time of it, of daemon, git and what answers",
      ...compared(ours.ranMs, small.ranMs),
      budget: "",
      ok: true,
    },
  ];
}

/** By the wall's clock; and what all processes that take part have run meanwhile, which a busy machine adds little to. */
interface Took {
  readonly wallMs: number;
  readonly ranMs: number;
}

/** The medians. */
async function measure(processes: number): Promise<Took> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const closers: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const daemon = await openDaemon(await createBigRepository({ folder, processes, pins: "by-team" }), folder, closers);
    const took: Took[] = [];
    for (let round = 0; round < rounds + warmUpRounds; round += 1) {
      const one = await daemon.move((round * 370 + 2) % processes);
      if (round >= warmUpRounds) took.push(one);
    }
    return { wallMs: median(took.map(({ wallMs }) => wallMs)), ranMs: median(took.map(({ ranMs }) => ranMs)) };
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

interface Daemon {
  /** Pins another version; from the fetch to the decision that opens its deployment. Everything is at rest again afterwards. */
  move(process: number): Promise<Took>;
}

async function openDaemon(big: BigRepository, folder: string, closers: (() => unknown)[]): Promise<Daemon> {
  const outside = { environment, token: randomBytes(16).toString("hex"), enginePort: await freePort(), controlPort: await freePort() };
  const branch = { head: big.head(), onFetched: () => undefined as void };
  let controller: Controller | null = null;
  const wake = (name: string): void => controller?.wake(name);
  const parts = assembleDaemon(outside, { objects: big.path, branch, folder, wake, closers });
  await parts.source.poll();
  await startOutside(outside, { parts, folder, closers });
  await rememberAll(parts);

  let onRecorded: (decision: Decision) => void = () => undefined;
  const { journal } = parts.ports;
  const record = async (decision: Decision): Promise<void> => {
    await journal.record(decision);
    onRecorded(decision);
  };
  const running = createController({ ...parts, ports: { ...parts.ports, journal: { ...journal, record } } });
  controller = running;
  running.start();
  closers.push(() => running.stop());
  const clock = createClock([process.pid, ...childrenOf(process.pid)]);
  return {
    async move(index) {
      const moved = processId(index);
      let since = clock();
      branch.onFetched = () => void (since = clock());
      const decided = new Promise<Took>((resolve) => {
        onRecorded = ({ deployments }) => {
          if (!deployments.some(({ opened }) => opened?.process === moved)) return;
          const now = clock();
          resolve({ wallMs: now.wallMs - since.wallMs, ranMs: now.ranMs - since.ranMs });
        };
      });
      branch.head = big.repin(environment, [index], versions[1]);
      const took = await withLimit(decided, `${moved} is not deployed`);
      await untilAtRest(parts, moved);
      return took;
    },
  };
}

/** What the main threads of these have run. */
function createClock(pids: readonly number[]): () => Took {
  const threads = pids.map(threadTimesOf);
  return () => ({ wallMs: performance.now(), ranMs: threads.reduce((sum, times) => sum + times().ranMs, 0) });
}

/** Also what was replaced is gone, or the next commit would wait for its removal. */
async function untilAtRest({ ports }: LoopParts, moved: string): Promise<void> {
  for (const deadline = Date.now() + limitMs; ; await sleep(50)) {
    const { processes, owed } = await ports.journal.state(environment);
    const row = processes.get(moved);
    const isServed = row?.rollout === null && row.status?.sync === "Synced" && row.status.desired === versions[1];
    if (isServed && owed.length === 0 && row.status.actual.every(({ version }) => version === versions[1])) break;
    if (Date.now() > deadline) throw new Error(`${moved} does not come to rest`);
  }
  await sleep(quietMs);
}

interface Outside {
  readonly environment: string;
  readonly token: string;
  readonly enginePort: number;
  readonly controlPort: number;
}

interface Around {
  readonly objects: string;
  readonly branch: { readonly head: string; readonly onFetched: () => void };
  readonly folder: string;
  /** Called when what runs beside the passes has found something, or there would be a look every ten seconds only. */
  readonly wake: (environment: string) => void;
  readonly closers: (() => unknown)[];
}

/** All that `pinion run` puts together, with what is outside of it in another process. */
function assembleDaemon(outside: Outside, { objects, branch, folder, wake, closers }: Around): LoopParts {
  const { router, engine } = reach(outside);
  const store = openStore({ directory: join(folder, "state"), log: silent });
  const local = openLocalRepository(objects);
  const time = startSystemTime({ memory: timeMemory(store), log: silent });
  const assembled = assemble({
    config: parseControllerConfig(configText, "pinion.yaml"),
    log: silent,
    store,
    time,
    secrets: createSecrets({}),
    checkMark: newCheckMark(),
    repository: { ...mirrorOf(branch), objects: local.objects },
    router,
    engines: { of: () => engine, kinds: () => ["node-red"], open: nothing, close: async () => nothing() },
    dispatcher: { notify: nothing },
    outages: { secrets: nothing },
    wake,
    refresh: nothing,
  });
  closers.push(
    () => store.close(),
    () => local.close(),
    () => time.stop(),
    () => router.close(),
    () => assembled.close(),
  );
  return { ...assembled.parts, nextPollAt: () => time.clock.now() + pollEveryMs };
}

const url = "https://bench.invalid/config.git";
const configText = JSON.stringify({ repository: { url }, environments: [environment] });

function mirrorOf(branch: Around["branch"]): Omit<Assembly["repository"], "objects"> {
  return {
    url,
    poll: async () => branch.head,
    fetch: async () => {
      branch.onFetched();
      return { commit: branch.head, committedAt: 0, subject: "a commit", author: "somebody" };
    },
    mirrored: async () => null,
    writer: () => ({ revert: () => Promise.reject(new Error("nothing is reverted here")) }),
  };
}

/** By the product's own clients. */
function reach({ token, enginePort, controlPort }: Outside) {
  const place = `http://127.0.0.1:${enginePort}`;
  const router = createGatewayRouter({ gateway: { controlUrl: `http://127.0.0.1:${controlPort}`, token }, publicUrl: `${place}/public` });
  const client = createNodeRedClient({ adminUrl: place, token: null, timeoutMs: 30_000 });
  const host = {
    id: instance,
    url: place,
    state: "ready",
    why: "",
    client,
    queue: pLimit(1),
    reader: createFlowsReader(owner),
    owner,
  } as const;
  return { router, engine: createNodeRedEngine({ hosts: () => [host], owner }) };
}

interface Starting {
  readonly parts: LoopParts;
  readonly folder: string;
  readonly closers: (() => unknown)[];
}

/** With everything that is pinned installed, routed and called. */
async function startOutside(outside: Outside, { parts, folder, closers }: Starting): Promise<void> {
  const nodes: unknown[] = [];
  const routes: Route[] = [];
  for (const desired of parts.source.wanted(environment)?.desired?.processes.values() ?? []) {
    if (desired.kind !== "run") throw new Error(`${desired.kind}: not everything can run`);
    const { unit } = await loadUnit(desired.unit, environment, parts.ports);
    const { tab, nodes: own } = compileUnit(unit, owner);
    nodes.push(...own);
    routes.push(routeTo(unit, `http://127.0.0.1:${outside.enginePort}${privatePath(tab)}`, endpointsOf(tab, own)));
  }
  const [flowsFile, routesFile] = [join(folder, "flows.json"), join(folder, "routes.json")];
  await writeFile(flowsFile, JSON.stringify(nodes));
  await writeFile(routesFile, JSON.stringify(routes));
  const program = join(import.meta.dirname, "outside-process.mts");
  const child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
  closers.push(() => ended(child));
  child.stdin.end(JSON.stringify({ ...outside, flowsFile, routesFile }));
  await withLimit(once(child.stdout, "data"), "engine and gateway do not come up");
}

function routeTo({ process: name, version, digest }: DeploymentUnit, place: string, endpoints: ReturnType<typeof endpointsOf>): Route {
  const share = { version, digest, weight: 100, endpoints, targets: [{ instance, url: place }] };
  return { process: name, timeoutMs: 30_000, sticky: null, shares: [share] };
}

/** As if passes had seen everything run. */
async function rememberAll({ ports }: LoopParts): Promise<void> {
  for (let pass = 0; pass < 2; pass += 1) {
    const observation = await observe(environment, ports);
    if (!observation) throw new Error("the environment is not known");
    const state = pass === 0 ? { ...nothingRemembered(environment), hasAnswered: true } : await ports.journal.state(environment);
    const decision = decide(state, { ...observation, measured: new Map() });
    if (decision.deployments.length > 0) throw new Error(`${decision.deployments.length} deployments are wanted where all runs`);
    await ports.journal.record({ ...decision, hasAnswered: true });
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

async function withLimit<T>(work: Promise<T>, otherwise: string): Promise<T> {
  const limit = new AbortController();
  const late = sleep(limitMs, null, { signal: limit.signal }).then(() => Promise.reject(new Error(otherwise)));
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    limit.abort();
  }
}
