/** Sources of metrics: the gateway's counters, the engine's, health checks, and those of pinion.yaml. */

import { createEngineSource } from "../adapters/metrics/engine.ts";
import { createGatewaySource } from "../adapters/metrics/gateway.ts";
import { createHealthSource, type HealthSourceOptions } from "../adapters/metrics/health.ts";
import { createHttpJsonSource } from "../adapters/metrics/http-json.ts";
import { type ClosableSource, createPrometheusSource } from "../adapters/metrics/prometheus.ts";
import { wallClock } from "../adapters/system/system.ts";
import { createMeasurements, type StoppableMeasurements } from "../controller/measuring/measurements.ts";
import type { Ports } from "../controller/ports.ts";
import type { ControllerConfig, MetricSourceConfig } from "../domain/config/config.ts";
import type { EnvironmentSpec } from "../domain/desired/environment.ts";
import { healthCheckOf } from "../domain/validation/health.ts";
import type { EngineKind, EnvironmentName } from "../domain/names.ts";
import type { MetricQuery } from "../domain/analysis/metrics.ts";
import type { Engine } from "../ports/engine.ts";
import { kindOf } from "../controller/engines.ts";
import type { MetricSource } from "../ports/metric-source.ts";

export interface MeasuringParts extends Pick<
  Ports,
  "engine" | "engineKinds" | "placements" | "wanted" | "router" | "prober" | "secrets" | "clock" | "awake" | "log"
> {
  readonly config: ControllerConfig;
  readonly spec: (environment: EnvironmentName) => EnvironmentSpec | null;
  readonly wake: (environment: EnvironmentName) => void;
}

/** How long one question to a source may take, in milliseconds; a source of pinion.yaml may be given less. */
const timeoutMs = 10_000;

export interface Measuring {
  readonly measurements: StoppableMeasurements;
  close(): Promise<void>;
}

/** @throws `config/invalid` for a source that can never answer. */
export function openMeasuring(parts: MeasuringParts): Measuring {
  const outside = parts.config.metricSources.map((source) => [source.name, openSource(source, parts)] as const);
  const sources = new Map<string, MetricSource>([...builtIn(parts), ...outside]);
  const { clock, awake, log, wake } = parts;
  const measurements = createMeasurements({ sources: (name) => sources.get(name) ?? null, clock, awake, log, wake, timeoutMs });
  return {
    measurements,
    async close() {
      await measurements.stop();
      await Promise.all(outside.map(([, source]) => source.close()));
    },
  };
}

function builtIn(parts: MeasuringParts): readonly (readonly [string, MetricSource])[] {
  const { router, clock } = parts;
  return [
    ["gateway", createGatewaySource({ router, clock })],
    ["engine", byEngine(parts, (engine) => createEngineSource({ engine, clock }))],
    ["health", byEngine(parts, (engine) => openHealthSource({ ...parts, engine }))],
  ];
}

/** Each kind of engine by itself, so that one which is down says nothing about what another runs. */
function byEngine(parts: MeasuringParts, open: (engine: (environment: EnvironmentName) => Engine) => MetricSource): MetricSource {
  const sources = new Map<EngineKind | null, MetricSource>();
  const sourceOf = ({ environment, unit }: MetricQuery): MetricSource => {
    const kind = kindOf(environment, unit.process, parts);
    const source = sources.get(kind) ?? open((name) => parts.engine(name, kind ?? ""));
    sources.set(kind, source);
    return source;
  };
  return { measure: (query, signal) => sourceOf(query).measure(query, signal) };
}

/** Asks of each process what the validation asks of it. */
export function openHealthSource({ spec, ...parts }: Omit<HealthSourceOptions, "endpoint"> & Pick<MeasuringParts, "spec">): MetricSource {
  return createHealthSource({
    ...parts,
    endpoint(environment, process) {
      const known = spec(environment);
      return known && healthCheckOf(known, process);
    },
  });
}

/** Others know the time by their own clocks, not by that of this run. */
function openSource(source: MetricSourceConfig, { secrets, clock }: MeasuringParts): ClosableSource {
  const opened =
    source.type === "prometheus" ? createPrometheusSource({ ...source, secrets }) : createHttpJsonSource({ ...source, secrets });
  return {
    measure: (query, signal) => opened.measure({ ...query, until: query.until + wallClock.now() - clock.now() }, signal),
    close: () => opened.close(),
  };
}
