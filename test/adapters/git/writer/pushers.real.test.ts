/** Limits of time only catch what hangs: a busy machine takes its time. */

import { describe, expect, it } from "vitest";
import { rollbacksUnderPushers } from "./pushers.ts";

describe("20 rollbacks against three hammering pushers", () => {
  it("land exactly once each, and no person's commit is lost", async () => {
    const contest = await rollbacksUnderPushers(20, 3);
    expect(contest.pushed).toBeGreaterThan(0);
    expect(contest).toMatchObject({ committed: 20, perOrder: Array(20).fill(1), lost: [], stillBad: [], inQuarantine: 20 });
  }, 600_000);
});
