/** What Pinion promises: rollbacks get through however busy the branch is, and nobody's work is lost. When they do is luck, until the pushers stop. */

import { describe, expect, it } from "vitest";
import { rollbacksUnderPushers } from "../adapters/git/writer/pushers.ts";

describe("2 rollbacks against three hammering pushers", () => {
  it("are 2 commits, each exactly once, and no person's commit is lost", async () => {
    const contest = await rollbacksUnderPushers({ rollbacks: 2, pushers: 3, most: 15 });
    expect(contest.pushed).toBeGreaterThan(0);
    expect(contest).toMatchObject({ committed: 2, perOrder: [1, 1], lost: [], stillBad: [], inQuarantine: 2 });
  });
});
