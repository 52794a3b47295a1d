/** What of a decision is carried out while nothing can be recorded. */

import { describe, expect, it } from "vitest";
import { joinDecisions, protectivePart } from "../../../src/domain/decision/protection.ts";
import { whyNotTakenOut } from "../../../src/domain/desired/removal.ts";
import type { PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import type { Decision } from "../../../src/domain/journal/state.ts";
import { before, now, person, rollout, row } from "../../support/decision-values.ts";

const named = (process: string, parts: Parameters<typeof rollout>[0]) =>
  row({ process, rollout: rollout({ process, deployment: `d ${process}`, ...parts }) });
const rejected = named("bad", { state: { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" } });
const back = named("back", { kind: "rollback" });
const forwards = named("new", {});

function decision(parts: Partial<Decision>): Decision {
  const nothing = { processes: [], forgotten: [], owed: new Map(), deployments: [], results: [], events: [], wakeAt: null };
  return { environment: "production", at: now, ...nothing, ...parts };
}

const traffic = (process: string) => [process, [{ kind: "ensure-weights", process, weights: [] }]] as const;
const update = (process: string) =>
  ({ id: `d ${process}`, phase: "Running", step: { at: now, state: "rejected", code: "GoingBack", why: "" }, endedAt: null }) as const;

describe("what protects callers", () => {
  const whole = decision({
    processes: [rejected, back, forwards],
    forgotten: ["gone"],
    owed: new Map(["bad", "back", "new"].map(traffic)),
    deployments: ["bad", "back", "new"].map(update),
  });
  const part = protectivePart(whole, before());

  it("is what rejects a version, and what goes back to a good one; nothing that goes forwards or forgets", () => {
    expect(part.processes).toEqual([rejected, back]);
    expect([...part.owed.keys()]).toEqual(["bad", "back"]);
    expect(part.deployments.map(({ id }) => id)).toEqual(["d bad", "d back"]);
    expect([part.forgotten, part.isUrgent]).toEqual([[], true]);
  });

  it("is what is asked for it by now, also where nothing else is said of it", () => {
    const remembered = before({ processes: new Map([rejected, forwards].map((each) => [each.process, each])) });
    const later = decision({ owed: new Map(["bad", "new"].map(traffic)) });
    expect([...protectivePart(later, remembered).owed.keys()]).toEqual(["bad"]);
    expect([...protectivePart({ ...later, forgotten: ["bad"] }, remembered).owed.keys()]).toEqual([]);
  });

  it("is asked for once, however often it was decided, as when a person's command wants what is lacking anyway", () => {
    const twice = new Map([["bad", [...traffic("bad")[1], ...traffic("bad")[1]]]]);
    expect(protectivePart({ ...whole, owed: twice }, before()).owed).toEqual(new Map([traffic("bad")]));
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ["goes, where all do with whom its paths change owner", ["bad"], ["bad", "back"]],
    ["waits for the disk with one of them that does: that one still serves its paths", ["bad", "new"], ["bad"]],
  ])("is not half a change of owners: what goes back %s", (_, partners, expected) => {
    const weights = { kind: "ensure-weights", process: "back", weights: [], with: partners } as const;
    const owed: Decision["owed"] = new Map([traffic("bad"), ["back", [weights]], traffic("new")]);
    const { processes, owed: left } = protectivePart({ ...whole, owed }, before());
    expect([processes.map(({ process }) => process), [...left.keys()]]).toEqual([expected, expected]);
  });

  it("is a freeze, and not the end of one", () => {
    const freeze = { by: person, why: "because", at: now };
    expect(protectivePart(decision({ freezing: { freeze } }), before()).freezing).toEqual({ freeze });
    expect(protectivePart(decision({ freezing: { freeze: null } }), before()).freezing).toBeUndefined();
  });

  it("is kept by what is decided after it, where that says nothing else of it", () => {
    const later = joinDecisions(part, decision({ processes: [forwards], forgotten: ["back"], owed: new Map([traffic("new")]) }));
    expect(later.processes).toEqual([rejected, forwards]);
    expect([later.forgotten, [...later.owed.keys()]]).toEqual([["back"], ["bad", "back", "new"]]);
    expect(joinDecisions(decision({ forgotten: ["new"] }), decision({ processes: [forwards] })).forgotten).toEqual([]);
  });
});

describe("taking something out", () => {
  const finding = (severity: "error" | "warning") => ({
    file: "environments/production/pins.yaml",
    line: 1,
    column: 1,
    pointer: "",
    code: "pin/deprecated",
    severity,
    message: "it is old",
    hint: "",
  });
  const pinned = new Map([["other", { kind: "runnable" as const, summary: {} as never, status: "published" as const }]]);
  const environment = { environment: "production", spec: { allowEmpty: false }, findings: [], pins: pinned };

  it("waits for no warning, and for every error", () => {
    expect(whyNotTakenOut(environment)).toBeNull();
    expect(whyNotTakenOut({ ...environment, findings: [finding("warning")] })).toBeNull();
    expect(whyNotTakenOut({ ...environment, findings: [finding("warning"), finding("error")] })).toContain("it is old");
  });

  it("waits while a pin is broken, and of everything until that is said", () => {
    const broken = new Map<string, PinnedVersion>([
      ...pinned,
      ["broken", { kind: "broken" as const, process: "broken", version: "1.0.0", findings: [finding("error")] }],
    ]);
    expect(whyNotTakenOut({ ...environment, pins: broken })).toContain("it is old");
    expect(whyNotTakenOut({ ...environment, pins: new Map() })).toContain("allowEmpty");
    expect(whyNotTakenOut({ ...environment, pins: new Map(), spec: { allowEmpty: true } })).toBeNull();
  });
});
