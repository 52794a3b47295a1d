/** What is owed when the same traffic is wanted again, with other partners than before. */

import { describe, expect, it } from "vitest";
import type { Action } from "../../../src/domain/journal/actions.ts";
import { doesFor } from "../../../src/domain/journal/actions.ts";
import { afterDecision, nothingRemembered } from "../../../src/domain/journal/remembered.ts";
import { emptyDecision } from "../../../src/domain/journal/state.ts";

const unit = { process: "alpha", version: "1.1.0", digest: "sha256-a" } as const;
const traffic = (...partners: readonly string[]): Action => ({
  kind: "ensure-weights",
  process: "alpha",
  weights: [{ unit, weight: 100 }],
  ...(partners.length > 0 && { with: partners }),
});

describe("traffic that is owed", () => {
  it.each([
    ["alone, and wanted alone", traffic(), traffic(), true],
    ["alone, and wanted with others", traffic(), traffic("beta"), false],
    ["with others, and wanted alone, as by what keeps it in order", traffic("beta"), traffic(), true],
    ["with others, and wanted with them", traffic("beta", "gamma"), traffic("gamma", "beta"), true],
    ["with one, and wanted with another", traffic("beta"), traffic("gamma"), false],
  ])("%s", (_, owed, wanted, does) => {
    expect(doesFor(owed, wanted)).toBe(does);
    let ids = 0;
    const takeId = () => (ids += 1);
    const decide = (action: Action) => ({ ...emptyDecision("production", 1), owed: new Map([["alpha", [action]]]) });
    const first = afterDecision(nothingRemembered("production"), decide(owed), takeId);
    const then = afterDecision(first, decide(wanted), takeId);
    expect(then.owed).toMatchObject([{ id: does ? 1 : 2 }]);
    expect(then.owed[0]?.action).toEqual(does ? owed : wanted);
  });
});
