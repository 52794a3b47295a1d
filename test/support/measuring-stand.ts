/** Measurements on a virtual clock with two fake sources, and passes that follow each time the environment is woken. */

import { createMeasurements, type StoppableMeasurements } from "../../src/controller/measuring/measurements.ts";
import type { Measured, MetricRequest, MetricCheck, Reading } from "../../src/domain/analysis/metrics.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { createFakeMetricSource, type FakeMetricSource } from "../fakes/metric-source.ts";
import { createKeptLog, type KeptLog } from "./log.ts";
import { unit } from "./metric-values.ts";
import { createVirtualClock, type VirtualClock } from "./virtual-clock.ts";

export interface Pass {
  readonly at: number;
  readonly measured: ReadonlyMap<string, readonly Measured[]>;
}

export interface MeasuringStand {
  readonly clock: VirtualClock;
  /** The source named `gateway`. */
  readonly source: FakeMetricSource;
  /** The source named `other`. */
  readonly other: FakeMetricSource;
  readonly log: KeptLog;
  readonly measurements: StoppableMeasurements;
  /** What each pass was told. */
  readonly passes: readonly Pass[];
  requests: readonly MetricRequest[];
  /** Whether a pass follows when the environment is woken. */
  isPassing: boolean;
  /** When it last began to run. */
  awakeSince: number;
  pass(): ReadonlyMap<string, readonly Measured[]>;
  /** What the last pass was told of a deployment. */
  newest(deployment?: string): readonly Measured[];
  /** How many sleep on the clock. */
  asleep(): number;
}

export const errorRate: MetricCheck = {
  name: "error_rate",
  metric: "error_rate",
  source: "gateway",
  statistic: null,
  query: null,
  windowMs: 30_000,
  minRequests: 1,
  pass: { kind: "fixed", comparison: "<=", value: 5 },
  fail: null,
};

export function aMetricRequest(change: Partial<MetricRequest> = {}): MetricRequest {
  return {
    deployment: "d1",
    process: "orders",
    check: errorRate,
    candidate: unit("a"),
    since: 0,
    stable: null,
    stableUntil: null,
    intervalMs: 1_000,
    ...change,
  };
}

export function value(of: number): Reading {
  return { kind: "value", value: of, requests: 10, coveredMs: 1_000 };
}

/** Starts at 1,000,000 with one wish; a source is given up after 5 s. */
export function createMeasuringStand(): MeasuringStand {
  const clock = createVirtualClock();
  const [source, other] = [createFakeMetricSource(), createFakeMetricSource()];
  const log = createKeptLog();
  const passes: Pass[] = [];
  let sleeping = 0;
  const counting: Clock = {
    now: () => clock.now(),
    async sleep(ms, signal) {
      sleeping += 1;
      await clock.sleep(ms, signal);
      sleeping -= 1;
    },
  };
  const measurements = createMeasurements({
    sources: (name) => (name === "gateway" ? source : name === "other" ? other : null),
    clock: counting,
    awake: { since: () => stand.awakeSince },
    wake: () => void (stand.isPassing && Promise.resolve().then(stand.pass)),
    log,
    timeoutMs: 5_000,
  });
  const stand: MeasuringStand = {
    clock,
    source,
    other,
    log,
    measurements,
    passes,
    requests: [aMetricRequest()],
    isPassing: true,
    awakeSince: 0,
    pass() {
      const measured = measurements.latest("production", stand.requests);
      passes.push({ at: clock.now(), measured });
      return measured;
    },
    newest: (deployment = "d1") => passes.at(-1)?.measured.get(deployment) ?? [],
    asleep: () => sleeping,
  };
  return stand;
}
