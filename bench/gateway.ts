/** The gateway against raw node:http piping and against http-proxy-3: the same load on each in turn, each in a process of its own. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { BenchResult } from "./result.ts";

const rounds = 7;
const warmUps = 6;
const secondsPerRound = 1;

interface Contender {
  readonly name: "gateway" | "raw node:http piping" | "http-proxy-3";
  readonly part: string;
  readonly path: string;
}

const contenders: readonly Contender[] = [
  { name: "gateway", part: "ours", path: "/production/orders" },
  { name: "raw node:http piping", part: "raw", path: "/orders" },
  { name: "http-proxy-3", part: "http-proxy-3", path: "/orders" },
];

/** Takes about a minute. */
export async function gatewayBench(): Promise<BenchResult[]> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-bench-"));
  const parts: Part[] = [];
  const begin = async (name: string, given: readonly string[]) => {
    const part = await startPart(name, given);
    parts.push(part);
    return part;
  };
  try {
    const backend = await begin("backend", []);
    const proxies = new Map<Contender, Part>();
    for (const contender of contenders) proxies.set(contender, await begin(contender.part, [backend.first, directory]));
    const rates = new Map<string, number[]>();
    // Warms up the compilers, of both workers of the gateway.
    for (let round = 0; round < warmUps; round++) for (const proxy of proxies) await load(proxy[1], proxy[0].path, begin);
    for (let round = 0; round < rounds; round++) {
      for (const [contender, proxy] of proxies) {
        const rate = await load(proxy, contender.path, begin);
        rates.set(contender.name, [...(rates.get(contender.name) ?? []), rate]);
      }
    }
    return results((name) => median(rates.get(name) ?? []));
  } finally {
    await Promise.all(parts.map(end));
    await rm(directory, { recursive: true, force: true });
  }
}

/** Requests answered per second of the proxy's CPU time: what one core carries, however busy the machine is otherwise. */
async function load(proxy: Part, path: string, begin: (name: string, given: readonly string[]) => Promise<Part>): Promise<number> {
  const before = Number(await proxy.ask());
  const answered = Number((await begin("load", [proxy.first, path, String(secondsPerRound)])).first);
  return Math.round(answered / ((Number(await proxy.ask()) - before) / 1000));
}

function results(rate: (name: Contender["name"]) => number): BenchResult[] {
  return [
    compare(rate("gateway"), rate("raw node:http piping"), "raw node:http piping", 1),
    compare(rate("gateway"), rate("http-proxy-3"), "http-proxy-3", 2),
  ];
}

function compare(ours: number, baseline: number, baselineName: string, least: number): BenchResult {
  const ratio = ours / baseline;
  return {
    name: "gateway, 32 connections",
    unit: "requests per CPU second",
    ours,
    baseline,
    baselineName,
    ratio,
    budget: `>= ${least} x ${baselineName}`,
    ok: ratio >= least,
  };
}

interface Part {
  readonly child: ChildProcess;
  /** The first line that it printed. */
  readonly first: string;
  /** Sends it a line and gives the line that it answers. */
  ask(): Promise<string>;
}

async function startPart(name: string, given: readonly string[]): Promise<Part> {
  const file = fileURLToPath(new URL(`./gateway-parts/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", file, ...given], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done) throw new Error(`${name} ended too early`);
    return line.value;
  };
  const ask = () => {
    child.stdin.write("\n");
    return next();
  };
  return { child, first: await next(), ask };
}

async function end({ child }: Part): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, unit, ours, baseline, baselineName, ratio, budget, ok } of await gatewayBench())
    console.log(`${name}: ${ours} ${unit}, ${baselineName} ${baseline}, ratio ${ratio.toFixed(2)} (${budget}): ${ok ? "met" : "not met"}`);
}
