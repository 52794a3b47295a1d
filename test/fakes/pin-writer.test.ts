import type { Digest } from "../../src/domain/names.ts";
import { pinWriterContract } from "../contracts/pin-writer.ts";
import { createFakePinBranch, createFakePinWriter } from "./pin-writer.ts";

pinWriterContract("fake", async () => {
  const branch = createFakePinBranch();
  let pending: (() => Promise<unknown>) | null = null;
  const open = () =>
    createFakePinWriter({
      branch,
      between: async () => {
        const once = pending;
        pending = null;
        await once?.();
      },
    });
  let writer = open();
  return {
    get writer() {
      return writer;
    },
    restart: async () => (writer = open()),
    pin: async (process, version) => branch.pin("production", process, version),
    pinned: async (process) => branch.pinned("production", process),
    quarantined: async () =>
      (branch.commits.at(-1)?.quarantine ?? []).map(({ process, from, quarantine, id }) => ({
        process,
        version: from,
        digest: quarantine as Digest,
        rollbackId: id,
      })),
    commits: async () => branch.commits.toReversed().map(({ commit, request }) => ({ commit, rollbackId: request?.id ?? null })),
    proposals: async () => [...branch.proposals.keys()],
    protect: async () => branch.protect(true),
    fail: async (code) => branch.fail(code),
    loseAnswer: branch.loseAnswer,
    beforePush: (once) => void (pending = once),
    dispose: async () => undefined,
  };
});
