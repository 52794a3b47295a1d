/** What is planned is what happens: an undisturbed rollout through the whole controller takes exactly the planned steps. */

import fc from "fast-check";
import { describe, it } from "vitest";
import { compared, expectAsPlanned } from "../../support/planned-comparison.ts";
import { story } from "../../support/planned-story.ts";
import { runs } from "../../support/thorough.ts";

describe("an undisturbed rollout", () => {
  it("takes exactly the planned steps", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (one) => {
        for (const each of await compared(one)) expectAsPlanned(each);
      }),
      runs(50),
    );
  });
});
