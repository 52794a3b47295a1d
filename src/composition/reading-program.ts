/** The program of the thread that reads the repository. The controller starts it, and it is of no use without. */

import { parentPort, workerData } from "node:worker_threads";
import { engineAdapters } from "../adapters/engines/registry.ts";
import { openLocalRepository } from "../adapters/git/local-repository.ts";
import { createManifests } from "../adapters/manifest/manifests.ts";
import { distantCache } from "../adapters/manifest/thread/distant-cache.ts";
import type { FromThread, ToThread } from "../adapters/manifest/thread/messages.ts";
import { type AskLog, serveManifests, type Serving } from "../adapters/manifest/thread/serve.ts";
import { type ReadingData, receivedPermits } from "./reading-data.ts";

function serving(ask: AskLog): Serving {
  const { directory, path, defaults, permits, program, published: remembered, cache } = workerData as ReadingData;
  const { objects, restart } = openLocalRepository(directory);
  let published = remembered;
  const manifests = createManifests({
    objects,
    path,
    defaults,
    cache: distantCache(cache),
    dialects: engineAdapters.map(({ dialect }) => dialect),
    memory: { read: () => published, write: (text) => void (published = text) },
    history: { objects, path, log: (commit, pathspec, most) => ask({ commit, pathspec, most }) },
    ...(permits === null ? {} : { permits: receivedPermits(permits) }),
    ...(program === null ? {} : { program }),
  });
  return { manifests, published: () => published, onMissing: restart };
}

const port = parentPort;
if (port) {
  const post = (message: FromThread): void => port.postMessage(message, []);
  serveManifests({ post, listen: (take) => void port.on("message", (message: ToThread) => take(message)) }, serving);
}
