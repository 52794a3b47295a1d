/** The git server may be away for as long as it likes: customers do not notice, and git is told when it is back. */

import { describe, it } from "vitest";
import { survivesWithoutGit } from "../support/without-git.ts";

describe("a minute without git, during a rollback and a canary", () => {
  it("holds up no traffic; then the revert is committed once, and the newest version wins", () => survivesWithoutGit(60_000));
});
