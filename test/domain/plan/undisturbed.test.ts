/** What is planned is what happens: an undisturbed rollout through the whole controller takes exactly the planned steps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compared } from "../../support/planned-comparison.ts";
import { story } from "../../support/planned-story.ts";
import { runs } from "../../support/thorough.ts";

describe("an undisturbed rollout", () => {
  it("takes exactly the planned steps", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (one) => {
        for (const { planned, kept, happened, held, failed } of await compared(one)) {
          // What waits for something that will not come fails when its time is over; then others may begin that the plan holds.
          expect(failed.filter((process) => !held.has(process))).toEqual([]);
          if (failed.length > 0) continue;
          expect(happened).toEqual(planned);
          expect(kept).toEqual(happened);
        }
      }),
      runs(50),
    );
  });
});
