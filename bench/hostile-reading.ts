/** Reads repositories as the controller does. */

import { nodeRedDialect } from "../src/adapters/engines/node-red/dialect.ts";
import { createManifests } from "../src/adapters/manifest/manifests.ts";
import type { ParseCache } from "../src/ports/objects.ts";
import { createFakeObjects, type FakeFiles } from "../test/fakes/objects.ts";
import { smallRepository } from "../test/support/small-repository.ts";
import type { Attack } from "./hostile-case.ts";

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** A good commit is read before the clock runs; then the hostile ones, one after the other. */
export async function attackWith(...commits: readonly FakeFiles[]): Promise<Attack> {
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: noCache, dialects: [nodeRedDialect] });
  await manifests.snapshot(objects.commit(smallRepository()), 0);
  const heads = commits.map((files) => objects.commit(files));
  return async () => {
    let outcome = "";
    for (const head of heads) {
      const snapshot = await manifests.snapshot(head, 0);
      outcome = `${snapshot.findings.length} findings, first: ${snapshot.findings[0]?.message ?? ""}`;
      if (snapshot.environments.get("dev")?.pins.get("p")?.kind === "runnable") await manifests.version("p", "1.0.0");
    }
    return outcome;
  };
}
