/**
 * A journal, an engine and a router in which every action succeeds and every verdict is healthy, so that the decision function can be played
 * forward. The player says when an action has taken its time.
 */

import { type Action, processOf, validationScope, type Weight } from "../journal/actions.ts";
import { judgeMeasured } from "../analysis/verdicts.ts";
import type { Measured, MetricCheck, MetricRequest, Reading } from "../analysis/metrics.ts";
import { decide } from "../decision/decide.ts";
import { afterAcknowledged, afterCommand, afterDecision, afterValidation, owedOf } from "../journal/remembered.ts";
import { metricRequestsOf } from "../strategies/metric-requests.ts";
import { assertNever, type Digest, type EngineKind, type Instant, type ProcessId, type UnitRef } from "../names.ts";
import { findInstalled, type EngineObservation, type Observation } from "../observed/observation.ts";
import type { Route, Share } from "../observed/route.ts";
import type { Decision, EnvironmentState, ProcessState } from "../journal/state.ts";
import type { Installed, Placement, PublicEndpoint } from "../desired/unit.ts";

/** As it is when the play begins. */
export interface Beginning {
  readonly state: EnvironmentState;
  /** Engine and router have answered. */
  readonly seen: Omit<Observation, "measured" | "engines" | "routes" | "inFlight" | "counted">;
  /** At least one. */
  readonly engines: ReadonlyMap<EngineKind, EngineObservation>;
  readonly routes: ReadonlyMap<ProcessId, Route>;
}

interface Engine extends EngineObservation {
  readonly installed: Map<ProcessId, readonly Installed[]>;
}

export class ImaginedWorld {
  now: Instant;
  #state: EnvironmentState;
  /** Those of the state: no other code holds them, so they are not copied for every decision. */
  readonly #rows: Map<ProcessId, ProcessState>;
  #ids = 0;
  readonly #seen: Beginning["seen"];
  readonly #engines: ReadonlyMap<EngineKind, Engine>;
  readonly #routes: Map<ProcessId, Route>;
  readonly #healthy = new Map<MetricCheck, number>();

  constructor({ state, seen, engines, routes }: Beginning) {
    this.now = seen.now;
    this.#rows = new Map(state.processes);
    this.#state = { ...state, processes: this.#rows };
    this.#seen = seen;
    this.#engines = new Map(
      [...engines].map(([kind, { instances, installed }]) => [kind, { instances, installed: new Map(installed) }] as const),
    );
    this.#routes = new Map(routes);
  }

  get state(): EnvironmentState {
    return this.#state;
  }

  row(process: ProcessId): ProcessState | null {
    return this.#rows.get(process) ?? null;
  }

  route(process: ProcessId): Route | null {
    return this.#routes.get(process) ?? null;
  }

  /** What is seen of all, measured of these. */
  observation(measured: Observation["measured"] = new Map()): Observation {
    return {
      ...this.#seen,
      now: this.now,
      engines: new Map([...this.#engines].map(([kind, value]) => [kind, { kind: "known", value }] as const)),
      routes: { kind: "known", value: this.#routes },
      inFlight: { kind: "known", value: new Map() },
      measured,
    };
  }

  /** Decides about these, and remembers it. */
  decide(touched: readonly ProcessId[]): Decision {
    const decision = decide(this.#state, this.observation(this.#measured(touched)), touched);
    this.#state = afterDecision(this.#state, { ...decision, processes: [], forgotten: [] }, () => (this.#ids += 1));
    for (const row of decision.processes) this.#rows.set(row.process, withTime(row));
    for (const process of decision.forgotten) this.#rows.delete(process);
    return decision;
  }

  /** Does all that is owed of these processes; those whose traffic goes elsewhere now. */
  perform(processes: ReadonlySet<ProcessId>): ReadonlySet<ProcessId> {
    const due = owedOf(this.#state, this.#withPartners(processes)).filter(
      ({ action }) => processes.has(processOf(action)) || action.kind === "ensure-weights",
    );
    for (const { action } of due) this.#apply(action);
    const ids = due.map(({ id }) => id);
    if (ids.length > 0) this.#state = afterAcknowledged(this.#state, ids);
    return new Set(due.flatMap(({ action }) => (action.kind === "ensure-weights" ? [action.process] : [])));
  }

  promote(process: ProcessId): void {
    const { environment } = this.#state;
    const by = { name: "a person", email: null };
    const spec = { kind: "promote", process, isFull: false } as const;
    this.#state = afterCommand(this.#state, { id: `promote ${process}`, environment, by, why: "", at: this.now, spec });
  }

  /** Paths change their owner in one write of the table. */
  #withPartners(processes: ReadonlySet<ProcessId>): ReadonlySet<ProcessId> {
    const partners = owedOf(this.#state, processes).flatMap(({ action }) => (action.kind === "ensure-weights" ? (action.with ?? []) : []));
    return partners.length === 0 ? processes : new Set([...processes, ...partners]);
  }

  #apply(action: Action): void {
    switch (action.kind) {
      case "ensure-installed":
        return this.#install(action.unit, action.on ?? this.#engineOf(action.unit.process).instances.map(({ id }) => id));
      case "ensure-validated":
        return this.#validate(action);
      case "ensure-weights":
        return this.#share(action.process, action.weights);
      case "ensure-armed":
        return this.#replace(action.process, (unit) => ({ ...unit, armed: unit.digest === action.digest }));
      case "ensure-removed":
        return this.#set(action.unit.process, without(this.#of(action.unit.process), action.unit.digest));
      case "ensure-reverted":
        // Only where limits contradict each other, so that no value is healthy.
        return;
      default:
        return assertNever(action);
    }
  }

  /** Where something of it is installed, else where it shall be. */
  #engineOf(process: ProcessId): Engine {
    const [first, ...others] = this.#engines.values();
    if (!first) throw new Error("nothing runs without an engine");
    if (others.length === 0) return first;
    const desired = this.#seen.desired?.processes.get(process);
    const named = desired?.kind === "run" ? this.#engines.get(desired.summary.engine) : undefined;
    return [first, ...others].find(({ installed }) => installed.has(process)) ?? named ?? first;
  }

  #of(process: ProcessId): readonly Installed[] {
    return this.#engineOf(process).installed.get(process) ?? [];
  }

  #set(process: ProcessId, units: readonly Installed[]): void {
    const { installed } = this.#engineOf(process);
    if (units.length === 0) installed.delete(process);
    else installed.set(process, units);
  }

  #replace(process: ProcessId, change: (unit: Installed) => Installed): void {
    this.#set(process, this.#of(process).map(change));
  }

  #install(unit: UnitRef, on: readonly string[]): void {
    const others = without(this.#of(unit.process), unit.digest);
    const known = findInstalled(this.#of(unit.process), unit.digest);
    const kept = known?.placements.filter(({ instance }) => !on.includes(instance)) ?? [];
    const placements = [...kept, ...on.map((instance) => placementOn(instance, unit.digest))];
    const endpoints = known?.endpoints ?? this.#endpointsOf(unit);
    this.#set(unit.process, [...others, { ...unit, drift: null, armed: known?.armed ?? false, endpoints, placements }]);
  }

  #endpointsOf({ process, digest }: UnitRef): readonly PublicEndpoint[] {
    const desired = this.#seen.desired?.processes.get(process);
    return desired?.kind === "run" && desired.unit.digest === digest ? desired.summary.endpoints : [];
  }

  #validate({ deployment, phase, ...action }: Extract<Action, { kind: "ensure-validated" }>): void {
    const about = { phase, scope: validationScope(action), validation: "process_validation", subject: "" } as const;
    const result = { ...about, result: "passed", detail: "", at: this.now, durationMs: 0 } as const;
    this.#state = afterValidation(this.#state, deployment, [result]);
  }

  #share(process: ProcessId, weights: readonly Weight[]): void {
    const shares = weights.map(({ unit, weight, on }): Share => {
      const installed = findInstalled(this.#of(process), unit.digest);
      const placements = installed?.placements.filter(({ instance }) => on === undefined || on.includes(instance)) ?? [];
      const targets = placements.map(({ instance, address }) => ({ instance, url: address }));
      return { version: unit.version, digest: unit.digest, weight, endpoints: installed?.endpoints ?? [], targets };
    });
    const { spec } = this.#seen;
    this.#routes.set(process, { process, timeoutMs: spec?.requestTimeoutMs ?? 0, sticky: spec?.sticky ?? null, shares });
  }

  #measured(touched: readonly ProcessId[]): Observation["measured"] {
    const rows = touched.flatMap((process) => this.row(process) ?? []);
    const processes = new Map(rows.map((row) => [row.process, row]));
    const measured = new Map<string, Measured[]>();
    for (const request of metricRequestsOf({ ...this.#state, processes }, this.#seen.spec)) {
      const all = measured.get(request.deployment) ?? [];
      all.push(this.#measure(request));
      measured.set(request.deployment, all);
    }
    return measured;
  }

  #measure({ check, since, stable }: MetricRequest): Measured {
    const value = this.#healthy.get(check) ?? healthyValue(check);
    this.#healthy.set(check, value);
    return measurement(check, value, { at: this.now, since, isCompared: stable !== null });
  }
}

/** What is installed and has the traffic as it should. */
export function routeTo(unit: Installed, spec: { readonly requestTimeoutMs: number; readonly sticky: Route["sticky"] }): Route {
  const { process, version, digest, endpoints, placements } = unit;
  const targets = placements.map(({ instance, address }) => ({ instance, url: address }));
  const share: Share = { version, digest, weight: 100, endpoints, targets };
  return { process, timeoutMs: spec.requestTimeoutMs, sticky: spec.sticky, shares: [share] };
}

export function placementOn(instance: string, digest: Digest): Placement {
  return { instance, address: `${instance}/${digest}`, ready: true, inFlight: 0, counts: null };
}

/** Whether it is done within its time is no matter of what it does. */
function withTime(row: ProcessState): ProcessState {
  return row.rollout === null ? row : { ...row, rollout: { ...row.rollout, deadline: Infinity } };
}

function without(installed: readonly Installed[], digest: Digest): readonly Installed[] {
  return installed.filter((unit) => unit.digest !== digest);
}

interface Measuring {
  readonly at: Instant;
  readonly since: Instant;
  readonly isCompared: boolean;
}

function measurement(check: MetricCheck, value: number, { at, since, isCompared }: Measuring): Measured {
  const reading: Reading = { kind: "value", value, requests: Number.MAX_SAFE_INTEGER, coveredMs: check.windowMs };
  return { check, candidate: reading, stable: isCompared ? reading : null, at, since };
}

/** A value that the check calls healthy, tried around its limits. */
function healthyValue(check: MetricCheck): number {
  const limits = [check.pass, check.fail].flatMap((bound) => (bound?.kind === "fixed" ? [bound.value] : []));
  const tried = [...limits.flatMap((limit) => [limit, limit - 1, limit + 1]), 0, 100];
  const isHealthy = (value: number): boolean => {
    const measured = measurement(check, value, { at: 0, since: 0, isCompared: true });
    return judgeMeasured(measured, { now: 0, maxAgeMs: 0 }).kind === "healthy";
  };
  return tried.find(isHealthy) ?? 0;
}
