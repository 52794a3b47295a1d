/**
 * What is planned is what happens: an undisturbed rollout through the whole controller takes exactly the planned steps. The stories are the
 * same in each run, so that a change is judged by itself; `STORIES_FROM=1000` plays others.
 */

import fc from "fast-check";
import { describe, it } from "vitest";
import { compared, expectAsPlanned } from "../../support/planned-comparison.ts";
import { story } from "../../support/planned-story.ts";

const first = Number(process.env["STORIES_FROM"] ?? 1);

describe("an undisturbed rollout", () => {
  it.each(Array.from({ length: 8 }, (_, index) => first + index))(
    "takes exactly the planned steps, in the stories of seed %i",
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(story, async (one) => {
          for (const each of await compared(one)) expectAsPlanned(each);
        }),
        { numRuns: 250, seed },
      );
    },
  );
});
