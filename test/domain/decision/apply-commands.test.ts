/** Commands on their way through a decision: for the environment, in their order for each process, and what is answered. */

import { describe, expect, it } from "vitest";
import {
  applyCommands,
  applyFreezeCommands,
  commandsFor,
  resultsForUnknown,
  unfrozen,
  withCommands,
} from "../../../src/domain/decision/apply-commands.ts";
import type { ProcessDecision } from "../../../src/domain/journal/case.ts";
import type { Command, CommandSpec, Freeze } from "../../../src/domain/journal/commands.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import { observing } from "../../support/case-values.ts";
import { before, now, person, rollout, row } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";

const give = (id: string, spec: CommandSpec): Command => ({ id, environment: "production", by: person, why: "because", at: 1, spec });
const freezes = (id: string) => give(id, { kind: "freeze" });
const unfreezes = (id: string) => give(id, { kind: "unfreeze" });
const about = (id: string, kind: "pause" | "resume" | "abort" | "retry", process = "orders") => give(id, { kind, process });
const frozen: Freeze = { by: { name: "Bob", email: null }, why: "sale", at: 400, lostMs: 0 };
const newFreeze = { by: person, why: "because", at: now, lostMs: 0 };

describe("freezing", () => {
  it.each<
    [
      string,
      Freeze | null,
      readonly Command[],
      { freeze: Freeze | null; isNews: boolean; unfrozenAfterMs: number; says: readonly string[] },
    ]
  >([
    ["nothing is commanded", null, [], { freeze: null, isNews: false, unfrozenAfterMs: 0, says: [] }],
    ["it stays frozen", frozen, [], { freeze: frozen, isNews: false, unfrozenAfterMs: 0, says: [] }],
    [
      "it is frozen",
      null,
      [freezes("1")],
      { freeze: newFreeze, isNews: true, unfrozenAfterMs: 0, says: ["done: nothing new is deployed here until it is unfrozen"] },
    ],
    [
      "it was frozen already",
      frozen,
      [freezes("1")],
      { freeze: frozen, isNews: false, unfrozenAfterMs: 0, says: ["refused: frozen already, by Bob: sale"] },
    ],
    [
      "it is lifted",
      frozen,
      [unfreezes("1")],
      { freeze: null, isNews: true, unfrozenAfterMs: now - 400, says: ["done: the freeze by Bob is lifted; deployments continue"] },
    ],
    ["it was not frozen", null, [unfreezes("1")], { freeze: null, isNews: false, unfrozenAfterMs: 0, says: ["refused: it is not frozen"] }],
    [
      "it is lifted and frozen again, in this order",
      frozen,
      [unfreezes("1"), freezes("2")],
      {
        freeze: newFreeze,
        isNews: true,
        unfrozenAfterMs: now - 400,
        says: ["done: the freeze by Bob is lifted; deployments continue", "done: nothing new is deployed here until it is unfrozen"],
      },
    ],
  ])("%s", (_what, freeze, commands, { says, ...expected }) => {
    const { results, ...outcome } = applyFreezeCommands(before({ freeze, commands }), observing({}));
    expect(outcome).toEqual(expected);
    expect(results.map(({ kind, why }) => `${kind}: ${why}`)).toEqual(says);
  });

  it("does not count the time in which no controller ran: that is added anyway", () => {
    const observation = observing({ observation: { lostMs: 250 } });
    expect(applyFreezeCommands(before({ freeze: frozen, commands: [unfreezes("1")] }), observation).unfrozenAfterMs).toBe(350);
  });

  it("moves the deadline of what is under way by the time of the freeze", () => {
    const underWay = row({ rollout: rollout({ deadline: 5_000 }) });
    expect(unfrozen(underWay, 600).rollout?.deadline).toBe(5_600);
    expect(unfrozen(underWay, 0)).toBe(underWay);
    expect(unfrozen(row(), 600)).toEqual(row());
  });
});

describe("commands about one process", () => {
  const circumstances = (freeze: Freeze | null = null) => ({ desired: null, observation: observing({}), freeze, processes: new Map() });
  const given = (commands: readonly Command[], underWay: Rollout | null, freeze: Freeze | null = null) =>
    applyCommands(commands, row({ rollout: underWay }), circumstances(freeze));

  it("are those that name it, in their order", () => {
    const all = [freezes("1"), about("2", "pause"), about("3", "pause", "billing"), about("4", "resume")];
    expect(commandsFor(before({ commands: all }), "orders").map(({ id }) => id)).toEqual(["2", "4"]);
  });

  it("act one after the other", () => {
    const { after, results } = given([about("1", "pause"), about("2", "resume"), about("3", "resume")], rollout());
    expect(after.rollout?.paused).toBeNull();
    expect(results.map(({ id, kind }) => `${id} ${kind}`)).toEqual(["1 done", "2 done", "3 refused"]);
  });

  it("are in the story of the deployment when they change it", () => {
    const { timeline, hasActed, actions } = given([about("1", "abort")], rollout());
    expect(timeline).toMatchObject([{ phase: "Running", step: { state: "rejected", why: "aborted by Ada: because" }, trigger: "abort" }]);
    expect([hasActed, actions.map(({ kind }) => kind)]).toEqual([true, ["ensure-weights", "ensure-armed"]]);
  });

  it("leave no trace when they are refused", () => {
    const { timeline, hasActed, results } = given([about("1", "abort")], null);
    expect([timeline, hasActed, results[0]?.why]).toEqual([[], false, "nothing is under way"]);
  });

  it("void what was owed only where the rollout goes another way", () => {
    expect(given([about("1", "pause")], rollout()).hasActed).toBe(false);
    expect(given([about("1", "abort")], rollout()).hasActed).toBe(true);
  });

  const forPerson = rollout({ strategy: canary, state: { kind: "shifting", step: 3, weight: 50, since: 1 } });
  const promote = give("1", { kind: "promote", process: "orders", isFull: false });
  it.each<[string, Command, Rollout, "done" | "refused"]>([
    ["refuses a promotion", promote, forPerson, "refused"],
    ["refuses to resume what waits for a person, which is the same", about("1", "resume"), forPerson, "refused"],
    ["lets a person resume what was paused", about("1", "resume"), { ...forPerson, paused: { by: person, why: "", at: 1 } }, "done"],
    ["lets a person abort", about("1", "abort"), forPerson, "done"],
  ])("in a freeze: %s", (_what, command, underWay, kind) => {
    expect(given([command], underWay, frozen).results[0]?.kind).toBe(kind);
    expect(given([command], underWay).results[0]?.kind).toBe("done");
  });

  const decision: ProcessDecision = {
    after: row(),
    actions: [{ kind: "ensure-armed", process: "orders", digest: null }],
    replacesOwed: false,
    deployments: [],
    wakeAt: null,
  };
  it.each<[string, readonly Command[], boolean, { actions: number; replacesOwed: boolean; deployments: number }]>([
    ["adds nothing without commands", [], false, { actions: 1, replacesOwed: false, deployments: 0 }],
    ["puts their actions first, and voids what was owed", [about("1", "abort")], false, { actions: 3, replacesOwed: true, deployments: 1 }],
    ["has gone beyond their actions", [about("1", "abort")], true, { actions: 1, replacesOwed: true, deployments: 1 }],
    [
      "tells their story alone where they change nothing that is owed",
      [about("1", "pause")],
      false,
      { actions: 1, replacesOwed: false, deployments: 1 },
    ],
  ])("the decision %s", (_what, commands, replacesOwed, expected) => {
    const { actions, deployments, ...rest } = withCommands(given(commands, rollout()), { ...decision, replacesOwed });
    expect({ actions: actions.length, replacesOwed: rest.replacesOwed, deployments: deployments.length }).toEqual(expected);
  });
});

it("a command about a process that does not exist is refused", () => {
  const commands = [about("1", "pause", "nothing"), freezes("2")];
  const results = resultsForUnknown(before({ commands }), [{ id: "2", kind: "done", why: "", at: now }], observing({}));
  expect(results).toEqual([{ id: "1", kind: "refused", why: "no such process is pinned or runs here", at: now }]);
});
