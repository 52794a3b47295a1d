/** `npm run demo`: installs and builds what is missing, then becomes `pinion demo` in this very process, so that signals need no messenger. */

import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, root } from "./ensure-installed.mjs";

await ensureInstalled();
await ensureBuilt();
process.argv = [process.execPath, join(root, "bin/pinion.js"), "demo", ...process.argv.slice(2)];
await import("../bin/pinion.js");
