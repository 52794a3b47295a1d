/** `npm run simulate -- --seed S --runs N [--verbose]`: installs what is missing, then simulates the controller in unkind worlds. */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureInstalled, root } from "./ensure-installed.mjs";
import { newestNode } from "./newest-node.mjs";
import { run } from "./run.mjs";

/** What lives for one seed is thrown away young, a few seeds at a time. */
const young = ["--min-semi-space-size=64", "--max-semi-space-size=64"];
/**
 * Much code that runs for a short time each: it is compiled at once. The last compiler takes a third of the processor time when it is as eager as it is by
 * itself: it is for what is called most, and inlines less.
 */
const quick = ["--always-sparkplug", "--max-inlined-bytecode-size-cumulative=300", ...young];
/** Only Node 20 knows it; newer releases have a compiler between the two. */
const lessEager = process.versions.node.startsWith("20.") ? ["--interrupt-budget=600000"] : [];
/** As many are worth a bundle, whose functions need not keep their names, as tsx has it at a price of a fifth, and a newer Node. Seeds are the same on any. */
const manyRuns = 200;

await ensureInstalled();
const parameters = process.argv.slice(2);
const { values } = parseArgs({ args: parameters, options: { runs: { type: "string" } }, strict: false, allowPositionals: true });
process.exitCode =
  Number(values.runs) > manyRuns
    ? await runBundled()
    : await run("test/simulation/cli.ts", parameters, [...quick, ...lessEager, "--import", "tsx"]);

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
    const node = await newestNode();
    return await run(join(outdir, "cli.mjs"), parameters, node === process.execPath ? [...quick, ...lessEager] : quick, node);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
