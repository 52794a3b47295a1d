/** `pinion history` against a controller's real API on loopback. */

import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { deployment, noon, overview } from "../http/pictures.ts";
import type { HistoryQuery } from "../../../src/ports/journal.ts";
import { type ControllerParts, createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";
import { openedPlan } from "../../support/opened-plan.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();
const controller = controllers.start;

describe("pinion history", () => {
  const failed: Deployment = {
    ...deployment,
    id: "production.returns.2.0.0.x",
    process: "returns",
    version: "2.0.0",
    phase: "Failed",
    reason: saying("smoke_test failed"),
    endedAt: null,
  };

  it("lists deployments", async () => {
    const { code, stdout } = await pinion(["history", "--controller", await controller(overview(), [failed, deployment])]);
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/u))).toEqual([
      ["WHEN", "ENVIRONMENT", "PROCESS", "FROM → TO", "HOW", "OUTCOME", "TOOK", "ID", "REASON"],
      [
        "10m ago",
        "production",
        "returns",
        "1.3.0 → 2.0.0",
        "deploy, blue-green",
        "Failed",
        "running",
        "production.returns.2.0.0.x",
        "smoke_test failed",
      ],
      [
        "10m ago",
        "production",
        "order-intake",
        "1.3.0 → 1.4.0",
        "deploy, blue-green",
        "Succeeded",
        "4.2 s",
        deployment.id,
        "has all traffic",
      ],
      [""],
    ]);
  });

  it.each([
    ["--environment", "production"],
    ["--process", "returns"],
    ["--phase", "Failed"],
    ["--query", "smoke"],
    ["--cursor", "abc"],
    ["--limit", "3"],
  ])("refuses %s beside --id, which names one deployment", async (option, value) => {
    const { code, stderr } = await pinion(["history", "--id", failed.id, option, value]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`--id.*cannot be used with.*${option}`, "u"))]);
  });

  it("counts by the controller's clock, whatever the clock here says", async () => {
    const argv = ["history", "--controller", await controller(overview(), [deployment])];
    const { stdout } = await pinion(argv, { now: () => noon + 7_200_000 });
    expect(stdout).toContain("\n10m ago ");
  });

  it("says when there is nothing", async () => {
    expect(await pinion(["history", "--controller", await controller(overview())])).toMatchObject({ code: 0, stdout: "no deployments\n" });
  });

  it("asks for no more than the limit", async () => {
    const { stdout } = await pinion([
      "history",
      "-n",
      "1",
      "--format",
      "json",
      "--controller",
      await controller(overview(), [failed, deployment]),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ deployments: [{ id: failed.id, endedAt: null, durationMs: null }] });
  });

  it("says how many there are, and how the older ones are asked for", async () => {
    const asked: HistoryQuery[] = [];
    const historyPage: ControllerParts["historyPage"] = (query) => {
      asked.push(query);
      return Promise.resolve({ deployments: [deployment], total: 134, next: deployment.id });
    };
    const url = await controllers.startWith({ historyPage });
    const argv = ["history", "--phase", "Succeeded", "-q", "traffic", "-n", "1", "--controller", url];
    const { stdout } = await pinion(argv, { columns: 80 });
    const [, cursor = ""] = /\n1 of 134 deployments; the older ones with\n {2}--cursor (\S+)\n$/u.exec(stdout) ?? [];
    expect(cursor).not.toBe("");
    const json = JSON.parse((await pinion([...argv, "--cursor", cursor, "--format", "json"])).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ total: 134, next: cursor, deployments: [{ id: deployment.id }] });
    const query = { phase: "Succeeded", q: "traffic", limit: 1 };
    expect(asked).toEqual([query, { ...query, before: deployment.id }]);
  });

  it("refuses a phase that there is not", async () => {
    expect(await pinion(["history", "--phase", "Broken"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Allowed choices are"),
    });
  });

  it("tells the story of one", async () => {
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", await controller(overview(), [deployment])]);
    expect(stdout).toBe(`order-intake in production: 1.3.0 → 1.4.0  Succeeded
  when     2026-11-21 11:50:00Z, took 4.2 s
  how      deploy, blue-green
  commit   ${deployment.commit}
  outcome  Succeeded: has all traffic
  id       ${deployment.id}

steps
  +0 ms   started    1.4.0 is pinned
  +1.5 s  switching  checks passed

validations
  passed  during  smoke_test "accepts an order"  12 ms  answered 201
`);
  });

  it("tells what rejected one, with the shares of a canary and the commit that put the pin back", async () => {
    const at = deployment.startedAt;
    const steps = [
      { at, state: "started", code: "Installing", why: "1.5.0 is pinned" },
      { at: at + 60_000, state: "shifting", code: "Shifting", why: "10 % of the traffic" },
      { at: at + 90_000, state: "rejected", code: "GoingBack", why: "error_rate 21.3 %, allowed <= 5 %" },
      { at: at + 91_000, state: "revert committed", code: "GitWritten", why: "the pin is restored by commit 89abcdef0123" },
    ] as const;
    const rolledBack: Deployment = {
      ...deployment,
      phase: "RolledBack",
      strategy: "canary",
      trigger: "error_rate",
      reason: saying("error_rate 21.3 %"),
      steps,
      validations: deployment.validations.map((one) => ({ ...one, phase: "post", scope: "rollback" })),
    };
    const url = await controller(overview(), [rolledBack]);
    expect((await pinion(["history", "--controller", url])).stdout).toContain("RolledBack (error_rate)");
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", url]);
    for (const text of ["trigger  error_rate", "+1 min       shifting", "10 % of the traffic", "by commit 89abcdef0123", "post, rollback"])
      expect(stdout).toContain(text);
  });

  it("gives one to scripts", async () => {
    const { stdout } = await pinion([
      "history",
      "--id",
      deployment.id,
      "--format",
      "json",
      "--controller",
      await controller(overview(), [deployment]),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ id: deployment.id, durationMs: 4200, steps: [{ at: "2026-11-21T11:50:00.000Z" }, {}] });
  });

  it("says when there is no such one", async () => {
    const { code, stderr } = await pinion(["history", "--id", "nope", "--controller", await controller(overview())]);
    expect(code).toBe(2);
    expect(stderr).toContain('error deployment/unknown: no deployment has the id "nope"');
  });

  it("shows one with what was planned when it was opened, and the way back", async () => {
    const url = await controller(overview(), [{ ...deployment, ...openedPlan }]);
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", url]);
    const at = stdout.indexOf("\nplanned");
    expect(
      stdout
        .slice(at)
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/u)),
    ).toEqual([
      ["planned", "about 3 s"],
      ["1.", "install a 1.1.0 beside a 1.0.0, without traffic", "2 s"],
      ["2.", "check a 1.1.0 on its private address", "1 s"],
      ["risk low: it is production"],
      [""],
      ["rollback"],
      ["switch the traffic back to a 1.0.0"],
    ]);
  });

  it("gives the plan of one to scripts", async () => {
    const url = await controller(overview(), [{ ...deployment, ...openedPlan }]);
    const { stdout } = await pinion(["history", "--id", deployment.id, "--format", "json", "--controller", url]);
    expect(JSON.parse(stdout)).toMatchObject(openedPlan);
  });
});
