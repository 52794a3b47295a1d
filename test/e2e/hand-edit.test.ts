/** A flow that somebody changes in the engine: told as a person would, kept when it is put back, and never lost. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { editByHand } from "../../src/demo/hand-edit.ts";
import { install, until } from "../support/installation.ts";
import { good } from "../support/proving-ground.ts";

const environment = "shop";
const text = `type: production
strategy: { type: blue-green }
selfHeal: false
`;
const ground = { processes: { orders: { "1.0.0": good } }, environments: { [environment]: { text, pins: { orders: "1.0.0" } } } };

it("an edit by hand is shown by diff --live and status, and by history once it is put back", async () => {
  const installation = await install({ environments: [environment], instances: 1, ground });
  await installation.untilStatus(environment, "orders", { sync: "Synced", health: "Healthy" });
  const live = (...argv: readonly string[]) => installation.pinion("diff", `${environment}/orders`, "--live", ...argv);
  const untouched = await live();
  expect([untouched.code, untouched.stdout]).toEqual([0, "orders 1.0.0 in shop is as it was installed\n"]);

  await editByHand(installation.stage.stateDirectory, environment, "orders");
  const edited = await live();
  expect([edited.code, edited.stdout]).toEqual([1, expect.stringMatching(/^~ function "Answer" was renamed to "edited by hand"$/m)]);
  await until(
    async () => (await installation.status(environment, "orders"))?.drift?.changes.sentences.length === 1,
    "the edit is read back",
  );
  expect(await installation.status(environment, "orders")).toMatchObject({ sync: "OutOfSync", reason: { code: "Drifted" } });

  const file = join(installation.stage.workingCopy, "environments", environment, "environment.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replace("selfHeal: false", "selfHeal: true"));
  await installation.push("put hand edits back");
  await installation.untilStatus(environment, "orders", { sync: "Synced", health: "Healthy" });
  const healing = await installation.untilDeployment("orders", "1.0.0", ({ kind, phase }) => kind === "self-heal" && phase === "Succeeded");
  expect((await installation.pinion("history", "--id", healing.id)).stdout).toMatch(
    /undid what was changed by hand\n {2}~ function .* was renamed to "edited by hand"/,
  );
  expect(await live()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`undone .* by ${healing.id.replaceAll(".", "[.]")}`, "u")),
  });
});
