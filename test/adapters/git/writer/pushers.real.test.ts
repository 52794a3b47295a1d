/** A few of them, against one; `test/load/` has five against three. Limits of time only catch what hangs: a busy machine takes its time. */

import { describe, expect, it } from "vitest";
import { rollbacksUnderPushers } from "./pushers.ts";

describe("3 rollbacks against a hammering pusher", () => {
  it("land exactly once each, and no person's commit is lost", async () => {
    const contest = await rollbacksUnderPushers(3, 1);
    expect(contest.pushed).toBeGreaterThan(0);
    expect(contest).toMatchObject({ committed: 3, perOrder: Array(3).fill(1), lost: [], stillBad: [], inQuarantine: 3 });
  }, 600_000);
});
