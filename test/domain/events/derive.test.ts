/** Events follow from a decision and what was remembered before it. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReasonCode, reasonCatalogue } from "../../../src/domain/journal/reason.ts";
import { eventsOf } from "../../../src/domain/events/derive.ts";
import { before, decision, deployment, ending, opening, rollout, row, status } from "../../support/decision-values.ts";

describe("the events of a decision", () => {
  it("are the same with the same ids for the same decision, and have other ids for other kinds", () => {
    const one = decision({ deployments: [opening("deploy", "why"), { ...ending("Failed"), id: deployment }] });
    const state = before({}, row({ rollout: rollout() }));
    expect(eventsOf(state, one)).toEqual(eventsOf(state, one));
    expect(new Set(eventsOf(state, one).map(({ id }) => id)).size).toBe(2);
  });

  it("depend on no text: any words with a code give the same events", () => {
    const codes = Object.keys(reasonCatalogue) as ReasonCode[];
    const kinds = (code: ReasonCode, text: string) => {
      const held = decision({
        processes: [row({ status: status({ reason: { code, text } }) })],
        deployments: [opening("self-heal", text, code)],
      });
      return eventsOf(before(), held).map(({ kind }) => kind);
    };
    const words = fc.oneof(
      fc.string(),
      fc.constantFrom("drift: x", "(selfHeal is off)", "2 of at most 2 deployments are running", "hands over: "),
    );
    fc.assert(fc.property(fc.constantFrom(...codes), words, (code, text) => void expect(kinds(code, text)).toEqual(kinds(code, "why"))));
  });
});
