/** Where Pinion itself is: its program, its version, and what comes with it. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json, from src/composition as from dist/composition. */
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Program and arguments that make `pinion`. */
export function pinionCommand(): readonly string[] {
  return [process.execPath, join(root, "bin", "pinion.js")];
}

export function exampleRepository(): string {
  return join(root, "example-repo");
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
  return version;
}

/** Another one for every build, so that nothing is believed that another one has kept; null: it was not built. */
export function programVersion(): string | null {
  const stamp = join(dirname(fileURLToPath(import.meta.url)), "..", ".built");
  return existsSync(stamp) ? `${packageVersion()}+${readFileSync(stamp, "utf8").trim()}` : null;
}
