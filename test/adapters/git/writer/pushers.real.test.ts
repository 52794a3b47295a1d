/** One, against one; `test/load/` has two against three. Limits of time only catch what hangs: a busy machine takes its time. */

import { describe, expect, it } from "vitest";
import { rollbacksUnderPushers } from "./pushers.ts";

describe("a rollback against a hammering pusher", () => {
  it("lands exactly once, and no person's commit is lost", async () => {
    const contest = await rollbacksUnderPushers(1, 1);
    expect(contest.pushed).toBeGreaterThan(0);
    expect(contest).toMatchObject({ committed: 1, perOrder: [1], lost: [], stillBad: [], inQuarantine: 1 });
  }, 600_000);
});
