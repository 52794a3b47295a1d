import { renameSync } from "node:fs";
import { join } from "node:path";
import { createGitRepository } from "../../../src/adapters/git/repository.ts";
import { configRepositoryContract } from "../../contracts/config-repository.ts";
import { objectsContract } from "../../contracts/objects.ts";
import { createBareRepository, temporaryFolder } from "../../support/git.ts";
import { createGitRemote } from "../../support/git-remote.ts";
import { createKeptLog } from "../../support/log.ts";

configRepositoryContract("git over http", async () => {
  const world = await createGitRemote();
  let count = 0;
  const push = async (subject: string) => world.remote.commit({ "count.txt": String((count += 1)) }, subject);
  return {
    repository: world.repository,
    push,
    rewrite: async (keep, subject) => {
      const commits = world.remote.git("rev-list", "--reverse", "main").split("\n");
      world.remote.git("update-ref", "refs/heads/main", commits[keep - 1] ?? "");
      return push(subject);
    },
    deleteBranch: async () => void world.remote.git("update-ref", "-d", "refs/heads/main"),
    fail: async (code) => {
      if (code === "git/unreachable") await world.down();
      else if (code === "git/refused") world.server.behave({ status: 403 });
      else if (await isUp(world.server.url)) world.server.behave("normal");
      else await world.up();
    },
    dispose: world.dispose,
  };
});

async function isUp(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

configRepositoryContract(
  "git on this machine's disk",
  async () => {
    const folder = temporaryFolder();
    const remote = createBareRepository(join(folder.path, "config.git"));
    const repository = createGitRepository({
      url: remote.path,
      branch: "main",
      directory: join(folder.path, "mirror"),
      allowFile: true,
      log: createKeptLog(),
    });
    let count = 0;
    const push = async (subject: string) => remote.commit({ "count.txt": String((count += 1)) }, subject);
    return {
      repository,
      push,
      rewrite: async (keep, subject) => {
        const commits = remote.git("rev-list", "--reverse", "main").split("\n");
        remote.git("update-ref", "refs/heads/main", commits[keep - 1] ?? "");
        return push(subject);
      },
      deleteBranch: async () => void remote.git("update-ref", "-d", "refs/heads/main"),
      fail: async (code) => {
        if (code === null) renameSync(`${remote.path}.away`, remote.path);
        else renameSync(remote.path, `${remote.path}.away`);
      },
      dispose: async () => {
        await repository.close();
        folder.remove();
      },
    };
  },
  ["git/unreachable"],
);

objectsContract("git", async (files) => {
  const world = await createGitRemote();
  world.remote.commit(files);
  const { commit } = await world.repository.fetch(null);
  return { objects: world.repository.objects, commit, dispose: world.dispose };
});
