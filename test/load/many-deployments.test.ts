/** Deployments come and go by the dozen; what is left of them is bounded by what is kept warm. */

import { describe, it } from "vitest";
import { leavesOnlyWhatIsWarm } from "../support/many-deployments.ts";

describe("60 deployments of a process", () => {
  it("leave only what is kept warm, in the engine, in the gateway and on the disk", () => leavesOnlyWhatIsWarm(60, 5));
});
