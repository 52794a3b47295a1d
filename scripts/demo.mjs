/** `npm run demo`: installs and builds what is missing, then becomes `pinion demo` in this very process, so that signals need no messenger. */

import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, root } from "./ensure-installed.mjs";

endWithParent();
await ensureInstalled();
await ensureBuilt();
process.argv = [process.execPath, join(root, "bin/pinion.js"), "demo", ...process.argv.slice(2)];
await import("../bin/pinion.js");

/** npm hands SIGTERM to its shell alone, which ends without passing it on: what has lost its parent was told to stop. */
function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}
