/** A config repository over real git and a real server on loopback, for tests that need the whole way. */

import { join } from "node:path";
import { createGitRepository } from "../../src/adapters/git/repository.ts";
import type { GitRepository, GitRepositoryOptions } from "../../src/adapters/git/repository.ts";
import { startGitServer } from "../../src/demo/git-http-server.ts";
import type { GitServer, GitServerUser } from "../../src/demo/git-http-server.ts";
import { createBareRepository, temporaryFolder } from "./git.ts";
import type { BareRepository } from "./git.ts";
import { createKeptLog } from "./log.ts";
import type { KeptLog } from "./log.ts";

export interface GitRemote {
  readonly folder: string;
  readonly remote: BareRepository;
  readonly server: GitServer;
  readonly mirror: string;
  readonly log: KeptLog;
  readonly repository: GitRepository;
  /** Another repository over the same mirror, in place of the one before. */
  reopen(options?: Partial<GitRepositoryOptions>): Promise<GitRepository>;
  /** The server goes away; `up` brings it back at the same address. */
  down(): Promise<void>;
  up(): Promise<void>;
  dispose(): Promise<void>;
}

export async function createGitRemote(
  options: Partial<GitRepositoryOptions> & { readonly users?: readonly GitServerUser[] } = {},
): Promise<GitRemote> {
  const { users = [], ...given } = options;
  const folder = temporaryFolder();
  const remote = createBareRepository(join(folder.path, "config.git"));
  const log = createKeptLog();
  const mirror = join(folder.path, "mirror");
  let server = await startGitServer({ root: folder.path, users });
  const open = (more: Partial<GitRepositoryOptions>) =>
    createGitRepository({ url: `${server.url}/config.git`, branch: "main", directory: mirror, timeoutMs: 60_000, log, ...given, ...more });
  let repository = open({});
  return {
    folder: folder.path,
    remote,
    mirror,
    log,
    get server() {
      return server;
    },
    get repository() {
      return repository;
    },
    reopen: async (more = {}) => {
      await repository.close();
      return (repository = open(more));
    },
    down: () => server.close(),
    up: async () => void (server = await startGitServer({ root: folder.path, users, port: server.port })),
    dispose: async () => {
      await repository.close();
      await server.close();
      folder.remove();
    },
  };
}
