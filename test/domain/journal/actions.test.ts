/** Which actions ask for the same: what is owed already is not owed twice. */

import { describe, expect, it } from "vitest";
import { type Action, actionKey, doesFor, processOf, scopeOf, validationScope } from "../../../src/domain/journal/actions.ts";
import { unitOf } from "../../support/case-values.ts";
import { request } from "../../support/decision-values.ts";

const unit = unitOf("orders", "1.0.0");
const other = unitOf("orders", "1.1.0");
const install: Action = { kind: "ensure-installed", unit };
const validate = (parts: object = {}): Action => ({ kind: "ensure-validated", unit, phase: "during", deployment: "d1", ...parts });
const weights = (parts: object = {}): Action => ({ kind: "ensure-weights", process: "orders", weights: [{ unit, weight: 100 }], ...parts });
const revert: Action = { kind: "ensure-reverted", process: "orders", request };

describe("two actions ask for", () => {
  it.each<[string, Action, Action, boolean]>([
    ["the same installation", install, { ...install }, true],
    ["another unit", install, { ...install, unit: other }, false],
    ["an installation on other instances", install, { ...install, on: ["a"] }, false],
    ["an installation on the same instances, in any order", { ...install, on: ["a", "b"] }, { ...install, on: ["b", "a"] }, true],
    ["a removal instead", install, { kind: "ensure-removed", unit }, false],
    ["the same validation", validate(), validate(), true],
    ["another phase", validate(), validate({ phase: "post" }), false],
    ["another deployment", validate(), validate({ deployment: "d2" }), false],
    ["the verification of a rollback", validate({ phase: "post" }), validate({ phase: "post", isRollback: true }), false],
    ["the same weights", weights(), weights(), true],
    ["other weights", weights(), weights({ weights: [{ unit, weight: 90 }] }), false],
    ["weights of another version", weights(), weights({ weights: [{ unit: other, weight: 100 }] }), false],
    ["weights on some instances", weights(), weights({ weights: [{ unit, weight: 100, on: ["a"] }] }), false],
    ["no traffic at all", weights(), weights({ weights: [] }), false],
    [
      "the same schedules",
      { kind: "ensure-armed", process: "orders", digest: unit.digest },
      { kind: "ensure-armed", process: "orders", digest: unit.digest },
      true,
    ],
    [
      "no schedules",
      { kind: "ensure-armed", process: "orders", digest: unit.digest },
      { kind: "ensure-armed", process: "orders", digest: null },
      false,
    ],
    ["another revert", revert, { ...revert, request: { ...request, id: "r2" } }, false],
  ])("%s", (_what, one, another, isSame) => {
    expect(actionKey(one) === actionKey(another)).toBe(isSame);
  });
});

describe("traffic that is owed does for what is wanted", () => {
  it.each<[string, Action, Action, boolean]>([
    ["alone, where it is wanted alone", weights(), weights(), true],
    ["together, where it is wanted alone", weights({ with: ["billing"] }), weights(), true],
    ["together, where it is wanted with the same", weights({ with: ["billing", "carts"] }), weights({ with: ["carts", "billing"] }), true],
    ["not alone, where it is wanted together", weights(), weights({ with: ["billing"] }), false],
    ["not together with others", weights({ with: ["carts"] }), weights({ with: ["billing"] }), false],
    ["not with other weights", weights({ weights: [] }), weights(), false],
  ])("%s", (_what, owed, wanted, expected) => {
    expect(doesFor(owed, wanted)).toBe(expected);
  });
});

it("each is about one process", () => {
  expect([install, validate(), weights(), revert].map(processOf)).toEqual(["orders", "orders", "orders", "orders"]);
});

it("results of validations are filed under the instances, or under the rollback", () => {
  expect([validationScope({}), validationScope({ on: ["b", "a"] }), validationScope({ on: ["a"], isRollback: true }), scopeOf([])]).toEqual(
    ["", "a+b", "rollback", ""],
  );
});
