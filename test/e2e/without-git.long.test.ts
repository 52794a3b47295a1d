/** The git server may be away for as long as it likes: customers do not notice, and git is told when it is back. `test/load/` has a whole minute. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { install, until } from "../support/installation.ts";
import { environment, ground, loadOn, survivesWithoutGit, untilShares } from "../support/without-git.ts";

describe("a few seconds without git, during a rollback and a canary", () => {
  it("hold up no traffic; then the revert is committed once, and the newest version wins", () => survivesWithoutGit(5_000));
});

describe("newest wins during a canary", () => {
  it("a newer version starts over from the stable one, and a revert goes straight back", async () => {
    const installation = await install({ environments: [environment], instances: 1, ground });
    const load = await loadOn(installation, "newest");
    await installation.deploy(environment, "newest", "1.1.0");
    await until(() => load.of("1.1.0").length > 0, "1.1.0 has traffic");
    await installation.deploy(environment, "newest", "1.2.0");
    await until(() => load.of("1.2.0").length > 0, "1.2.0 has traffic");
    const superseded = await installation.untilDeployment("newest", "1.1.0", ({ endedAt }) => endedAt !== null);
    const running = await installation.untilDeployment("newest", "1.2.0", () => true);
    expect([superseded.phase, running.phase, running.from]).toEqual(["Superseded", "Running", "1.0.0"]);

    await installation.pull();
    await writeFile(join(installation.stage.workingCopy, "README.md"), "Nothing to deploy.\n");
    await installation.stage.git("add", "README.md");
    await installation.push("A commit that is about something else");
    expect((await installation.untilDeployment("newest", "1.2.0", () => true)).phase).toBe("Running");

    await installation.deploy(environment, "newest", "1.0.0");
    await installation.untilDeployment("newest", "1.2.0", ({ phase }) => phase === "Superseded");
    await installation.untilStatus(environment, "newest", { sync: "Synced", health: "Healthy", desired: "1.0.0" });
    await untilShares(installation, "newest", { "1.0.0": 100 });
    expect((await load.next(200)).filter(({ version }) => version !== "1.0.0")).toEqual([]);
    expect(load.failures()).toEqual([]);
  });
});
