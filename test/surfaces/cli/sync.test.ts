/** `pinion sync`: two polls, then until everything has been compared. */

import { describe, expect, it } from "vitest";
import type { Overview } from "../../../src/api/views.ts";
import { overview, process, progress, repository } from "../http/pictures.ts";
import { createControllers, script } from "./controller.ts";
import { fakeTime, pinion } from "./fake-world.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();

function picture(parts: Partial<Parameters<typeof process>[1]>, about: Partial<Overview["repository"]> = {}): Overview {
  const environments = overview().environments.map((one) =>
    one.name === "production" ? { ...one, processes: [process("a", parts), process("b")] } : one,
  );
  return overview({ environments, repository: { ...repository, ...about } });
}

const before = picture({});
const newest = { commit: "fedcba9876543210", subject: "a 1.5.0" };
const notCompared = picture(
  { desired: "1.5.0", sync: "Unknown", reason: saying("the newest commit has not been compared yet", "NotComparedYet") },
  newest,
);
const begun = picture(
  { desired: "1.5.0", sync: "OutOfSync", health: "Progressing", phase: "Running", reason: saying("installing") },
  newest,
);

async function sync(pictures: readonly Overview[], argv: readonly string[] = []) {
  const shown = script(pictures, { polls: 2, before });
  const outcome = await pinion(["sync", ...argv, "--controller", await controllers.startWith(shown)], fakeTime());
  return { ...outcome, refreshed: shown.refreshed() };
}

describe("pinion sync", () => {
  it("waits until all is compared with the newest commit, and says what changes", async () => {
    const { code, stdout, refreshed } = await sync([notCompared, notCompared, begun]);
    expect({ code, refreshed }).toEqual({ code: 0, refreshed: 2 });
    expect(stdout).toBe(`main  01234567 → fedcba98 a 1.5.0
  production/a  pin 1.4.0 → 1.5.0  1.4.0 100% · 1.3.0 warm  OutOfSync  Progressing  Running  installing
`);
  });

  it("says when nothing does", async () => {
    expect(await sync([before])).toMatchObject({
      code: 0,
      stdout: "main  01234567 order-intake 1.4.0 to production\n  nothing has changed\n",
    });
  });

  it("says what is under way, though it is no news", async () => {
    const { stdout } = await sync([picture({ progress })]);
    expect(stdout).toContain("\n  under way: production/a (canary, step 3 of 6)\n");
  });

  it.each([
    ["production", 1],
    ["production/a", 1],
    ["production/b", 0],
    ["staging", 0],
  ])("minds only %s when asked", async (target, changes) => {
    const { stdout } = await sync([begun], [target, "--format", "json"]);
    expect((JSON.parse(stdout) as { readonly changes: readonly unknown[] }).changes).toHaveLength(changes);
  });

  it("is not fine when the repository cannot be followed", async () => {
    const { code, stdout } = await sync([picture({}, { state: "error", code: "git/unreachable", reason: "no route" })]);
    expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining("cannot be followed: git/unreachable: no route") });
  });

  it("gives up in time", async () => {
    expect(await sync([notCompared], ["--timeout", "5s"])).toMatchObject({ code: 3, stdout: expect.stringContaining("timed-out") });
  });

  it("refuses what is not there", async () => {
    expect(await sync([before], ["nowhere"])).toMatchObject({ code: 2, stderr: expect.stringContaining("environment/unknown") });
  });
});
