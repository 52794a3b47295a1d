/**
 * Runs the benchmarks of this folder, one after the other, and prints their figures. A benchmark is a module that exports a
 * function whose name ends in `Bench`; one that takes minutes ends in `SlowBench` and runs with `--slow` only.
 * `npm run bench -- gateway --json` runs those whose file is named, as JSON.
 */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { BenchResult } from "./result.ts";

type Bench = () => Promise<readonly BenchResult[]>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, slow: { type: "boolean", default: false } },
});
const modules = readdirSync(import.meta.dirname)
  .filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && (positionals.length === 0 || positionals.includes(file.slice(0, -3))),
  )
  .filter((file) => !["run.ts", "result.ts"].includes(file));
if (modules.length === 0) {
  console.error(`There is no benchmark ${positionals.join(", ")} in bench/.`);
  process.exit(2);
}

const results: BenchResult[] = [];
for (const file of modules) results.push(...(await runModule(file)));
console.log(values.json ? JSON.stringify(results, null, 2) : table(results));
process.exitCode = results.every((result) => result.ok) ? 0 : 1;

async function runModule(file: string): Promise<readonly BenchResult[]> {
  const module = (await import(pathToFileURL(join(import.meta.dirname, file)).href)) as Record<string, unknown>;
  const benches = Object.entries(module).filter(([name, value]) => isWanted(name) && typeof value === "function");
  if (benches.length > 0) console.error(`${file.slice(0, -3)} …`);
  const found: BenchResult[] = [];
  for (const [, bench] of benches) found.push(...(await (bench as Bench)()));
  return found;
}

function isWanted(name: string): boolean {
  return name.endsWith("Bench") && (values.slow || !name.endsWith("SlowBench"));
}

function table(rows: readonly BenchResult[]): string {
  const header = ["what", "ours", "baseline", "", "ratio", "budget", ""];
  const lines = [header, ...rows.map(cells)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells(row: BenchResult): string[] {
  const verdict = row.budget === "" ? "" : row.ok ? "met" : "NOT MET";
  return [
    row.name,
    `${figure(row.ours)} ${row.unit}`,
    `${figure(row.baseline)} ${row.unit}`,
    row.baselineName,
    row.ratio.toFixed(2),
    row.budget,
    verdict,
  ];
}

function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
