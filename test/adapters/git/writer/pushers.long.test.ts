/** One, against one; `test/load/` has two against three. The pusher stops after ten commits: no luck is needed. */

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { rollbacksUnderPushers } from "./pushers.ts";
import { createWriterWorld } from "./writer-world.ts";

describe("a rollback against a hammering pusher", () => {
  it("lands exactly once, and no person's commit is lost", async () => {
    const contest = await rollbacksUnderPushers({ rollbacks: 1, pushers: 1, most: 10 });
    expect(contest.pushed).toBeGreaterThan(0);
    expect(contest).toMatchObject({ committed: 1, perOrder: [1], lost: [], stillBad: [], inQuarantine: 1 });
  }, 600_000);
});

describe("a push that has arrived and is overtaken before its answer", () => {
  it("is found, and nothing is written twice", async () => {
    const world = await createWriterWorld();
    onTestFinished(() => world.dispose());
    world.write({ "pins.yaml": "order-intake: 1.5.0\n" });
    const hook = join(world.remote.remote.path, "hooks", "post-receive");
    const another = "git -c user.name=a -c user.email=a@example.com commit-tree -p main -m theirs main^{tree}";
    writeFileSync(hook, `#!/bin/sh\ngit update-ref refs/heads/main $(${another})\nsleep 1\n`);
    chmodSync(hook, 0o755);
    expect((await world.writer.revert(revertOrder())).kind).toBe("committed");
    expect((await world.commits()).map(({ rollbackId }) => rollbackId !== null)).toEqual([false, true, false, false]);
  });
});
