/** What a journal keeps of plans. */

import { describe, expect, it } from "vitest";
import type { OpenedPlan } from "../../src/domain/journal/rollout-plan.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { openedPlan } from "../support/opened-plan.ts";
import { decision, opening } from "../support/journal-values.ts";

const production = "production";
const nothing = { deploymentPlan: null, rollbackPlan: null };

/** `readers`: the journal, and the same after a restart. */
export function keepsPlans(journal: () => Journal, readers: () => AsyncIterable<Journal>): void {
  describe("plans", () => {
    it("are kept, and given where a deployment is asked for by id", async () => {
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1"), opening(production, "b", "d2")] }));
      await journal().recordPlan(production, "d1", openedPlan);
      await journal().recordPlan(production, "never opened", openedPlan);
      for await (const reader of readers()) {
        expect((await reader.history({ id: "d1" }))[0]).toMatchObject(openedPlan);
        expect((await reader.history({ id: "d2" }))[0]).toMatchObject(nothing);
        expect(await reader.history({})).toMatchObject([nothing, nothing]);
      }
    });

    it("are replaced when they are recorded again", async () => {
      const later: OpenedPlan = { ...openedPlan, rollbackPlan: null };
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal().recordPlan(production, "d1", openedPlan);
      await journal().recordPlan(production, "d1", later);
      for await (const reader of readers()) expect((await reader.history({ id: "d1" }))[0]).toMatchObject(later);
    });
  });
}
