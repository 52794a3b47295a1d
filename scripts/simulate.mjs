/** `npm run simulate -- --seed S --runs N [--verbose]`: installs what is missing, then simulates the controller in unkind worlds. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureInstalled, root } from "./ensure-installed.mjs";
import { run } from "./run.mjs";

/**
 * Much code that runs for a short time each: it is compiled at once, and what lives for one seed is thrown away young, a few seeds at a time. The second compiler
 * takes a third of the processor time when it is as eager as it is by itself: it is for what is called most, and inlines less.
 */
const quick = [
  "--always-sparkplug",
  "--interrupt-budget=600000",
  "--max-inlined-bytecode-size-cumulative=300",
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
];
/** As many are worth a bundle: its functions need not keep their names, as tsx has it at a price of a fifth, and it is loaded in half the time. */
const manyRuns = 200;

await ensureInstalled();
const parameters = process.argv.slice(2);
const { values } = parseArgs({ args: parameters, options: { runs: { type: "string" } }, strict: false, allowPositionals: true });
process.exitCode =
  Number(values.runs) > manyRuns ? await runBundled() : await run("test/simulation/cli.ts", parameters, [...quick, "--import", "tsx"]);

async function runBundled() {
  const outdir = join(root, "node_modules", ".cache", `simulation-${process.pid}`);
  try {
    const { build } = await import("esbuild");
    await build({
      entryPoints: [join(root, "test/simulation/cli.ts")],
      outdir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "warning",
    });
    return await run(join(outdir, "cli.mjs"), parameters, quick);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
