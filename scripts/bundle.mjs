/**
 * Bundles what is started as a program, with its packages, into a few files: opening some hundred files is most of what a short command
 * takes. The library stays as the compiler wrote it.
 */

import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

/** Below dist/. Each is replaced by a line that loads its bundle, so that it is started as before. */
const programs = ["main.js", "gateway/workers/worker-program.js", "composition/gateway-standby.js", "composition/reading-program.js"];

/** Loaded from node_modules: the first has native code, the second runs in processes of its own, the third starts threads by path. */
const external = ["libsql", "node-red", "pino"];

/** Packages that are not ECMAScript modules ask for built-in modules in their own way. */
const banner =
  'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);';

/** @param {string} directory the built dist/, in which they are replaced */
export async function bundlePrograms(directory) {
  const entryPoints = programs.map((name) => join(directory, name));
  await bundleInto({ directory, entryPoints, outdir: join(directory, "programs") });
  await Promise.all(programs.map(async (name) => writeFile(join(directory, name), load(name))));
}

/**
 * In the way in which what is started is bundled.
 * @param {{ directory: string, entryPoints: readonly string[], outdir: string }} what the built dist/, programs that load modules of it, and where their bundles go
 */
export async function bundleInto({ directory, entryPoints, outdir }) {
  // Not before the packages are installed.
  const { build } = await import("esbuild");
  await build({
    entryPoints: [...entryPoints],
    entryNames: "[name]",
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: true,
    sourcesContent: false,
    external,
    banner: { js: banner },
    logLevel: "warning",
    plugins: [knowingItsPlace(directory, outdir), namesOfPackages(directory)],
  });
}

/** What a module finds beside itself, it finds from within a bundle too. */
function knowingItsPlace(directory, outdir) {
  return {
    name: "knowing-its-place",
    setup(bundle) {
      bundle.onLoad({ filter: /\.js$/ }, async ({ path }) => {
        if (relative(directory, path).startsWith("..")) return null;
        const text = await readFile(path, "utf8");
        const place = `new URL(${JSON.stringify(relative(outdir, path))}, import.meta.url).href`;
        return { contents: text.replaceAll("import.meta.url", place), resolveDir: dirname(path) };
      });
    },
  };
}

/** A package that is no ECMAScript module has in a bundle no names for `await import("package")`: those that are asked for would be undefined. */
function namesOfPackages(directory) {
  return {
    name: "names-of-packages",
    setup(bundle) {
      bundle.onResolve({ filter: /^[^./]/ }, ({ kind, path, importer }) => {
        const isOurs = !relative(directory, importer).startsWith("..");
        if (kind !== "dynamic-import" || !isOurs || path.startsWith("node:") || external.includes(path)) return null;
        return { errors: [{ text: `${importer}: import ${path} by name in a module of its own, and load that one` }] };
      });
    },
  };
}

function load(name) {
  const path = relative(dirname(name), join("programs", basename(name)));
  return `import "${path.startsWith(".") ? path : `./${path}`}";\n`;
}
