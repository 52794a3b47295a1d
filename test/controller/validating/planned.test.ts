/** What a plan says that a version will be asked is what it is asked. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EnvironmentSnapshot } from "../../../src/domain/desired/snapshot.ts";
import type { Check } from "../../../src/domain/desired/version.ts";
import { makePlan } from "../../../src/domain/plan/plan.ts";
import { askedFrom, type Phase, type ValidationName } from "../../../src/domain/validation-result.ts";
import { runs } from "../../support/thorough.ts";
import { blueGreen } from "../../support/spec.ts";
import { pin } from "../../domain/plan/snapshots.ts";
import { check, createStand, defaultSpec, environment } from "./stand.ts";

const phases: readonly Phase[] = ["pre", "during", "post"];
const names = Object.keys(askedFrom) as ValidationName[];

/** What is listed too early fails, and then nothing else is asked. */
function listedIn(phase: Phase): fc.Arbitrary<readonly ValidationName[]> {
  return fc.array(fc.constantFrom(...names.filter((name) => phases.indexOf(askedFrom[name]) <= phases.indexOf(phase))), { maxLength: 6 });
}

const bound = { kind: "fixed", comparison: "<=", value: 5 } as const;
const measured = { name: "error_rate", metric: "error_rate", source: "gateway", statistic: null, query: null } as const;

const story = fc.record({
  pre: listedIn("pre"),
  during: listedIn("during"),
  post: listedIn("post"),
  checks: fc.array(
    fc.record({ method: fc.constantFrom("GET", "HEAD", "POST"), kind: fc.constantFrom<Check["kind"]>("smoke", "integration") }),
    { maxLength: 4 },
  ),
  healthCheck: fc.constantFrom(null, { path: "/health", timeoutMs: 1_000 }),
  isLoaded: fc.boolean(),
  strategy: fc.constantFrom(null, "/own-health"),
});

describe("a validation", () => {
  it("is asked as it is planned", async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ checks: drawn, healthCheck, isLoaded, strategy: path, ...lists }) => {
        const checks = drawn.map(({ method, kind }, index) => check(`/${index}`, { method, kind }));
        const load = { checks: [{ ...measured, windowMs: 1_000, minRequests: 1, pass: bound, fail: null }], requests: 1, concurrency: 1 };
        const performance = isLoaded ? { ...load, durationMs: 1_000 } : null;
        const validation = { ...defaultSpec.validation, ...lists, healthCheck, performance };
        const strategy = { ...blueGreen, healthCheckUrl: path };
        const stand = createStand({ validation });
        stand.spec = { ...stand.spec, strategy };
        const unit = await stand.candidate("orders", "1.0.0", { checks });
        const asked: Record<string, readonly string[]> = {};
        for (const phase of phases) {
          if (phase === "post") await stand.serve(unit);
          asked[phase] = (await stand.validate(unit, phase)).map((result) => `${result.validation} ${result.subject}`);
        }
        const to: EnvironmentSnapshot = {
          name: environment,
          spec: { ...defaultSpec, strategy, validation },
          pins: new Map([["orders", pin("orders", "1.0.0")]]),
          quarantine: [],
          findings: [],
        };
        const details = new Map([["orders", { changes: null, checks }]]);
        const { validationChecks } = makePlan({ environment, from: null, to, details, history: [] });
        const planned = phases.map((phase) => [
          phase,
          validationChecks.filter((one) => one.phase === phase).map((one) => `${one.validation} ${one.subject}`),
        ]);
        expect(asked).toEqual(Object.fromEntries(planned));
      }),
      runs(200),
    );
  });
});
