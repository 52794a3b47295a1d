/** `npm run simulate -- --seed S --runs N [--verbose]`: runs seeds S to S+N-1 on all cores, and says what each violation was. */

import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { RunResult } from "./simulate.ts";

interface Range {
  readonly first: number;
  readonly runs: number;
}

/** Stacks of expected failures are the dearest part of them. */
Error.stackTraceLimit = 4;
/** Fewer are not worth a second process. */
const fewRuns = 20;

const help = `npm run simulate -- [--seed S] [--runs N] [--verbose]

Plays the controller in N unkind worlds, from seed S on (both 1 by default), on all cores,
and prints what broke a rule. Exits with 1 when something did.

  npm run simulate -- --seed 1 --runs 20000     seeds 1 to 20000
  npm run simulate -- --seed 4711 --verbose     one seed, with everything that happened`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "1" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const range = { first: wholeNumber("seed", values.seed), runs: wholeNumber("runs", values.runs) };
  const report = createReport(range, values.verbose);
  if (range.runs <= fewRuns) await runHere(range, values.verbose, (result) => report.take(result));
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

function* seedsOf({ first, runs }: Range): Generator<number, undefined> {
  for (let index = 0; index < runs; index += 1) yield first + index;
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

async function runHere(range: Range, isVerbose: boolean, onResult: (result: RunResult) => void): Promise<void> {
  const { simulate } = await import("./simulate.ts");
  for (const seed of seedsOf(range)) onResult(await simulate(seed, isVerbose));
}

/** One process for each core, that takes the next seed whenever it has done one: all are busy to the end, whatever else a core has to do. */
async function runTogether(range: Range, onResult: (result: RunResult) => void): Promise<void> {
  const seeds = seedsOf(range);
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: Math.min(availableParallelism(), range.runs) }, () => {
        const worker = fork(import.meta.filename, ["--worker"]);
        workers.push(worker);
        employ(worker, seeds, onResult);
        return untilDone(worker);
      }),
    );
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** One seed is always ahead, so that a worker never waits for the next. */
function employ(worker: ChildProcess, seeds: Iterator<number, undefined>, onResult: (result: RunResult) => void): void {
  let underWay = 0;
  const give = (): void => {
    const { value: seed } = seeds.next();
    if (seed !== undefined) {
      underWay += 1;
      worker.send(seed);
    } else if (underWay === 0 && worker.connected) worker.disconnect();
  };
  worker.on("message", (result: RunResult) => {
    underWay -= 1;
    onResult(result);
    give();
  });
  give();
  give();
}

function untilDone(worker: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code ?? "a signal"}`))));
  });
}

if (process.argv[2] === "--worker") (await import("./worker.ts")).work();
else process.exitCode = await main();
