/** `npm run simulate -- --seed S --runs N [--verbose]`: installs what is missing, then simulates the controller in unkind worlds. */

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureInstalled, root } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

/**
 * Much code that runs for a short time each: it is compiled at once, and what lives for one seed is thrown away young. The second compiler
 * takes a third of the processor time when it is as eager as it is by itself: it is for what is called most, and inlines less.
 */
const quick = [
  "--always-sparkplug",
  "--interrupt-budget=600000",
  "--max-inlined-bytecode-size-cumulative=300",
  "--min-semi-space-size=16",
  "--max-semi-space-size=16",
];
/** As many are worth a compilation of their own: what tsx makes of each function keeps its name, at a price of a fifth. */
const manyRuns = 200;
/** Plain JavaScript with types beside it, which the compiler does not put out. */
const validators = "src/generated/validators";

await ensureInstalled();
const parameters = process.argv.slice(2);
const { values } = parseArgs({ args: parameters, options: { runs: { type: "string" } }, strict: false, allowPositionals: true });
process.exitCode =
  Number(values.runs) > manyRuns ? await runCompiled() : await run("test/simulation/cli.ts", parameters, [...quick, "--import", "tsx"]);

async function runCompiled() {
  const compiled = join(root, "node_modules", ".cache", `simulation-${process.pid}`);
  mkdirSync(compiled, { recursive: true });
  try {
    writeFileSync(join(compiled, "package.json"), '{ "type": "module" }\n');
    cpSync(join(root, validators), join(compiled, validators), { recursive: true });
    const code = await run("node_modules/typescript/bin/tsc", ["-p", "tsconfig.simulation.json", "--noCheck", "--outDir", compiled]);
    return code === 0 ? await run(join(compiled, "test/simulation/cli.js"), parameters, quick) : 2;
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}
