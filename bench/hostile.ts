/** What a hostile config repository can do to the controller: the longest hold of its event loop and its memory, each file in a process of its own. */

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { corpus } from "./hostile-corpus.ts";
import type { BenchResult } from "./result.ts";

const run = promisify(execFile);
const holdBudgetMs = 250;
const memoryBudgetMb = 512;

interface Measured {
  readonly name: string;
  readonly holdMs: number;
  readonly memoryMb: number;
}

/** The worst of the corpus stands in the table; every case is told on the way. */
export async function hostileBench(): Promise<readonly BenchResult[]> {
  const idle = await measure("");
  const measured: Measured[] = [];
  for (const { name } of corpus) {
    const one = await measure(name);
    console.error(`  ${name}: ${Math.round(one.holdMs)} ms, ${Math.round(one.memoryMb)} MB`);
    measured.push(one);
  }
  return [
    worst(measured, idle, { unit: "ms", what: "longest hold of the loop", budget: holdBudgetMs, of: ({ holdMs }) => holdMs }),
    worst(measured, idle, { unit: "MB", what: "memory at most", budget: memoryBudgetMb, of: ({ memoryMb }) => memoryMb }),
  ];
}

/** In a fresh process: nothing is warm, and memory is nobody else's. */
async function measure(name: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, ["--import", "tsx", join(import.meta.dirname, "hostile-one.mts"), name], {
    timeout: 300_000,
  });
  return JSON.parse(stdout) as Measured;
}

interface Column {
  readonly unit: string;
  readonly what: string;
  readonly budget: number;
  readonly of: (measured: Measured) => number;
}

function worst(measured: readonly Measured[], idle: Measured, { unit, what, budget, of }: Column): BenchResult {
  const [first] = measured.toSorted((a, b) => of(b) - of(a));
  const ours = first === undefined ? 0 : of(first);
  const baseline = of(idle);
  return {
    name: `${what}, ${measured.length} hostile repositories; ${first?.name ?? ""}`,
    unit,
    ours,
    baseline,
    baselineName: "a small repository without a fault",
    ratio: ours / baseline,
    budget: `<= ${budget} ${unit}`,
    ok: ours <= budget,
  };
}
