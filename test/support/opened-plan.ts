/** A plan as it is kept with a deployment. */

import type { OpenedPlan } from "../../src/domain/journal/rollout-plan.ts";

const check = { validation: "smoke_test", subject: "creates an order" } as const;

export const openedPlan: OpenedPlan = {
  deploymentPlan: {
    steps: [
      {
        id: "production.a.install",
        key: "installing",
        name: "install a 1.1.0 beside a 1.0.0, without traffic",
        brief: "install",
        action: "install",
        order: 1,
        dependencies: [],
        validation: null,
        estimatedDuration: 2_000,
      },
      {
        id: "production.a.check",
        key: "checking",
        name: "check a 1.1.0 on its private address",
        brief: "check",
        action: "check",
        order: 2,
        dependencies: ["production.a.install"],
        validation: { phase: "during", validations: [check] },
        estimatedDuration: 1_000,
      },
    ],
    dependencies: [{ process: "a", on: "b", range: "^2.0.0", version: "2.1.0" }],
    estimatedDuration: 3_000,
    riskAssessment: { level: "low", reasons: [{ level: "low", process: null, reason: "it is production" }] },
    validationChecks: [{ process: "a", phase: "during", ...check }],
    leftOut: 0,
  },
  rollbackPlan: {
    instruction: "git revert the merge",
    automatic: { triggers: ["error_rate > 10 % over 5 min"], bakeMs: 60_000 },
    steps: [{ process: "a", version: "1.0.0", how: "switch-back", name: "switch the traffic back to a 1.0.0" }],
  },
};
