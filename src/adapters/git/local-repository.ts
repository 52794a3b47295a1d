/** Objects of a git repository on this disk, read and never changed: what `pinion plan` compares with. */

import type { Objects } from "../../ports/objects.ts";
import { gitEnvironment } from "./transport/git-environment.ts";
import { createGitObjects } from "./mirror/git-objects.ts";
import { createObjectReader } from "./mirror/object-reader.ts";

export interface LocalRepository {
  readonly objects: Objects;
  /** What is asked from now on is asked of what lies in the folder now. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const maxFileBytes = 16 * 1024 * 1024;

/** `gitDirectory` is what `git rev-parse --absolute-git-dir` says. */
export function openLocalRepository(gitDirectory: string): LocalRepository {
  const remote = { kind: "file", url: gitDirectory } as const;
  const environment = {
    ...gitEnvironment({
      remote,
      address: gitDirectory,
      authorities: null,
      directory: gitDirectory,
      timeoutMs: 30_000,
      inherited: process.env,
    }),
    GIT_DIR: gitDirectory,
  };
  const reader = createObjectReader({ directory: gitDirectory, environment, maxBytes: maxFileBytes });
  return {
    objects: createGitObjects({ reader, onMissing: () => undefined }),
    restart: () => reader.restart(),
    close: () => reader.close(),
  };
}
