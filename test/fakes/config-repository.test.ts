import { configRepositoryContract } from "../contracts/config-repository.ts";
import { createFakeConfigRepository } from "./config-repository.ts";

configRepositoryContract("in memory", async () => {
  const repository = createFakeConfigRepository();
  return {
    repository,
    push: async (subject) => repository.push(subject),
    rewrite: async (keep, subject) => repository.rewrite(keep, subject),
    deleteBranch: async () => repository.deleteBranch(),
    fail: async (code) => repository.fail(code),
    dispose: async () => undefined,
  };
});
