/** What the journal keeps of a rollout: its strategy as it was when it began, and where it is. */

import { Type } from "typebox";
import type { MetricCheck, MetricName, Statistic } from "../domain/analysis/metrics.ts";
import type { OnInconclusive, StrategySpec } from "../domain/desired/environment.ts";
import type { UnitRef } from "../domain/names.ts";
import type { Exchange, Rollout, RolloutState } from "../domain/journal/rollout.ts";
import { describing, digest, list, named, nullable, oneOf, variants } from "./shapes.ts";
import { deploymentKind, pause } from "./values.ts";

const text = Type.String();
const number = Type.Number();
const texts = list(text);
const itIs = Type.Optional(Type.Literal(true));
const kind = <const Kind extends string>(name: Kind) => Type.Literal(name);

export const unitRef = describing<UnitRef>()(named("UnitRef", Type.Object({ process: text, version: text, digest })));

const bound = variants([
  Type.Object({ kind: kind("fixed"), comparison: oneOf(["<", "<=", ">", ">=", "==", "!="]), value: number }),
  Type.Object({ kind: kind("stable"), maxIncreasePercent: number }),
]);

const metric = describing<MetricName>()(
  oneOf(["error_rate", "success_rate", "response_time", "request_count", "health_check", "custom_metric"]),
);
const statistic = describing<Statistic>()(oneOf(["p50", "p95", "p99", "mean", "score", "failures"]));

const metricCheck = describing<MetricCheck>()(
  named(
    "MetricCheck",
    Type.Object({
      name: text,
      metric,
      source: text,
      statistic: nullable(statistic),
      query: nullable(text),
      windowMs: number,
      minRequests: number,
      pass: bound,
      fail: nullable(bound),
    }),
  ),
);

const canaryStep = variants([
  Type.Object({ kind: kind("weight"), weight: number }),
  Type.Object({ kind: kind("pause"), durationMs: nullable(number) }),
  Type.Object({ kind: kind("analysis"), durationMs: number }),
]);

const judged = { onInconclusive: Type.Optional(describing<OnInconclusive>()(oneOf(["abort", "proceed", "pause"]))) };
const kept = { keepOldVersion: Type.Boolean(), warm: Type.Object({ count: number, maxAgeMs: nullable(number) }) };

/** The specification that a rollout began with. */
export const strategy = describing<StrategySpec>()(
  named("Strategy", variants([
    Type.Object({
      kind: kind("blue-green"),
      healthCheckUrl: nullable(text),
      healthCheckTimeoutMs: number,
      switchTrafficDelayMs: number,
      ...kept,
      ...judged,
    }),
    Type.Object({ kind: kind("canary"), steps: list(canaryStep), checks: list(metricCheck), maxDurationMs: number, ...kept, ...judged }),
    Type.Object({
      kind: kind("rolling"),
      batchSize: number,
      batchDelayMs: number,
      maxUnavailable: number,
      healthCheckIntervalMs: number,
      ...judged,
    }),
    Type.Object({ kind: kind("recreate"), ...judged }),
  ])),
);

const batch = { done: texts, batch: texts, since: number, isKeptIn: itIs };

export const rolloutState = describing<RolloutState>()(
  named("RolloutState", variants([
    Type.Object({ kind: kind("validating") }),
    Type.Object({ kind: kind("installing") }),
    Type.Object({ kind: kind("checking") }),
    Type.Object({ kind: kind("waiting"), since: number, hasPassed: itIs }),
    Type.Object({ kind: kind("handing-over"), since: number }),
    Type.Object({ kind: kind("switching") }),
    Type.Object({ kind: kind("shifting"), step: number, weight: number, since: number, hasPassed: itIs }),
    Type.Object({ kind: kind("draining-batch"), ...batch }),
    Type.Object({ kind: kind("updating"), ...batch }),
    Type.Object({ kind: kind("verifying"), ...batch }),
    Type.Object({ kind: kind("restoring"), ...batch }),
    Type.Object({ kind: kind("pausing"), done: texts, since: number, isAccepted: Type.Optional(Type.Boolean()) }),
    Type.Object({ kind: kind("post-deployment") }),
    Type.Object({ kind: kind("draining"), since: number }),
    Type.Object({ kind: kind("clearing"), since: number }),
    Type.Object({ kind: kind("removing"), unjudged: Type.Optional(text) }),
    Type.Object({ kind: kind("baking"), since: number, until: number, hasLostTraffic: itIs, isAccepted: Type.Optional(Type.Boolean()) }),
    Type.Object({
      kind: kind("rejected"),
      why: text,
      since: number,
      hadTraffic: Type.Boolean(),
      trigger: text,
      isStableLost: Type.Optional(Type.Boolean()),
    }),
  ])),
);

const exchange = Type.Object({ process: text, before: nullable(unitRef), after: nullable(unitRef), gave: texts });

export const exchanges = list(describing<Exchange>()(named("Exchange", exchange)));

export const rollout = describing<Rollout>()(
  named("Rollout", Type.Object({
    deployment: text,
    process: text,
    kind: deploymentKind,
    commit: text,
    stable: nullable(unitRef),
    stableEndpoints: Type.Optional(list(Type.Object({ method: text, path: text }))),
    candidate: nullable(unitRef),
    definition: Type.Optional(digest),
    strategy,
    fast: Type.Boolean(),
    isSecondTry: itIs,
    isUnshared: itIs,
    awaits: Type.Optional(text),
    exchanged: Type.Optional(exchanges),
    startedAt: number,
    deadline: number,
    lostMs: Type.Optional(number),
    paused: nullable(pause(number)),
    switchedAt: nullable(number),
    state: rolloutState,
  })),
);
