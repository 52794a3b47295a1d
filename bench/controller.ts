/** A controller's start on a big config repository, up to its first decisions about all environments, and what it weighs then. */

import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { startGitServer } from "../src/demo/git-http-server.ts";
import { cleanGitEnvironment } from "../test/support/git.ts";
import { environments, pinnedAtFirst } from "./big-content.ts";
import { median } from "./big-figures.ts";
import { createBigRepository } from "./big-repository.ts";
import type { BenchResult } from "./result.ts";

const processes = 10_000;
const rounds = 7;
/** Every tenth process waits for the one that it calls. */
const expected = processes * environments.length * 0.9;
const budgetMs = 500;
const budgetMb = 150;

/** Takes about two minutes: the first start parses 30,000 files. */
export async function coldStartBench(): Promise<readonly BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const big = await createBigRepository({ folder, processes, pins: "by-team" });
  const server = await startGitServer({ root: folder });
  try {
    const start = (way: "fetch" | "recover") => startOnce([join(folder, "state"), `${server.url}/config.git`, way]);
    const first = await start("fetch");
    const blobs = pinnedFiles(big.path);
    const ours: Start[] = [];
    const reading: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const one = await start("recover");
      const other = await readAll(big.path, blobs);
      // The first round warms the disk's cache.
      if (round > 0) ours.push(one);
      if (round > 0) reading.push(other);
    }
    return rows(ours, median(reading), first);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function rows(starts: readonly Start[], reading: number, first: Start): BenchResult[] {
  const ready = median(starts.map((start) => start.readyMs));
  const rss = median(starts.map((start) => start.rssMb));
  const name = "cold start, 10,000 processes x 3, to the first plan";
  const row = (baseline: number, baselineName: string): BenchResult => {
    const what = { name, unit: "ms", baselineName, budget: `<= ${budgetMs} ms` };
    return { ...what, ours: ready, baseline, ratio: ready / baseline, ok: ready <= budgetMs };
  };
  const memory = { name: "memory at rest after it", unit: "MB", baselineName: "right after the first fetch" };
  return [
    row(reading, "reading the pinned files only"),
    row(first.readyMs, "fetch and start without parse cache"),
    { ...memory, ours: rss, baseline: first.rssMb, ratio: rss / first.rssMb, budget: `<= ${budgetMb} MB`, ok: rss <= budgetMb },
  ];
}

interface Start {
  /** Since the process began. */
  readonly readyMs: number;
  readonly rssMb: number;
}

async function startOnce(given: readonly string[]): Promise<Start> {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  const { readyMs, rssMb, planned } = await runChild("big-cold-start.mjs", [dist, ...given], "");
  if (planned !== expected) throw new Error(`the start planned ${planned} deployments`);
  return { readyMs: readyMs ?? Number.NaN, rssMb: rssMb ?? Number.NaN };
}

async function readAll(repository: string, blobs: string): Promise<number> {
  return (await runChild("big-read-all.mjs", [repository], blobs)).readyMs ?? Number.NaN;
}

/** Object ids of the version files that some environment pins, one a line. */
function pinnedFiles(repository: string): string {
  const pinned = new Set(Object.values(pinnedAtFirst).map((version) => `/${version}.yaml`));
  const options = { cwd: repository, env: cleanGitEnvironment, maxBuffer: 64 * 1024 * 1024 };
  const lines = execFileSync("git", ["ls-tree", "-r", "main", "processes"], options).toString().split("\n");
  const ids = lines.filter((line) => pinned.has(line.slice(line.lastIndexOf("/")))).map((line) => line.split(/\s/)[2] ?? "");
  return `${ids.join("\n")}\n`;
}

async function runChild(file: string, given: readonly string[], input: string): Promise<Readonly<Record<string, number>>> {
  const program = fileURLToPath(new URL(`./${file}`, import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program, ...given], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const printed = await text(child.stdout);
  if (printed === "") throw new Error(`${file} ended without a figure`);
  return JSON.parse(printed) as Readonly<Record<string, number>>;
}
