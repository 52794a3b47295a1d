/** A controller's start on a big config repository, up to its first decisions about all environments, and what it weighs then. */

import { execFileSync, spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { bundleInto } from "../scripts/bundle.mjs";
import { startGitServer } from "../src/demo/git-http-server.ts";
import { cleanGitEnvironment } from "../test/support/git.ts";
import { environments, pinnedAtFirst } from "./big-content.ts";
import { compared, median } from "./big-figures.ts";
import { createBigRepository } from "./big-repository.ts";
import type { BenchResult } from "./result.ts";

const processes = 10_000;
const warmRounds = 7;
/** Where nothing runs; every tenth process waits for the one that it calls. */
const expected = processes * environments.length * 0.9;
const budgetMs = 500;
const budgetMb = 165;

type Running = "nothing" | "everything";
type Way = "fetch" | "recover" | "reread";
type StartOnce = (running: Running, way: Way) => Promise<Start>;

/** Takes two or three minutes: the first start parses 30,000 files. */
export async function coldStartBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const big = await createBigRepository({ folder, processes, pins: "by-team" });
  const server = await startGitServer({ root: folder });
  const bundles = await folderInCache();
  try {
    const program = await bundled(bundles);
    const start: StartOnce = (running, way) =>
      startOnce(running, [program, join(folder, running), `${server.url}/config.git`, running, way]);
    const first = await start("nothing", "fetch");
    cpSync(join(folder, "nothing"), join(folder, "everything"), { recursive: true });
    await start("everything", "fetch");
    const blobs = pinnedFiles(big.path);
    const rounds: Round[] = [];
    for (let round = 0; round <= warmRounds; round += 1) {
      const [running, empty] = [await start("everything", "recover"), await start("nothing", "recover")];
      rounds.push({ running, empty, reread: await start("everything", "reread"), readAllMs: await readAll(big.path, blobs) });
    }
    // The first round warms the disk's cache.
    return rows(rounds.slice(1), first);
  } finally {
    await server.close();
    for (const made of [folder, bundles]) await rm(made, { recursive: true, force: true });
  }
}

/** In a fresh checkout nothing has made the cache yet. */
async function folderInCache(): Promise<string> {
  const cache = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));
  await mkdir(cache, { recursive: true });
  return mkdtemp(join(cache, "pinion-bench-"));
}

/** As the programs that users start are, where it finds its packages. */
async function bundled(outdir: string): Promise<string> {
  const directory = fileURLToPath(new URL("../dist", import.meta.url));
  await bundleInto({ directory, entryPoints: [fileURLToPath(new URL("./big-cold-start.mjs", import.meta.url))], outdir });
  return join(outdir, "big-cold-start.js");
}

interface Round {
  readonly running: Start;
  readonly empty: Start;
  /** Without the snapshot that is kept. */
  readonly reread: Start;
  readonly readAllMs: number;
}

const name = "cold start, 10,000 processes x 3, to the first plan";

function rows(rounds: readonly Round[], first: Start): BenchResult[] {
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const readyMs = of(({ running }) => running.readyMs);
  const ranMs = of(({ running }) => running.ranMs);
  const rssMb = of(({ running }) => running.rssMb);
  const ready = { name: `${name}, everything runs`, unit: "ms", budget: `<= ${budgetMs} ms`, ok: readyMs <= budgetMs };
  const row = (baseline: number, baselineName: string): BenchResult => ({ ...ready, baselineName, ...compared(readyMs, baseline) });
  const anew = "without the kept snapshot";
  const about = { unit: "ms", budget: "", ok: true };
  const memory = { name: "memory at rest after it", unit: "MB", budget: `<= ${budgetMb} MB`, ok: rssMb <= budgetMb };
  return [
    row(
      of(({ reread }) => reread.readyMs),
      anew,
    ),
    row(
      of(({ readAllMs }) => readAllMs),
      "reading the pinned files only",
    ),
    row(first.readyMs, "fetch and start without parse cache"),
    {
      ...about,
      name: "its processor time",
      baselineName: anew,
      ...compared(
        ranMs,
        of(({ reread }) => reread.ranMs),
      ),
    },
    {
      ...about,
      name: `${name}, nothing runs`,
      baselineName: "everything runs",
      ...compared(
        of(({ empty }) => empty.readyMs),
        readyMs,
      ),
    },
    { ...memory, baselineName: "right after the first fetch", ...compared(rssMb, first.rssMb) },
  ];
}

interface Start {
  /** Since the process began. */
  readonly readyMs: number;
  /** Processor time of all its threads until then. */
  readonly ranMs: number;
  readonly rssMb: number;
}

async function startOnce(running: Running, [program = "", ...given]: readonly string[]): Promise<Start> {
  const { readyMs = Number.NaN, ranMs = Number.NaN, rssMb = Number.NaN, planned } = await runChild(program, given, "");
  if (planned !== (running === "nothing" ? expected : 0)) throw new Error(`the start planned ${planned} deployments`);
  return { readyMs, ranMs, rssMb };
}

async function readAll(repository: string, blobs: string): Promise<number> {
  return (await runChild(fileURLToPath(new URL("./big-read-all.mjs", import.meta.url)), [repository], blobs)).readyMs ?? Number.NaN;
}

/** Object ids of the version files that some environment pins, one a line. */
function pinnedFiles(repository: string): string {
  const pinned = new Set(Object.values(pinnedAtFirst).map((version) => `/${version}.yaml`));
  const options = { cwd: repository, env: cleanGitEnvironment, maxBuffer: 64 * 1024 * 1024 };
  const lines = execFileSync("git", ["ls-tree", "-r", "main", "processes"], options).toString().split("\n");
  const ids = lines.filter((line) => pinned.has(line.slice(line.lastIndexOf("/")))).map((line) => line.split(/\s/)[2] ?? "");
  return `${ids.join("\n")}\n`;
}

async function runChild(program: string, given: readonly string[], input: string): Promise<Readonly<Record<string, number>>> {
  const child = spawn(process.execPath, ["--expose-gc", program, ...given], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const printed = await text(child.stdout);
  if (printed === "") throw new Error(`${program} ended without a figure`);
  return JSON.parse(printed) as Readonly<Record<string, number>>;
}
