/** What a journal must do with orders, freezes, reverts and events. Part of the journal's contract. */

import { describe, expect, it } from "vitest";
import type { Action } from "../../src/domain/journal/actions.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { outcomes } from "../support/journal-kinds.ts";
import { answerTo, ending, event, freeze, opening, command, result, revertOrder, row, decision } from "../support/journal-values.ts";

const production = "production";
type Readers = () => AsyncGenerator<Journal>;

/** `readers` gives the journal as it is, then one after a restart. */
export function hearsPeople(journal: () => Journal, readers: Readers): void {
  describe("orders", () => {
    const pendingIn = async (from: Journal) => (await from.state(production)).commands.map(({ id }) => id);

    it("wait in the order in which they were given, until each is answered", async () => {
      for (const id of ["o2", "o1", "o3"]) await journal().recordCommand(command(id));
      for await (const reader of readers()) expect(await pendingIn(reader)).toEqual(["o2", "o1", "o3"]);
      await journal().record(decision(production, { results: [answerTo("o1", { kind: "refused", why: "nothing runs" })] }));
      for await (const reader of readers()) {
        expect(await pendingIn(reader)).toEqual(["o2", "o3"]);
        expect(await reader.result(production, "o1")).toEqual(answerTo("o1", { kind: "refused", why: "nothing runs" }));
        expect(await reader.result(production, "o2")).toBeNull();
      }
    });

    it("given twice are one, and the first stands", async () => {
      await journal().recordCommand(command("o1"));
      await journal().recordCommand(command("o1", { why: "again" }));
      for await (const reader of readers()) expect((await reader.state(production)).commands).toEqual([command("o1")]);
    });

    it("that were answered do not come back, and their answer stands", async () => {
      await journal().recordCommand(command("o1"));
      await journal().record(decision(production, { results: [answerTo("o1")] }));
      await journal().recordCommand(command("o1"));
      await journal().record(decision(production, { results: [answerTo("o1", { kind: "refused" })] }));
      for await (const reader of readers()) {
        await reader.recordCommand(command("o1"));
        expect(await pendingIn(reader)).toEqual([]);
        expect(await reader.result(production, "o1")).toEqual(answerTo("o1"));
      }
    });

    it("with the same id in two environments are two", async () => {
      await journal().recordCommand(command("o1"));
      await journal().recordCommand(command("o1", { environment: "staging" }));
      await journal().record(decision("staging", { results: [answerTo("o1")] }));
      for await (const reader of readers()) {
        expect(await pendingIn(reader)).toEqual(["o1"]);
        expect((await reader.state("staging")).commands).toEqual([]);
        expect(await reader.result(production, "o1")).toBeNull();
        expect(await reader.result("staging", "o1")).toEqual(answerTo("o1"));
      }
    });
  });

  describe("a freeze", () => {
    it("stands, also where no process is, until it is lifted", async () => {
      await journal().record(decision("empty", { freezing: { freeze: freeze() } }));
      await journal().record(decision("empty", { processes: [] }));
      for await (const reader of readers()) expect((await reader.state("empty")).freeze).toEqual(freeze());
      await journal().record(decision("empty", { freezing: { freeze: { ...freeze(), why: "still" } } }));
      for await (const reader of readers()) expect((await reader.state("empty")).freeze?.why).toBe("still");
      expect((await journal().state(production)).freeze).toBeNull();
      await journal().record(decision("empty", { freezing: { freeze: null } }));
      for await (const reader of readers()) expect((await reader.state("empty")).freeze).toBeNull();
    });
  });
}

/** `readers` gives the journal as it is, then one after a restart. */
export function tellsOthers(journal: () => Journal, readers: Readers): void {
  describe("an ordered revert", () => {
    const told = { at: 11, state: "reverted", code: "GitWritten", why: "the pin is back at 1.0.0" } as const;
    const revertOf = async (from: Journal) => (await from.state(production)).processes.get("a")?.revert;

    it("gets its outcome, and the deployment's story tells it, though the deployment is over", async () => {
      const ordered = revertOrder("a", "r1", { deployment: "d1" });
      const processes = [row("a", { revert: { request: ordered, outcome: null } })];
      await journal().record(decision(production, { processes, deployments: [opening(production, "a", "d1"), ending("d1")] }));
      const before = await journal().state(production);
      await journal().reverted(ordered, outcomes.proposed, { ...told, why: "proposed" });
      await journal().reverted(ordered, outcomes.committed, told);
      expect(before.processes.get("a")).toEqual(processes[0]);
      for await (const reader of readers()) {
        expect((await reader.state(production)).processes.get("a")).toEqual({
          ...processes[0],
          revert: { request: ordered, outcome: outcomes.committed },
        });
        const [deployment] = await reader.history({ id: "d1" });
        expect(deployment).toMatchObject({ phase: "Succeeded", reason: { code: "AsPinned", text: "all is well" }, endedAt: 9 });
        expect(deployment?.steps).toEqual([opening(production, "a", "d1").step, ending("d1").step, { ...told, why: "proposed" }, told]);
      }
    });

    it("is owed no more, in the same moment; what else is owed stays", async () => {
      const owe = (id: string): Action => ({ kind: "ensure-reverted", process: "a", request: revertOrder("a", id) });
      await journal().record(decision(production, { owed: new Map([["a", [owe("r1"), owe("r10")]]]) }));
      await journal().reverted(revertOrder("a", "r1"), outcomes.superseded, told);
      for await (const reader of readers()) expect((await reader.state(production)).owed.map(({ action }) => action)).toEqual([owe("r10")]);
    });

    it("that is done twice tells its story once", async () => {
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      for await (const reader of readers()) {
        await reader.reverted(revertOrder("a", "r1", { deployment: "d1" }), outcomes.committed, told);
        await reader.reverted(revertOrder("a", "r1", { deployment: "d1" }), outcomes.committed, { ...told, at: 99 });
        expect((await reader.history({}))[0]?.steps).toEqual([opening(production, "a", "d1").step, told]);
      }
    });

    it("changes nothing of a process that has another one by now, or that is gone", async () => {
      const processes = [row("a", { revert: { request: revertOrder("a", "r2"), outcome: null } })];
      await journal().record(decision(production, { processes }));
      await journal().reverted(revertOrder("a", "r1"), outcomes.committed, told);
      await journal().reverted(revertOrder("gone", "r3", { deployment: "unheard of" }), outcomes.committed, told);
      for await (const reader of readers()) {
        expect(await revertOf(reader)).toEqual({ request: revertOrder("a", "r2"), outcome: null });
        expect([...(await reader.state(production)).processes.keys()]).toEqual(["a"]);
        expect(await reader.history({})).toEqual([]);
      }
    });
  });

  describe("events", () => {
    const idsIn = async (from: Journal, limit = 10) => (await from.pendingEvents(limit)).map(({ id }) => id);

    it("wait to be told, oldest first and no more than asked for, until they were told", async () => {
      await journal().record(decision(production, { events: [event("e3", { at: 3 }), event("e1")] }));
      await journal().record(decision("staging", { events: [event("e2", { environment: "staging", process: null, deployment: null })] }));
      for await (const reader of readers()) expect(await idsIn(reader)).toEqual(["e3", "e1", "e2"]);
      expect(await idsIn(journal(), 2)).toEqual(["e3", "e1"]);
      await journal().dispatched(["e1", "never heard of"]);
      for await (const reader of readers()) {
        expect(await reader.pendingEvents(10)).toEqual([
          event("e3", { at: 3 }),
          event("e2", { environment: "staging", process: null, deployment: null }),
        ]);
      }
    });

    it("with the same id are told once, also when it was told already", async () => {
      await journal().record(decision(production, { events: [event("e1"), event("e1", { why: "again" })] }));
      expect(await journal().pendingEvents(10)).toEqual([event("e1")]);
      await journal().dispatched(["e1"]);
      await journal().record(decision(production, { events: [event("e1"), event("e2")] }));
      for await (const reader of readers()) expect(await idsIn(reader)).toEqual(["e2"]);
    });
  });

  describe("tallies", () => {
    const ran = (process: string, id: string, from: number, until: number) => {
      const [opened, ended] = [opening(production, process, id, from), ending(id, until)];
      return decision(production, { deployments: [opened, ended] });
    };
    const same = { environment: production, kind: "deploy", strategy: "blue-green", phase: "Succeeded", trigger: null };

    async function expectTallies(expected: readonly object[]): Promise<void> {
      for await (const reader of readers()) {
        const deploymentCounts = await reader.deploymentCounts();
        expect(deploymentCounts).toHaveLength(expected.length);
        expect(deploymentCounts).toEqual(expect.arrayContaining(expected.map((each) => ({ ...same, ...each }))));
      }
    }

    it("count deployments that are over and add up how long they took", async () => {
      await journal().record(decision(production, { deployments: [opening(production, "a", "under way")] }));
      await expectTallies([]);
      for (const one of [ran("a", "d1", 10, 30), ran("a", "d2", 100, 105), ran("b", "d3", 7, 8)]) await journal().record(one);
      await expectTallies([
        { process: "a", count: 2, durationMs: 25 },
        { process: "b", count: 1, durationMs: 1 },
      ]);
    });

    it("tell apart what rejected them, whenever that was said, and the history tells it too", async () => {
      const rejected = { ...opening(production, "a", "d1"), trigger: "error_rate" };
      delete (rejected as { opened?: object }).opened;
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1", 1), rejected] }));
      await journal().record(decision(production, { deployments: [{ ...ending("d1", 5), phase: "RolledBack" }] }));
      await journal().record(ran("a", "d2", 1, 2));
      await expectTallies([
        { process: "a", phase: "RolledBack", trigger: "error_rate", count: 1, durationMs: 4 },
        { process: "a", count: 1, durationMs: 1 },
      ]);
      for await (const reader of readers()) {
        expect((await reader.history({})).map(({ trigger }) => trigger)).toEqual([null, "error_rate"]);
      }
    });

    it("count a deployment once, as it ended last", async () => {
      await journal().record(ran("a", "d1", 10, 30));
      await journal().record(decision(production, { deployments: [{ ...ending("d1", 40), phase: "Aborted" }] }));
      await expectTallies([{ process: "a", phase: "Aborted", count: 1, durationMs: 30 }]);
      await journal().record(decision(production, { deployments: [{ ...ending("d1", 50), phase: "Aborted" }] }));
      await expectTallies([{ process: "a", phase: "Aborted", count: 1, durationMs: 40 }]);
    });
  });

  describe("evidence", () => {
    it("of the same validation on other instances is another result", async () => {
      await journal().record(decision(production, { deployments: [opening(production, "a", "d1")] }));
      const [first, second] = [
        { ...result("one"), scope: "i1" },
        { ...result("one"), scope: "i2" },
      ];
      await journal().recordValidation(production, "d1", [result("one"), first, second]);
      const failed = { ...second, result: "failed", at: 8 } as const;
      await journal().recordValidation(production, "d1", [failed]);
      for await (const reader of readers()) {
        expect((await reader.state(production)).validationResults.get("d1")).toEqual([result("one"), first, failed]);
        expect((await reader.history({ id: "d1" }))[0]?.validations).toEqual([result("one"), first, failed]);
      }
    });
  });
}
