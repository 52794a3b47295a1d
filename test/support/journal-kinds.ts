/** One value of every kind that the journal keeps, for tests that none is lost; a kind forgotten here does not compile. */

import type { Action } from "../../src/domain/journal/actions.ts";
import type { CanarySpec, StrategySpec } from "../../src/domain/desired/environment.ts";
import type { MetricCheck } from "../../src/domain/analysis/metrics.ts";
import type { CommandSpec } from "../../src/domain/journal/commands.ts";
import type { RevertOutcome } from "../../src/domain/journal/revert.ts";
import type { RolloutState } from "../../src/domain/journal/rollout.ts";
import { digest, revertOrder, unit } from "./journal-values.ts";

const errorRate: MetricCheck = {
  name: "error_rate",
  metric: "error_rate",
  source: "gateway",
  statistic: null,
  query: null,
  windowMs: 60_000,
  minRequests: 20,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: null,
};

const slower: MetricCheck = {
  ...errorRate,
  name: "response_time p95",
  metric: "response_time",
  source: "prometheus",
  statistic: "p95",
  query: "up",
  pass: { kind: "stable", maxIncreasePercent: 20 },
  fail: { kind: "stable", maxIncreasePercent: 50 },
};

const canary: CanarySpec = {
  kind: "canary",
  steps: [
    { kind: "weight", weight: 10 },
    { kind: "pause", durationMs: null },
    { kind: "pause", durationMs: 5000 },
    { kind: "analysis", durationMs: 60_000 },
    { kind: "weight", weight: 100 },
  ],
  checks: [errorRate, slower],
  maxDurationMs: 600_000,
  keepOldVersion: true,
  warm: { count: 2, maxAgeMs: 3_600_000 },
};

export const strategies = {
  "blue-green": {
    kind: "blue-green",
    healthCheckUrl: "/health",
    healthCheckTimeoutMs: 1000,
    switchTrafficDelayMs: 0,
    keepOldVersion: true,
    warm: { count: 1, maxAgeMs: null },
  },
  canary,
  rolling: { kind: "rolling", batchSize: 2, batchDelayMs: 1000, maxUnavailable: 1, healthCheckIntervalMs: 500 },
  recreate: { kind: "recreate" },
} as const satisfies { readonly [K in StrategySpec["kind"]]: Extract<StrategySpec, { readonly kind: K }> };

const batch = { done: ["i1"], batch: ["i2", "i3"], since: 7 };

export const rolloutStates = {
  validating: { kind: "validating" },
  installing: { kind: "installing" },
  checking: { kind: "checking" },
  waiting: { kind: "waiting", since: 7 },
  "handing-over": { kind: "handing-over", since: 7 },
  switching: { kind: "switching" },
  shifting: { kind: "shifting", step: 2, weight: 30, since: 7 },
  "draining-batch": { kind: "draining-batch", ...batch },
  updating: { kind: "updating", ...batch },
  verifying: { kind: "verifying", ...batch },
  restoring: { kind: "restoring", ...batch, isKeptIn: true },
  pausing: { kind: "pausing", done: ["i1"], since: 7 },
  "post-deployment": { kind: "post-deployment" },
  draining: { kind: "draining", since: 7 },
  clearing: { kind: "clearing", since: 7 },
  removing: { kind: "removing" },
  baking: { kind: "baking", since: 7, until: 70 },
  rejected: { kind: "rejected", why: "20 % errors", since: 7, hadTraffic: true, trigger: "error_rate", isStableLost: true },
} as const satisfies { readonly [K in RolloutState["kind"]]: Extract<RolloutState, { readonly kind: K }> };

export const actions = {
  "ensure-installed": { kind: "ensure-installed", unit: unit("a"), on: ["i1"] },
  "ensure-validated": { kind: "ensure-validated", unit: unit("a"), phase: "pre", deployment: "d1", on: ["i1", "i2"], isRollback: true },
  "ensure-weights": {
    kind: "ensure-weights",
    process: "a",
    weights: [
      { unit: unit("a"), weight: 90 },
      { unit: unit("a", "2.0.0"), weight: 10, on: ["i2"] },
    ],
    with: ["b"],
  },
  "ensure-armed": { kind: "ensure-armed", process: "a", digest: digest("a") },
  "ensure-removed": { kind: "ensure-removed", unit: unit("a") },
  "ensure-reverted": {
    kind: "ensure-reverted",
    process: "a",
    request: revertOrder("a", "r1", {
      deployment: "d1",
      by: { name: "Ada", email: null },
      mode: "propose",
      along: [{ process: "b", from: "2.0.0", to: "1.0.0" }],
    }),
  },
} as const satisfies { readonly [K in Action["kind"]]: Extract<Action, { readonly kind: K }> };

export const specs = {
  pause: { kind: "pause", process: "a" },
  resume: { kind: "resume", process: "a" },
  abort: { kind: "abort", process: "a" },
  retry: { kind: "retry", process: "a" },
  recover: { kind: "recover", process: "a" },
  promote: { kind: "promote", process: "a", isFull: true },
  rollback: { kind: "rollback", process: "a", to: "1.0.0" },
  freeze: { kind: "freeze" },
  unfreeze: { kind: "unfreeze" },
} as const satisfies { readonly [K in CommandSpec["kind"]]: CommandSpec };

export const outcomes = {
  committed: { kind: "committed", commit: "d".repeat(40) },
  superseded: { kind: "superseded", why: "a person pinned 3.0.0" },
  proposed: { kind: "proposed", branch: "pinion/rollback-r1", commit: "d".repeat(40), why: "the branch is protected" },
} as const satisfies { readonly [K in RevertOutcome["kind"]]: Extract<RevertOutcome, { readonly kind: K }> };
