/** What every journal must do, fake or real. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal } from "../../src/ports/journal.ts";
import { arm, ending, install, opening, result, rollout, row, decision, stuckWith } from "../support/journal-values.ts";
import { keepsChanges } from "./journal-changes.ts";
import { keepsPlans } from "./journal-plans.ts";
import { keepsEveryKind } from "./journal-kinds.ts";
import { hearsPeople, tellsOthers } from "./journal-people.ts";

/** A journal under test; `reopen` gives one over the same contents, as after a restart. */
export interface JournalUnderTest {
  readonly journal: Journal;
  reopen(): Promise<Journal>;
  dispose(): Promise<void>;
}

export function journalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`journal contract: ${name}`, () => {
    let subject: JournalUnderTest;
    let journal: Journal;
    beforeEach(async () => {
      subject = await make();
      journal = subject.journal;
    });
    afterEach(() => subject.dispose());

    const production = "production";
    async function* readers(): AsyncGenerator<Journal> {
      yield journal;
      journal = await subject.reopen();
      yield journal;
    }
    const owedOf = async (from: Journal) => (await from.state(production)).owed;
    const owing = (process: string, ...actions: Parameters<typeof stuckWith>) =>
      decision(production, { owed: new Map([[process, actions]]) });

    it("knows nothing of an environment it never heard of", async () => {
      const state = await journal.state("nowhere");
      expect(state).toEqual({
        environment: "nowhere",
        processes: new Map(),
        owed: [],
        validationResults: new Map(),
        freeze: null,
        commands: [],
        hasAnswered: false,
      });
      expect(await journal.history({})).toEqual([]);
    });

    it("gives rows back as they were recorded, also after a restart", async () => {
      const rows = [row("a", { rollout: rollout("a", "d1") }), row("b", { refused: null, status: null, knownGood: [] })];
      await journal.record(decision(production, { processes: rows }));
      for await (const reader of readers()) {
        expect([...(await reader.state(production)).processes.values()].toSorted((x, y) => x.process.localeCompare(y.process))).toEqual(
          rows,
        );
      }
    });

    it("keeps environments apart", async () => {
      await journal.record(decision(production, { processes: [row("a")], owed: new Map([["a", [install("a")]]]) }));
      await journal.record(decision("staging", { forgotten: ["a"], owed: new Map([["a", []]]) }));
      expect((await journal.state(production)).processes.size).toBe(1);
      expect(await owedOf(journal)).toHaveLength(1);
      expect((await journal.state("staging")).processes.size).toBe(0);
    });

    it("replaces a row and forgets one", async () => {
      await journal.record(decision(production, { processes: [row("a"), row("b")] }));
      await journal.record(decision(production, { processes: [row("a", { status: null })], forgotten: ["b"] }));
      const { processes } = await (await subject.reopen()).state(production);
      expect([...processes.keys()]).toEqual(["a"]);
      expect(processes.get("a")?.status).toBeNull();
    });

    it("hands out the same map while no row changes, and never changes one that it handed out", async () => {
      await journal.record(decision(production, { processes: [row("a")] }));
      const before = await journal.state(production);
      await journal.record(owing("a", install("a")));
      expect((await journal.state(production)).processes).toBe(before.processes);
      await journal.record(decision(production, { processes: [row("b")] }));
      expect([...before.processes.keys()]).toEqual(["a"]);
      expect(before.owed).toEqual([]);
    });

    it("owes actions in the order of the decision, also after a restart", async () => {
      await journal.record(
        decision(production, {
          owed: new Map([
            ["b", [arm("b"), install("b")]],
            ["a", [install("a")]],
          ]),
        }),
      );
      const kinds = [arm("b"), install("b"), install("a")];
      expect((await owedOf(journal)).map((entry) => entry.action)).toEqual(kinds);
      expect((await owedOf(await subject.reopen())).map((entry) => entry.action)).toEqual(kinds);
    });

    it("lets a newer decision replace what its process owed, and only that", async () => {
      await journal.record(
        decision(production, {
          owed: new Map([
            ["a", [install("a")]],
            ["b", [install("b")]],
          ]),
        }),
      );
      await journal.record(owing("a", arm("a")));
      expect((await owedOf(journal)).map((entry) => entry.action)).toEqual([install("b"), arm("a")]);
      await journal.record(decision(production, { owed: new Map([["a", []]]) }));
      expect((await owedOf(await subject.reopen())).map((entry) => entry.action)).toEqual([install("b")]);
    });

    it("keeps id, waiting time and refusal of an action that is owed again, in its new place", async () => {
      await journal.record(owing("a", install("a")));
      const [first] = await owedOf(journal);
      await journal.refused(production, first?.id ?? -1, stuckWith(install("a")), 77);
      await journal.record(decision(production, { owed: new Map([["a", [arm("a"), install("a")]]]) }));
      for await (const reader of readers()) {
        const owed = await owedOf(reader);
        expect(owed.map((entry) => entry.action)).toEqual([arm("a"), install("a")]);
        expect(owed[1]).toEqual({ id: first?.id, action: install("a"), notBefore: 77, stuck: stuckWith(install("a")) });
        expect(owed[0]).toMatchObject({ notBefore: 0, stuck: null });
      }
    });

    it("owes the same wish once", async () => {
      await journal.record(decision(production, { owed: new Map([["a", [install("a"), install("a")]]]) }));
      expect(await owedOf(journal)).toHaveLength(1);
    });

    it("settles what is done, and does not mind ids it does not know", async () => {
      await journal.record(decision(production, { owed: new Map([["a", [install("a"), arm("a")]]]) }));
      const [first] = await owedOf(journal);
      await journal.acknowledged(production, [first?.id ?? -1, 4711]);
      await journal.refused(production, 4711, stuckWith(arm("a")), 5);
      expect((await owedOf(journal)).map((entry) => entry.action)).toEqual([arm("a")]);
      expect((await owedOf(await subject.reopen())).map((entry) => entry.action)).toEqual([arm("a")]);
    });

    it("never gives an id twice, not even after a restart", async () => {
      await journal.record(owing("a", install("a")));
      const [first] = await owedOf(journal);
      await journal.acknowledged(production, [first?.id ?? -1]);
      const again = await subject.reopen();
      await again.record(owing("a", install("a")));
      const [second] = await owedOf(again);
      expect(second?.id).toBeGreaterThan(first?.id ?? Number.POSITIVE_INFINITY);
    });

    it("tells a deployment's story with steps, outcome and validations", async () => {
      await journal.record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal.recordValidation(production, "d1", [result("creates an order")]);
      await journal.record(decision(production, { deployments: [ending("d1")] }));
      const [deployment] = await (await subject.reopen()).history({ id: "d1" });
      expect(deployment).toEqual({
        ...opening(production, "a", "d1").opened,
        id: "d1",
        phase: "Succeeded",
        reason: { code: "AsPinned", text: "all is well" },
        endedAt: 9,
        trigger: null,
        steps: [opening(production, "a", "d1").step, ending("d1").step],
        validations: [result("creates an order")],
        changes: null,
        handEdits: [],
        deploymentPlan: null,
        rollbackPlan: null,
      });
    });

    it("replaces an older result of the same validation and keeps the others", async () => {
      await journal.record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal.recordValidation(production, "d1", [result("one", "unknown"), result("two")]);
      await journal.recordValidation(production, "d1", [result("one", "passed")]);
      for await (const reader of readers()) {
        expect((await reader.state(production)).validationResults.get("d1")).toEqual([result("one", "passed"), result("two")]);
      }
    });

    it("remembers evidence of deployments under way only, and keeps the rest as history", async () => {
      await journal.record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      await journal.recordValidation(production, "d1", [result("one")]);
      await journal.record(decision(production, { deployments: [ending("d1")] }));
      await journal.recordValidation(production, "d1", [result("too late")]);
      for await (const reader of readers()) {
        expect((await reader.state(production)).validationResults.size).toBe(0);
        expect((await reader.history({ id: "d1" }))[0]?.validations).toEqual([result("one"), result("too late")]);
      }
    });

    it("finds deployments by environment, process and id, newest first, up to the limit", async () => {
      for (const [environment, process, id] of [
        ["production", "a", "d1"],
        ["production", "b", "d2"],
        ["staging", "a", "d3"],
      ] as const) {
        await journal.record(decision(environment, { deployments: [opening(environment, process, id)] }));
      }
      const found = async (query: Parameters<Journal["history"]>[0]) => (await journal.history(query)).map((deployment) => deployment.id);
      expect(await found({})).toEqual(["d3", "d2", "d1"]);
      expect(await found({ environment: "production" })).toEqual(["d2", "d1"]);
      expect(await found({ process: "a" })).toEqual(["d3", "d1"]);
      expect(await found({ environment: "production", process: "a" })).toEqual(["d1"]);
      expect(await found({ id: "d2" })).toEqual(["d2"]);
      expect(await found({ limit: 1 })).toEqual(["d3"]);
      expect(await found({ id: "d9" })).toEqual([]);
    });

    it("finds them by how they ended and by a text, and says how many there are", async () => {
      for (const [process, id] of [
        ["orders", "d1"],
        ["returns", "d2"],
        ["orders", "d3"],
      ] as const)
        await journal.record(decision(production, { deployments: [opening(production, process, id)] }));
      await journal.record(decision(production, { deployments: [ending("d1"), ending("d3")] }));
      const [ended] = await journal.history({ id: "d1" });
      const found = async (query: Parameters<Journal["history"]>[0]) => {
        const { deployments, total } = await journal.historyPage(query);
        expect(await journal.history(query)).toEqual(deployments);
        return [deployments.map(({ id }) => id), total];
      };
      expect(await found({ phase: ended!.phase })).toEqual([["d3", "d1"], 2]);
      expect(await found({ phase: "Aborted" })).toEqual([[], 0]);
      expect(await found({ q: "ETURN" })).toEqual([["d2"], 1]);
      expect(await found({ q: ended!.reason.text.slice(1, 5).toUpperCase(), phase: ended!.phase })).toEqual([["d3", "d1"], 2]);
      expect(await found({ q: ended!.commit.slice(0, 4) })).toEqual([["d3", "d2", "d1"], 3]);
      expect(await found({ q: "%" })).toEqual([[], 0]);
      expect(await found({ q: "orders", limit: 1 })).toEqual([["d3"], 2]);
    });

    it("gives them a page at a time, also when new ones come between two pages", async () => {
      const open = (id: string) => journal.record(decision(production, { deployments: [opening(production, "a", id)] }));
      for (const id of ["d1", "d2", "d3", "d4", "d5"]) await open(id);
      const page = async (before?: string) => {
        const { deployments, ...rest } = await journal.historyPage({ limit: 2, ...(before !== undefined && { before }) });
        return { ...rest, ids: deployments.map(({ id }) => id) };
      };
      expect(await page()).toEqual({ ids: ["d5", "d4"], total: 5, next: "d4" });
      await open("d6");
      expect(await page("d4")).toEqual({ ids: ["d3", "d2"], total: 6, next: "d2" });
      expect(await page("d2")).toEqual({ ids: ["d1"], total: 6, next: null });
      expect(await page("d1")).toEqual({ ids: [], total: 6, next: null });
      expect(await page("never-opened")).toEqual({ ids: [], total: 6, next: null });
    });

    it("does not stumble over a step of a deployment it does not know", async () => {
      await journal.record(decision(production, { processes: [row("a")], deployments: [ending("never-opened")] }));
      expect((await journal.state(production)).processes.size).toBe(1);
      expect(await journal.history({})).toEqual([]);
    });

    keepsChanges(() => journal, readers);
    keepsPlans(() => journal, readers);
    keepsEveryKind(() => journal, readers);
    hearsPeople(() => journal, readers);
    tellsOthers(() => journal, readers);
  });
}
