/** What a journal must give back as it got it: every kind of value, also after a restart. Part of the journal's contract. */

import { expect, it } from "vitest";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { actions, outcomes, rolloutStates, strategies, specs } from "../support/journal-kinds.ts";
import { command, quarantined, revertOrder, rollout, row, decision, unit } from "../support/journal-values.ts";

const production = "production";
const plainValidation = { kind: "ensure-validated", unit: unit("a"), phase: "post", deployment: "d1" } as const;

/** `readers` gives the journal as it is, then one after a restart. */
export function keepsEveryKind(journal: () => Journal, readers: () => AsyncGenerator<Journal>): void {
  async function expectKept(state: ProcessState): Promise<void> {
    await journal().record(decision(production, { processes: [state] }));
    for await (const reader of readers()) expect((await reader.state(production)).processes.get("a")).toEqual(state);
  }

  it.each(Object.entries(rolloutStates))("keeps a rollout that is %s", (_, state) =>
    expectKept(row("a", { rollout: rollout("a", "d1", { state }) })),
  );

  it.each(Object.entries(strategies))("keeps a rollout by %s", (_, strategy) =>
    expectKept(row("a", { rollout: rollout("a", "d1", { strategy }) })),
  );

  it("keeps who paused a rollout and when its candidate got all the traffic", () => {
    const paused = { by: { name: "Ada", email: null }, why: "lunch", at: 6 };
    return expectKept(row("a", { rollout: rollout("a", "d1", { paused, switchedAt: 8 }) }));
  });

  it.each([null, ...Object.values(outcomes)])("keeps a revert with the outcome $kind", (outcome) =>
    expectKept(row("a", { revert: { request: revertOrder("a", "r1"), outcome }, quarantined: [quarantined("r1")], rolledBackAt: 5 })),
  );

  it("keeps what others were told about a revert", () =>
    expectKept(row("a", { revert: { request: revertOrder("a", "r1"), outcome: null, told: "owed" } })));

  it("keeps a revert that waits for another verdict", () => {
    const doubt = { about: ["billing"], until: 60_000, rolledBackAt: null };
    return expectKept(row("a", { revert: { request: revertOrder("a", "r1"), outcome: null, doubt } }));
  });

  it.each([...Object.entries(actions), ["ensure-validated on every instance", plainValidation] as const])(
    "owes %s with all that belongs to it",
    async (_, action) => {
      await journal().record(decision(production, { owed: new Map([["a", [action]]]) }));
      for await (const reader of readers()) {
        expect((await reader.state(production)).owed).toEqual([{ id: expect.any(Number), action, notBefore: 0, stuck: null }]);
      }
    },
  );

  it.each(Object.entries(specs))("keeps the command to %s", async (_, spec) => {
    await journal().recordCommand(command("o1", { spec }));
    for await (const reader of readers()) expect((await reader.state(production)).commands).toEqual([command("o1", { spec })]);
  });
}
