import { describe, expect, it } from "vitest";
import { createUnrecorded } from "../../src/controller/unrecorded.ts";
import type { Action } from "../../src/domain/journal/actions.ts";
import type { Stuck } from "../../src/domain/journal/rollout.ts";
import { emptyDecision, type Decision } from "../../src/domain/journal/state.ts";
import { before, now, rollout, row } from "../support/decision-values.ts";

const rejected = row({ rollout: rollout({ state: { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" } }) });

function decision(environment: string): Decision {
  return { ...emptyDecision(environment, now), processes: [rejected] };
}

describe("what could not be recorded", () => {
  it("is remembered over the journal, in its own environment alone", () => {
    const unrecorded = createUnrecorded();
    unrecorded.keep(decision("production"));
    const over = (environment: string) => [...unrecorded.over(before({ environment })).processes.keys()];
    expect([over("production"), over("staging")]).toEqual([["orders"], []]);
    const news = { ...decision("staging"), processes: [] };
    expect(unrecorded.joined(news)).toBe(news);
    expect(unrecorded.joined({ ...news, environment: "production" }).processes).toEqual([rejected]);
  });

  it("is forgotten once its own environment is recorded", () => {
    const unrecorded = createUnrecorded();
    for (const environment of ["production", "staging"]) unrecorded.keep(decision(environment));
    unrecorded.clear("staging");
    const over = (environment: string) => [...unrecorded.over(before({ environment })).processes.keys()];
    expect([over("production"), over("staging")]).toEqual([["orders"], []]);
  });

  it("tells the next decision what was refused, until everything can be recorded again", () => {
    const unrecorded = createUnrecorded();
    const action: Action = { kind: "ensure-weights", process: "orders", weights: [] };
    const stuck: Stuck = { action, code: "router/unreachable", detail: "no answer", retry: "later", attempts: 1 };
    const remembered = before({ owed: [{ id: 7, action, notBefore: 0, stuck: null }] });
    unrecorded.refused("production", stuck);
    expect(unrecorded.over(remembered).owed).toEqual([{ id: 7, action, notBefore: 0, stuck }]);
    expect(unrecorded.over({ ...remembered, environment: "staging" }).owed).toEqual(remembered.owed);
    unrecorded.recovered("production", now);
    expect(unrecorded.over(remembered).owed).toEqual(remembered.owed);
  });

  it("is news once for each time that it begins, in each environment", () => {
    const unrecorded = createUnrecorded();
    const news = (environment: string) => unrecorded.isNews(environment);
    expect([news("production"), news("production"), news("staging")]).toEqual([true, false, true]);
    unrecorded.recovered("staging", now);
    expect([news("production"), news("staging")]).toEqual([false, true]);
  });

  it("has a beginning and an end, each time, in each environment", () => {
    const unrecorded = createUnrecorded();
    unrecorded.recovered("production", 1);
    for (const at of [2, 3]) unrecorded.failed("production", at);
    expect(unrecorded.stretches("production")).toEqual([{ from: 2, to: null }]);
    for (const at of [5, 6]) unrecorded.recovered("production", at);
    unrecorded.failed("production", 8);
    expect(unrecorded.stretches("production")).toEqual([
      { from: 2, to: 5 },
      { from: 8, to: null },
    ]);
    expect(unrecorded.stretches("staging")).toEqual([]);
  });
});
