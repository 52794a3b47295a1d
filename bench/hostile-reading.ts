/** Reads repositories as the controller does: in a thread of their own, so that what is measured is what reaches the controller's. */

import { createManifestsThread } from "../src/adapters/manifest/thread/manifests-thread.ts";
import { startThread } from "../src/composition/reading-thread.ts";
import type { Log } from "../src/ports/log.ts";
import type { FakeFiles } from "../test/fakes/objects.ts";
import { smallRepository } from "../test/support/small-repository.ts";
import type { Attack } from "./hostile-case.ts";

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** A thread has to be told how TypeScript is read. */
const start = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))};
register();
await import(${JSON.stringify(new URL("hostile-reading-thread.mts", import.meta.url).href)});`;
const program = new URL(`data:text/javascript,${encodeURIComponent(start)}`);

/** A good commit is read before the clock runs; then the hostile ones, one after the other. */
export async function attackWith(...commits: readonly FakeFiles[]): Promise<Attack> {
  const data = [smallRepository(), ...commits];
  const manifests = createManifestsThread({
    log: silent,
    start: (listener) => startThread({ program, data }, listener),
    onMissing: () => undefined,
  });
  await manifests.snapshot("0", 0);
  return async () => {
    let outcome = "";
    for (const index of commits.keys()) {
      const snapshot = await manifests.snapshot(String(index + 1), 0);
      outcome = `${snapshot.findings.length} findings, first: ${snapshot.findings[0]?.message ?? ""}`;
      if (snapshot.environments.get("dev")?.pins.get("p")?.kind === "runnable") await manifests.version("p", "1.0.0");
    }
    await manifests.close();
    return outcome;
  };
}
