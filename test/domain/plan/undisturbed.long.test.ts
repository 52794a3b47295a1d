/** What is planned is what happens: an undisturbed rollout through the whole controller takes exactly the planned steps. */

import fc from "fast-check";
import { describe, it } from "vitest";
import { compared, expectAsPlanned } from "../../support/planned-comparison.ts";
import { story } from "../../support/planned-story.ts";

describe("an undisturbed rollout", () => {
  it.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    "takes exactly the planned steps, in part %i of 8 of many stories",
    async () => {
      await fc.assert(
        fc.asyncProperty(story, async (one) => {
          for (const each of await compared(one)) expectAsPlanned(each);
        }),
        { numRuns: 250 },
      );
    },
  );
});
