/** The example repository as Pinion reads it: by the manifest adapter, from the work tree. */

import { fileURLToPath } from "node:url";
import { nodeRedDialect } from "../../src/adapters/engines/node-red/dialect.ts";
import { createPace } from "../../src/adapters/manifest/document/slices.ts";
import { createManifests, toReading } from "../../src/adapters/manifest/manifests.ts";
import { readCommit } from "../../src/adapters/manifest/repository-reader.ts";
import { validateRepository } from "../../src/adapters/manifest/validate-repository.ts";
import { plainly } from "../../src/adapters/work-tree/attributes.ts";
import { createWorkTree } from "../../src/adapters/work-tree/work-tree.ts";
import type { Finding } from "../../src/domain/finding.ts";
import type { ProcessVersion } from "../../src/domain/desired/version.ts";
import type { ProcessCatalogue, Snapshot } from "../../src/domain/desired/snapshot.ts";
import type { ProcessId } from "../../src/domain/names.ts";
import type { ParseCache } from "../../src/ports/objects.ts";

export const exampleDirectory = fileURLToPath(new URL("../../example-repo", import.meta.url));

export interface Example extends Pick<Snapshot, "environments"> {
  readonly catalogue: ReadonlyMap<ProcessId, ProcessCatalogue>;
  /** Every version of every process, pinned or not, in the order of the catalogues. */
  readonly versions: readonly ProcessVersion[];
}

const noCache: ParseCache = { get: () => new Map(), put: () => {} };

/** @throws PinionError `manifest/invalid` when a version cannot be used. */
export async function readExample(): Promise<Example> {
  const about = { cache: noCache, dialects: [nodeRedDialect] };
  const manifests = createManifests({ ...about, objects: createWorkTree(exampleDirectory, () => plainly) });
  const { environments } = await manifests.snapshot("work tree", 0);
  const reading = toReading({ ...about, objects: createWorkTree(exampleDirectory, () => plainly) }, createPace(Infinity));
  const { processes } = await readCommit(reading, "work tree", null);
  const catalogue = new Map(Array.from(processes.records, ([process, record]) => [process, record.catalogue]));
  const listed = [...catalogue.values()].flatMap((process) =>
    [...process.versions.keys()].map((version) => [process.process, version] as const),
  );
  return { catalogue, environments, versions: await Promise.all(listed.map(([process, version]) => manifests.version(process, version))) };
}

/** All findings in a copy of the example repository. */
export async function findingsOf(directory: string): Promise<readonly Finding[]> {
  return (await validateRepository({ objects: createWorkTree(directory, () => plainly), dialects: [nodeRedDialect] })).findings;
}
