/** What would change the state of a process: what opens its gates, what a person can do, else a new pin. */

import { describe, expect, it } from "vitest";
import { whatChangesIt } from "../../../src/domain/decision/what-changes-it.ts";
import { blocked, type GateAnswer, open } from "../../../src/domain/gates/gate.ts";
import type { GateVerdict } from "../../../src/domain/gates/gates.ts";
import type { ReasonCode } from "../../../src/domain/journal/reason.ts";
import type { Rollout } from "../../../src/domain/journal/rollout.ts";
import { person, rollout } from "../../support/decision-values.ts";
import { canary } from "../../support/progressive.ts";
import { saying } from "../../support/reason.ts";

const gate = (name: GateVerdict["name"], answer: GateAnswer): GateVerdict => ({ name, question: "?", answer });
const frozen = gate("freeze", blocked(saying("frozen"), "Unfreeze it."));
const full = gate("concurrency", blocked(saying("full"), "It opens when one of them ends."));
const fine = gate("pin", open("it can run"));

const paused = { by: person, why: "", at: 1 };
const watched = { kind: "baking", since: 1, until: 2 } as const;
const rejected = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" } as const;
const forPerson = { kind: "shifting", step: 3, weight: 50, since: 1 } as const;

const pause = "`pinion pause production/orders` stops it, `pinion abort production/orders` ends it.";
const newPin = "A new pin in git.";

interface Row {
  readonly when: string;
  readonly gates?: readonly GateVerdict[];
  readonly code?: ReasonCode;
  readonly rollout?: Rollout;
  readonly says: readonly string[];
}

const rows: readonly Row[] = [
  { when: "all is as pinned", says: [newPin] },
  { when: "a gate is blocked", gates: [fine, frozen], says: ["Unfreeze it."] },
  { when: "several gates are blocked", gates: [frozen, full], says: ["Unfreeze it.", "It opens when one of them ends."] },
  { when: "two gates are opened by the same, it is said once", gates: [frozen, frozen], says: ["Unfreeze it."] },
  { when: "its reason has something to do", code: "Quarantined", says: ["Pin another version, or remove its entry from quarantine.yaml."] },
  { when: "a gate is blocked, its reason says no more", gates: [frozen], code: "Quarantined", says: ["Unfreeze it."] },
  {
    when: "its reason names a command",
    code: "Aborted",
    says: ["Run `pinion retry production/orders` to try again."],
  },
  {
    when: "it is paused",
    rollout: rollout({ paused }),
    says: ["`pinion resume production/orders` continues it, `pinion abort production/orders` ends it."],
  },
  {
    when: "a canary waits for a person",
    rollout: rollout({ strategy: canary, state: forPerson }),
    says: ["`pinion promote production/orders` continues it, `pinion abort production/orders` goes back."],
  },
  { when: "it is going back", rollout: rollout({ state: rejected }), says: [newPin] },
  { when: "it heals itself", rollout: rollout({ kind: "self-heal" }), says: [newPin] },
  { when: "it is on its way", rollout: rollout(), says: ["A bad verdict: it goes back to 1.0.0.", pause] },
  { when: "it is a first version", rollout: rollout({ stable: null }), says: ["A bad verdict: it is removed again.", pause] },
  {
    when: "it has all the traffic",
    rollout: rollout({ state: watched }),
    says: [
      "A bad verdict: it goes back to 1.0.0.",
      '`pinion rollback production/orders --reason "…"` goes back to a version that was good.',
    ],
  },
];

describe("what changes it when", () => {
  it.each(rows)("$when", ({ gates = [fine], code = "AsPinned", rollout: underWay = null, says }) => {
    const about = { environment: "production", process: "orders", reason: saying("", code), gates, rollout: underWay };
    expect(whatChangesIt(about)).toEqual(says);
  });

  it("it is in a deadlock: only a commit helps, whatever its gates wait for", () => {
    const about = { environment: "production", process: "orders", reason: saying("", "Deadlocked"), gates: [full], rollout: null };
    expect(whatChangesIt(about)).toEqual([expect.stringContaining("Use two commits")]);
  });
});
