/** `pinion why` against a controller's real API on loopback. */

import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import { evaluation, noon } from "../http/pictures.ts";
import { createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";

const controllers = createControllers();

const controller = (its = evaluation) =>
  controllers.startWith({
    why: (environment, process) =>
      process === "order-intake"
        ? Promise.resolve(its)
        : Promise.reject(new PinionError("process/unknown", `no process is called "${process}" in ${environment}`)),
  });

async function why(its = evaluation, argv: readonly string[] = [], world = {}) {
  return pinion(["why", "production/order-intake", ...argv, "--controller", await controller(its)], world);
}

describe("pinion why", () => {
  it("prints the state, every gate, what comes next and what would change it", async () => {
    const { code, stdout } = await why();
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "production/order-intake  OutOfSync  Healthy  Pending 3m ago",
      "  pinned 1.5.0  runs 1.4.0  canary",
      "  frozen by Ann <ann@example.com>: the till is being counted",
      "",
      "Gates, in their order",
      "  ✓  pin     1.5.0 can run",
      "  ✗  freeze  frozen by Ann <ann@example.com>: the till is being counted",
      "             opens in 5m",
      '             lifted by: `pinion unfreeze production --reason "…"`.',
      "",
      "Next",
      "  validating before anything is changed; due in 5m at the earliest; fails in 1h unless done",
      "",
      "What would change it",
      '  `pinion unfreeze production --reason "…"`.',
      "  A new pin in git.",
      "",
      "Engine and gateway were last asked 3s ago.",
      "",
    ]);
  });

  it.each([
    [{ text: "removing 1.4.0", due: null, deadline: null }, "removing 1.4.0; as soon as that is done"],
    [{ text: "removing 1.4.0", due: noon, deadline: null }, "removing 1.4.0; due now"],
    [{ text: "removing 1.4.0", due: noon, deadline: noon }, "removing 1.4.0; due now; out of time"],
    [null, "nothing is to be done"],
  ])("says when the next step is due: %j", async (next, line) => {
    expect((await why({ ...evaluation, next })).stdout).toContain(`\n  ${line}\n`);
  });

  it("says so where nothing was asked yet, and nothing is pinned or has traffic", async () => {
    const { stdout } = await why({ ...evaluation, observedAt: null, pinned: null, serving: null, strategy: null, phase: null });
    expect(stdout).toContain("\n  not pinned  nothing has traffic\n");
    expect(stdout).toContain("\nEngine and gateway have not been asked yet.\n");
  });

  it("prints what the API answers as JSON", async () => {
    const { stdout } = await why(evaluation, ["--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ process: "order-intake", gates: [{ gate: "pin" }, { gate: "freeze", verdict: "blocked" }] });
  });

  it("names a process that does not exist", async () => {
    const { code, stderr } = await pinion(["why", "production/nobody", "--controller", await controller()]);
    expect(code).toBe(2);
    expect(stderr).toContain('no process is called "nobody" in production');
    expect((await pinion(["why", "production", "--controller", await controller()])).stderr).toContain("It is ENVIRONMENT/PROCESS");
  });

  it.each([60, 80])("fits %i columns", async (columns) => {
    const text =
      "the version cannot be used because its definition names a node that nobody knows, and so it waits until somebody fixes it";
    const gates = evaluation.gates.map((gate) => ({ ...gate, text }));
    const { stdout } = await why({ ...evaluation, gates, changedBy: [text] }, [], { columns });
    expect(stdout.split("\n").filter((line) => Array.from(line).length > columns)).toEqual([]);
  });
});
