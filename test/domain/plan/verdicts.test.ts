/** A plan says beforehand where metrics can never have a verdict, and what follows from that. */

import { expect, it } from "vitest";
import type { EnvironmentSpec, OnInconclusive } from "../../../src/domain/desired/environment.ts";
import type { PlannedDeployment } from "../../../src/domain/plan/deployment-plan.ts";
import { foreseeVerdict } from "../../../src/domain/plan/verdicts.ts";
import { canary, errorRate } from "../../support/progressive.ts";
import { spec } from "../../support/spec.ts";

const measured = (onInconclusive: OnInconclusive | null, source = "gateway"): EnvironmentSpec => ({
  ...spec,
  analysis: { ...spec.analysis, checks: [{ ...errorRate, source }], onInconclusive },
});
const byCanary: EnvironmentSpec = { ...spec, strategy: canary };
const update = { process: "orders", from: "1.0.0", to: "1.1.0" } as PlannedDeployment;
const first = { ...update, from: null };

it.each<[string, PlannedDeployment, EnvironmentSpec, string, boolean]>([
  ["goes on", update, measured(null), "it continues without one (onInconclusive: proceed)", false],
  ["waits for a person", update, measured("pause"), "it will wait for a person (onInconclusive: pause)", true],
  ["goes back", update, measured("abort"), "within 10 min it goes back to 1.0.0 and waits for a person (onInconclusive: abort)", true],
  ["goes back, as a canary does by default", update, byCanary, "within 10 min it goes back to 1.0.0", true],
  [
    "waits where there is nothing to go back to",
    first,
    measured("abort"),
    "1.1.0 will wait for a person, because there is no version",
    true,
  ],
  ["goes on, as the first version of a canary", first, byCanary, "no other version runs, so it continues without one", true],
])("a version without an HTTP trigger %s", (...[, deployment, settings, why, isHindered]) => {
  const found = foreseeVerdict(deployment, settings, false);
  expect(found?.why).toContain(`orders has no HTTP trigger: its metrics will never have a verdict; ${why}`);
  expect(found?.isHindered).toBe(isHindered);
});

it.each<[string, PlannedDeployment, EnvironmentSpec, boolean]>([
  ["a version with an HTTP trigger", update, measured(null), true],
  ["a process that is taken out", { ...update, to: null }, measured(null), false],
  ["a version without metrics", update, spec, false],
  ["a version whose metrics come from elsewhere", update, measured(null, "prometheus"), false],
])("%s needs no such warning", (...[, deployment, settings, hasHttpTrigger]) => {
  expect(foreseeVerdict(deployment, settings, hasHttpTrigger)).toBeNull();
});

it("only the metrics that the gateway would measure are named", () => {
  const own = { ...errorRate, name: "queue depth", source: "prometheus" };
  const both = { ...spec, analysis: { ...spec.analysis, checks: [errorRate, own] } };
  expect(foreseeVerdict(update, both, false)?.why).toContain("no HTTP trigger: error_rate will never have a verdict");
});
