/** What hostile input can do to the controller: the longest hold of its event loop and its memory, some cases one after the other in a process. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { corpus } from "./hostile-corpus.ts";
import type { Held } from "./hostile-meter.ts";
import type { BenchResult } from "./result.ts";

const run = promisify(execFile);
const holdBudgetMs = 250;
const memoryBudgetMb = 512;
const seeds = 400;
/** In one process: starting it takes longer than most cases. Memory is the most of all of them so far. */
const casesAtOnce = 10;

interface Measured extends Held {
  readonly name: string;
}

/** The worst of the corpus stands in the table; every case is told on the way. Takes some minutes. */
export async function hostileBench(): Promise<readonly BenchResult[]> {
  const measured: Measured[] = [];
  for (let first = 0; first < corpus.length; first += casesAtOnce)
    measured.push(...(await measure(corpus.slice(first, first + casesAtOnce).map(({ name }) => name))));
  return results(measured, `${corpus.length} hostile inputs`);
}

/** Repositories by chance, several one after the other in one process. Takes ten minutes. */
export async function hostileRandomSlowBench(): Promise<readonly BenchResult[]> {
  const measured: Measured[] = [];
  for (let first = 1; first <= seeds; first += casesAtOnce)
    measured.push(...(await measure(["seeds", String(first), String(first + casesAtOnce - 1)])));
  return results(measured, `${seeds} random ones`);
}

async function results(measured: readonly Measured[], what: string): Promise<readonly BenchResult[]> {
  const [idle] = await measure([""]);
  return [
    worst(measured, idle, { unit: "ms", what: `longest hold of the loop, ${what}`, budget: holdBudgetMs, of: ({ holdMs }) => holdMs }),
    worst(measured, idle, { unit: "MB", what: `memory at most, ${what}`, budget: memoryBudgetMb, of: ({ memoryMb }) => memoryMb }),
  ];
}

/** In a fresh process. The collector has one thread there: its helpers have no core on a busy machine, and waiting for them looks like slow code. */
async function measure(words: readonly string[]): Promise<readonly Measured[]> {
  const program = join(import.meta.dirname, "hostile-one.mts");
  const { stdout } = await run(process.execPath, ["--expose-gc", "--single-threaded-gc", "--import", "tsx", program, ...words], {
    timeout: 600_000,
  });
  const measured = JSON.parse(stdout) as readonly Measured[];
  for (const { name, holdMs, busyMs, wallMs, memoryMb } of measured)
    console.error(
      `  ${name}: ${Math.round(holdMs)} ms (${Math.round(busyMs)} of a core, ${Math.round(wallMs)} with the machine's load), ${Math.round(memoryMb)} MB`,
    );
  return measured;
}

interface Column {
  readonly unit: string;
  readonly what: string;
  readonly budget: number;
  readonly of: (measured: Measured) => number;
}

function worst(measured: readonly Measured[], idle: Measured | undefined, { unit, what, budget, of }: Column): BenchResult {
  const [first] = measured.toSorted((a, b) => of(b) - of(a));
  const ours = first === undefined ? 0 : of(first);
  const baseline = idle === undefined ? 1 : of(idle);
  return {
    name: `${what}; ${first?.name ?? ""}`,
    unit,
    ours,
    baseline,
    baselineName: "a small repository without a fault",
    ratio: ours / baseline,
    budget: `<= ${budget} ${unit}`,
    ok: ours <= budget,
  };
}
