/** The folder of one environment at any commit, and the files in it. */

import type { EnvironmentName } from "../../../domain/names.ts";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject, RawEntry } from "../mirror/read-object.ts";

export interface EnvironmentFolder {
  /** The id of the folder's tree; null when there is none. */
  tree(commit: CommitObject): Promise<string | null>;
  /** pins.yaml first, then the files of pins/, as they are read for deploying. No symbolic links. */
  pinsFiles(tree: string): Promise<readonly StoredFile[]>;
  /** Whatever has this name; null when nothing has. `name` may begin with one folder. */
  entry(tree: string, name: string): Promise<RawEntry | null>;
  /** Path from the repository's root. */
  pathOf(name: string): string;
}

export interface StoredFile {
  /** Path within the folder. */
  readonly name: string;
  readonly blob: string;
}

/** `path` is the folder within the repository that holds environments/; "" for its root. */
export function createEnvironmentFolder(objects: GitObjects, path: string, environment: EnvironmentName): EnvironmentFolder {
  const steps = [...path.split("/").filter((step) => step !== "" && step !== "."), "environments", environment];

  async function entry(tree: string, name: string): Promise<RawEntry | null> {
    const [first = "", ...rest] = name.split("/");
    const found = (await objects.rawTree(tree)).find((each) => each.name === first) ?? null;
    if (rest.length === 0 || found?.mode !== folderMode) return rest.length === 0 ? found : null;
    return entry(found.id, rest.join("/"));
  }

  return {
    entry,
    pathOf: (name) => [...steps, name].join("/"),
    tree: async (commit) => {
      const found = await entry(commit.tree, steps.join("/"));
      return found?.mode === folderMode ? found.id : null;
    },
    pinsFiles: async (tree) => {
      const entries = await objects.rawTree(tree);
      const folder = entries.find(({ name, mode }) => name === "pins" && mode === folderMode);
      const many = folder === undefined ? [] : await objects.rawTree(folder.id);
      return [...storedFiles(entries, /^pins\.yaml$/, ""), ...storedFiles(many, /\.yaml$/, "pins/")];
    },
  };
}

const folderMode = "40000";

function storedFiles(entries: readonly RawEntry[], wanted: RegExp, prefix: string): readonly StoredFile[] {
  return entries.filter((entry) => isFile(entry) && wanted.test(entry.name)).map(({ name, id }) => ({ name: prefix + name, blob: id }));
}

/** No folder, no symbolic link, no submodule. */
export function isFile({ mode }: RawEntry): boolean {
  return mode.startsWith("100");
}
