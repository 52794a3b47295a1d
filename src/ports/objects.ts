/** How a file of a tree is stored. Symbolic links and submodules are listed, so that they can be refused by name. */
export interface TreeEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "symlink" | "submodule";
  /** Equal ids mean equal contents, all the way down. */
  readonly id: string;
}

/** What a directory has become, where nothing but directories in it differ. */
export interface DirectoryDifference {
  /** That are new, or have another content. */
  readonly changed: readonly TreeEntry[];
  /** Names of those that are gone. */
  readonly gone: readonly string[];
}

/** Reads the files of the config repository, from git objects or from a work tree. */
export interface Objects {
  /** The id of the root directory of a commit. @throws `git/object-missing`. */
  root(commit: string): Promise<string>;
  /** The entries of a directory, in order of name. @throws `git/object-missing`. */
  directory(id: string): Promise<readonly TreeEntry[]>;
  /**
   * What differs between two directories, without reading what is equal; null: only reading both can tell. The later one is kept to be
   * compared with, and one that was kept is found fast. @throws `git/object-missing`.
   */
  difference?(before: string, after: string): Promise<DirectoryDifference | null>;
  /** Size in bytes, asked before anything is read. @throws `git/object-missing`. */
  size(id: string): Promise<number>;
  /** @throws `git/object-missing`. */
  file(id: string): Promise<Uint8Array>;
}

/** Parsed manifests by object id, on disk. Losing it costs time, never truth. */
export interface ParseCache {
  /** JSON text by key, for the keys that are known. */
  get(keys: readonly string[]): ReadonlyMap<string, string>;
  /** Durable when convenient. */
  put(entries: ReadonlyMap<string, string>): void;
}
