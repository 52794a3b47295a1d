/** Objects that are read once: while a revert request races against other pushes, what was read for the first try need not be read for the next. */

import type { GitObjects } from "../mirror/git-objects.ts";

/** Made for one revert request, and forgotten with it. What could not be read is asked for again. */
export function rememberObjects(objects: GitObjects): GitObjects {
  const commit = remembered(objects.commit);
  return {
    ...objects,
    commit,
    root: async (id) => (await commit(id)).tree,
    rawTree: remembered(objects.rawTree),
    file: remembered(objects.file),
  };
}

function remembered<T>(read: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id) => {
    const promise = known.get(id) ?? read(id);
    known.set(id, promise);
    promise.catch(() => known.delete(id));
    return promise;
  };
}
