/** What may happen to the branch: nobody's commit is lost, and the bot changes one pin and the quarantine, once for each order. */

import type { RevertOrder, RevertOutcome } from "../../src/domain/revert.ts";
import type { DecisionRules } from "./decision-rules.ts";
import { pinsPath, quarantinePath, readPins, readQuarantine } from "./files.ts";
import type { SimCommit } from "./git.ts";
import type { SimWorld } from "./sim-world.ts";
import type { Trace } from "./trace.ts";

export interface GitRules {
  onMove(to: SimCommit, from: SimCommit): void;
  onOutcome(order: RevertOrder, outcome: RevertOutcome): void;
}

export function createGitRules(world: SimWorld, decisions: DecisionRules): GitRules {
  const { trace, git } = world;
  return {
    onMove(to, from) {
      trace.say(`  main: ${to.by} ${to.id.slice(0, 7)} ${to.message.split("\n", 1)[0] ?? ""}`);
      if (to.parent !== from.id) trace.violate("no commit is lost", `${to.id} by ${to.by} is not on top of ${from.id} by ${from.by}`);
      if (to.by !== "pinion") return;
      const order = decisions.orders.get(to.rollbackId ?? "");
      if (!order) return trace.violate("the bot commits only what was ordered", to.message);
      const times = git.commits.filter(({ rollbackId }) => rollbackId === order.id).length;
      if (times > 1) trace.violate("each rollback commits once", `${order.id} is there ${times} times`);
      if (order.mode === "propose") trace.violate("what is to be proposed is not pushed", order.id);
      judgeContents(world, order, { to, from });
    },
    onOutcome(order, outcome) {
      if (outcome.kind !== "committed") return;
      const isThere = git.commits.some(({ id, rollbackId }) => id === outcome.commit && rollbackId === order.id);
      if (!isThere) trace.violate("what is said to be committed is on the branch", `${order.id} ${outcome.commit}`);
    },
  };
}

function judgeContents({ trace }: SimWorld, order: RevertOrder, { to, from }: { to: SimCommit; from: SimCommit }): void {
  const [pins, quarantine] = [pinsPath(order.environment), quarantinePath(order.environment)];
  const paths = new Set([...to.files.keys(), ...from.files.keys()]);
  const others = [...paths].filter((path) => to.files.get(path) !== from.files.get(path) && path !== pins && path !== quarantine);
  trace.expect(others.length === 0, "the bot changes nothing else", others.join(", "));
  judgePins(trace, order, [textOf(from, pins), textOf(to, pins)]);
  const entries = [readQuarantine(textOf(from, quarantine)), readQuarantine(textOf(to, quarantine))] as const;
  const isHeld = entries[1].some(({ process, digest }) => process === order.process && digest === order.quarantine);
  trace.expect(order.quarantine === null || isHeld, "what is rolled back is quarantined by the same commit", order.id);
  const more = entries[1].length - entries[0].length;
  trace.expect(more === 0 || more === 1, "the bot adds one entry to the quarantine", `${more} more`);
}

function judgePins(trace: Trace, order: RevertOrder, [before, after]: readonly [string, string]): void {
  const lines = differingLines(before, after);
  trace.expect(lines === 1, "the bot changes one line of the pins", `${order.id} changes ${lines}`);
  const [was, is] = [readPins(before).get(order.process), readPins(after).get(order.process)];
  const what = `${was ?? "nothing"} to ${is ?? "nothing"}, not ${order.from} to ${order.to}`;
  trace.expect(was === order.from && is === order.to, "the bot puts back what was ordered", what);
}

function textOf({ files }: SimCommit, path: string): string {
  return files.get(path) ?? "";
}

function differingLines(one: string, other: string): number {
  const [before, after] = [one.split("\n"), other.split("\n")];
  if (before.length !== after.length) return Math.max(before.length, after.length);
  return before.filter((line, index) => line !== after[index]).length;
}
