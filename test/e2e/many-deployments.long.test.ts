/** A few deployments; `test/load/` has sixty. */

import { describe, it } from "vitest";
import { leavesOnlyWhatIsWarm } from "../support/many-deployments.ts";

describe("8 deployments of a process", () => {
  it("leave only what is kept warm, in the engine, in the gateway and on the disk", () => leavesOnlyWhatIsWarm(8, 4));
});
