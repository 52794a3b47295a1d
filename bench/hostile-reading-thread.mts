/** The thread in which hostile repositories are read: they are in its memory, and not in git. */

import { parentPort, workerData } from "node:worker_threads";
import { nodeRedDialect } from "../src/adapters/engines/node-red/dialect.ts";
import { createManifests } from "../src/adapters/manifest/manifests.ts";
import type { FromThread, ToThread } from "../src/adapters/manifest/thread/messages.ts";
import { serveManifests } from "../src/adapters/manifest/thread/serve.ts";
import { createFakeObjects, type FakeFiles } from "../test/fakes/objects.ts";

const objects = createFakeObjects();
/** Commits are named by their numbers. */
const heads = (workerData as readonly FakeFiles[]).map((files) => objects.commit(files));
const cache = { get: () => new Map<string, string>(), put: () => undefined };
const manifests = createManifests({ objects, cache, dialects: [nodeRedDialect] });
const snapshot: typeof manifests.snapshot = (commit, at) => manifests.snapshot(heads[Number(commit)] ?? commit, at);
const port = {
  post: (message: FromThread): void => parentPort?.postMessage(message, []),
  listen: (take: (message: ToThread) => void): void => void parentPort?.on("message", take),
};
serveManifests(port, () => ({ manifests: { ...manifests, snapshot }, published: () => null, onMissing: async () => undefined }));
