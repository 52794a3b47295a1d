/** `npm run simulate -- --seed S --runs N [--verbose]`: runs seeds S to S+N-1 on all cores, and says what each violation was. */

import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type RunResult, simulate } from "./simulate.ts";

interface Range {
  readonly first: number;
  readonly runs: number;
}

/** Stacks of expected failures are the dearest part of them. */
Error.stackTraceLimit = 4;
/** Fewer are not worth a second process. */
const fewRuns = 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "1" },
      verbose: { type: "boolean", default: false },
    },
  });
  const range = { first: wholeNumber("seed", values.seed), runs: wholeNumber("runs", values.runs) };
  const report = createReport(range, values.verbose);
  if (range.runs <= fewRuns) for (const seed of seedsOf(range, 0, 1)) report.take(await simulate(seed, values.verbose));
  else await runTogether(range, (result) => report.take(result));
  console.log(`${range.runs} runs, ${report.violations} violations`);
  return report.violations > 0 ? 1 : 0;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} takes a whole number, not ${JSON.stringify(text)}`);
  process.exit(2);
}

function* seedsOf({ first, runs }: Range, part: number, parts: number): Iterable<number> {
  for (let index = part; index < runs; index += parts) yield first + index;
}

interface Report {
  /** Prints in order of seeds, whoever is done first. */
  take(result: RunResult): void;
  /** Runs with a violation. */
  readonly violations: number;
}

function createReport({ first }: Range, isVerbose: boolean): Report {
  const waiting = new Map<number, RunResult>();
  let next = first;
  let violations = 0;
  return {
    get violations() {
      return violations;
    },
    take(result) {
      waiting.set(result.seed, result);
      for (let due = waiting.get(next); due; due = waiting.get(next)) {
        waiting.delete(next);
        next += 1;
        if (due.violations.length > 0) violations += 1;
        print(due, isVerbose);
      }
    },
  };
}

function print({ seed, violations, lines, steps, hash }: RunResult, isVerbose: boolean): void {
  if (isVerbose) for (const line of lines) console.log(line);
  for (const { step, invariant, seen } of violations) {
    console.log(`seed ${seed}, step ${step}: ${invariant}`);
    console.log(`  ${seen}`);
    if (!isVerbose) for (const line of lines.slice(-20)) console.log(`    ${line}`);
  }
  if (isVerbose) console.log(`seed ${seed}: ${steps} steps, trace ${hash}`);
}

/** One process for each core; each takes its part of the seeds. */
async function runTogether(range: Range, onResult: (result: RunResult) => void): Promise<void> {
  const parts = Math.min(availableParallelism(), range.runs);
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: parts }, (_, part) => {
        const worker = fork(import.meta.filename, ["--worker", String(range.first), String(range.runs), `${part}/${parts}`]);
        workers.push(worker);
        return untilDone(worker, onResult);
      }),
    );
  } finally {
    for (const worker of workers) worker.kill();
  }
}

function untilDone(worker: ChildProcess, onResult: (result: RunResult) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (result: RunResult) => onResult(result));
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code ?? "a signal"}`))));
  });
}

async function work([first = "", runs = "", share = ""]: readonly string[]): Promise<void> {
  const [part = 0, parts = 1] = share.split("/").map(Number);
  for (const seed of seedsOf({ first: Number(first), runs: Number(runs) }, part, parts)) {
    const { lines, ...result } = await simulate(seed);
    await tell({ ...result, lines: result.violations.length > 0 ? lines : [] });
  }
}

function tell(result: RunResult): Promise<void> {
  return new Promise((resolve, reject) => process.send?.(result, (error: Error | null) => (error ? reject(error) : resolve())));
}

const [, , mode, ...rest] = process.argv;
if (mode === "--worker") {
  // Whoever asked is gone: nobody listens any more.
  process.on("disconnect", () => process.exit());
  await work(rest);
  process.disconnect();
} else process.exitCode = await main();
