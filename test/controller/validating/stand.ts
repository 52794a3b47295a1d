/** A stand for validations alone: fakes of everything that they ask, and a deployment that is under way. */

import { alwaysAwake } from "../../support/awake.ts";
import { waysIn } from "../../../src/adapters/engines/node-red/ways-in.ts";
import { createHash } from "node:crypto";
import { mergeResults } from "../../../src/domain/journal/remembered.ts";
import type { Ports } from "../../../src/controller/ports.ts";
import { createComparedAttention } from "../../support/compared-attention.ts";
import { createUnrecorded } from "../../../src/controller/unrecorded.ts";
import { validate } from "../../../src/controller/validating/validate.ts";
import type { Action } from "../../../src/domain/journal/actions.ts";
import { canonicalDefinition } from "../../../src/domain/desired/canonical.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { resolveDesired, unitDigest } from "../../../src/domain/desired/resolve.ts";
import type { EnvironmentSpec, ValidationSpec } from "../../../src/domain/desired/environment.ts";
import type { Phase, ValidationResult } from "../../../src/domain/validation-result.ts";
import type { Hash, ProcessId, UnitRef, Version } from "../../../src/domain/names.ts";
import type { Check, Dependency, ProcessVersion } from "../../../src/domain/desired/version.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../src/domain/desired/snapshot.ts";
import type { ProcessState } from "../../../src/domain/journal/state.ts";
import type { Engine } from "../../../src/ports/engine.ts";
import { createFakeEngine } from "../../fakes/engine.ts";
import { createFakeProber } from "../../fakes/prober.ts";
import { createFakeRouter } from "../../fakes/router.ts";

export const environment = "production";

const sha256: Hash = (text) => `sha256-${createHash("sha256").update(text).digest("hex")}`;

const around = { hash: sha256, address: `http://127.0.0.1:1/${environment}` };

export const defaultSpec: EnvironmentSpec = {
  name: environment,
  type: "production",
  strategy: { kind: "recreate" },
  strategies: new Map(),
  deploymentTimeoutMs: 600_000,
  validation: { level: "basic", pre: [], during: [], post: [], healthCheck: null, performance: null, rollback: [] },
  analysis: { intervalMs: 1_000, checks: [], onInconclusive: null },
  rollback: {
    automatic: { enabled: true, triggers: [], bakeMs: 0, coolDownMs: 0, evidenceMaxAgeMs: 60_000 },
    manual: { enabled: true, approvalRequired: false },
  },
  allowedVersionTypes: ["published"],
  maxConcurrentDeployments: null,
  selfHeal: true,
  allowEmpty: false,
  pruneDelayMs: 300_000,
  drainTimeoutMs: 30_000,
  requestTimeoutMs: 30_000,
  sticky: null,
  variables: {},
  secrets: {},
};

/** `GET path` answers 200. */
export function check(path: string, more: Partial<Check> & { readonly method?: string } = {}): Check {
  const { method = "GET", ...rest } = more;
  return {
    name: `${method} ${path}`,
    kind: "smoke",
    request: { method, path, headers: {} },
    expect: { status: 200, headers: {} },
    timeoutMs: 1_000,
    ...rest,
  };
}

/** That this process is called. */
export function calls(name: ProcessId): Dependency {
  return { type: "workflow", name, version: "*", required: true };
}

interface VersionOptions {
  readonly checks?: readonly Check[];
  readonly dependencies?: readonly Dependency[];
  /** What it answers GET at. */
  readonly paths?: readonly string[];
  readonly definition?: Definition;
}

interface Options {
  readonly on?: readonly string[];
  readonly isRollback?: true;
}

interface StandOptions {
  readonly instances?: readonly string[];
  readonly validation?: Partial<ValidationSpec>;
  /** Real ones instead of fakes. */
  readonly real?: Pick<Ports, "prober" | "clock"> & { readonly engine: Engine };
}

export function createStand(options: StandOptions = {}) {
  const engine = createFakeEngine(options.instances ? { instances: options.instances } : {});
  const router = createFakeRouter();
  const prober = createFakeProber();
  const versions = new Map<string, ProcessVersion>();
  const pins = new Map<ProcessId, PinnedVersion>();
  const refused = new Map<ProcessId, UnitRef>();
  let validationResults: readonly ValidationResult[] = [];
  let underWay: { readonly process: ProcessId; readonly deadline: number } | null = null;

  const stand = {
    engine,
    router,
    prober,
    now: 1_000_000,
    spec: { ...defaultSpec, validation: { ...defaultSpec.validation, ...options.validation } },
    deadline: options.real ? Infinity : 1_600_000,
    /** Nobody waits for its validations any more. */
    isSuperseded: false,
    refuse: (unit: UnitRef) => void refused.set(unit.process, unit),
    publish(
      process: ProcessId,
      version: Version,
      { checks = [], dependencies = [], paths = [`/${process}`], definition: given }: VersionOptions = {},
    ): UnitRef {
      const definition = given ?? definitionOf(paths, version);
      const found: ProcessVersion = {
        process,
        version,
        metadata: { title: "", description: "", author: "", changelog: [], tags: [] },
        dependencies,
        checks,
        definition,
        definitionDigest: sha256(canonicalDefinition(definition)),
      };
      versions.set(`${process}@${version}`, found);
      return unitOf(found);
    },
    pin({ process, version }: UnitRef) {
      const found = versionOf(process, version);
      pins.set(process, {
        kind: "runnable",
        status: "published",
        summary: { ...found, engine: "node-red", hasChecks: found.checks.length > 0, endpoints: waysIn(found.definition) },
      });
    },
    async install(unit: UnitRef) {
      const { definition } = versionOf(unit.process, unit.version);
      await (options.real?.engine ?? engine).ensureInstalled([{ ...unit, definition, variables: {}, secrets: {} }]);
    },
    /** All traffic of its process to it. */
    async serve(unit: UnitRef) {
      const installed = (await engine.inventory()).installed.find((one) => one.digest === unit.digest);
      if (!installed) throw new Error(`${unit.process} ${unit.version} is not installed`);
      const targets = installed.placements.map(({ instance, address }) => ({ instance, url: address }));
      const share = { version: unit.version, digest: unit.digest, weight: 100, endpoints: installed.endpoints, targets };
      await router.ensureRoutes(environment, [{ process: unit.process, timeoutMs: 1_000, sticky: null, shares: [share] }]);
    },
    /** Pinned, installed and served. */
    async runs(process: ProcessId, version: Version, more: VersionOptions = {}): Promise<UnitRef> {
      const unit = stand.publish(process, version, more);
      stand.pin(unit);
      await stand.install(unit);
      await stand.serve(unit);
      return unit;
    },
    /** Pinned and installed. */
    async candidate(process: ProcessId, version: Version, more: VersionOptions = {}): Promise<UnitRef> {
      const unit = stand.publish(process, version, more);
      stand.pin(unit);
      await stand.install(unit);
      return unit;
    },
    async validate(unit: UnitRef, phase: Phase, more: Options = {}): Promise<readonly ValidationResult[]> {
      stand.now += 1;
      underWay = { process: unit.process, deadline: stand.deadline };
      const action: Extract<Action, { kind: "ensure-validated" }> = { kind: "ensure-validated", unit, phase, deployment: "d1", ...more };
      const results = await validate(environment, action, ports, { request: (ask) => ask(), load: (ask) => ask() });
      validationResults = mergeResults(validationResults, results);
      return results;
    },
  };

  const snapshot = (): EnvironmentSnapshot => ({
    name: environment,
    spec: stand.spec,
    pins: new Map(pins),
    quarantine: [],
    findings: [],
  });
  const desiredNow = () => resolveDesired(snapshot(), around, null);

  function versionOf(process: ProcessId, version: Version): ProcessVersion {
    const found = versions.get(`${process}@${version}`);
    if (!found) throw new Error(`${process} ${version} is not published`);
    return found;
  }

  function unitOf(found: ProcessVersion): UnitRef {
    const settings = desiredNow()?.settingsDigest ?? sha256("");
    const { process, version } = found;
    return { process, version, digest: unitDigest({ ...found, engine: "node-red" }, settings, sha256) };
  }

  function processes(): ReadonlyMap<ProcessId, ProcessState> {
    const states = new Map<ProcessId, ProcessState>();
    for (const [process, unit] of refused) states.set(process, stateOf(process, { refused: { unit, why: "", at: 0 } }));
    const rollout = underWay && { deployment: "d1", startedAt: 0, deadline: underWay.deadline, state: { kind: "checking" } };
    if (underWay && !stand.isSuperseded)
      states.set(underWay.process, stateOf(underWay.process, { rollout: rollout as ProcessState["rollout"] }));
    return states;
  }

  const ports = {
    engine: () => options.real?.engine ?? engine,
    engineKinds: () => ["node-red"],
    router,
    prober: options.real?.prober ?? prober,
    hash: sha256,
    awake: alwaysAwake({ now: () => stand.now }),
    unrecorded: createUnrecorded(),
    attention: createComparedAttention(),
    clock: options.real?.clock ?? { now: () => stand.now, sleep: async (ms: number) => void (stand.now += ms) },
    secrets: { resolve: () => Promise.reject(new Error("no secrets here")) },
    manifests: { version: async (process: ProcessId, version: Version) => versionOf(process, version) },
    journal: {
      state: async () => ({
        environment,
        processes: processes(),
        owed: [],
        validationResults: new Map([["d1", validationResults]]),
        freeze: null,
        orders: [],
      }),
    },
    wanted: () => ({ commit: "c1", environment: snapshot(), desired: desiredNow() }),
  } as unknown as Ports;

  return stand;
}

export type Stand = ReturnType<typeof createStand>;

function stateOf(process: ProcessId, more: Partial<ProcessState>): ProcessState {
  const nothing = {
    rollout: null,
    knownGood: [],
    refused: null,
    status: null,
    revert: null,
    quarantined: [],
    rolledBackAt: null,
    takenOutAt: null,
  };
  return { process, ...nothing, ...more };
}

function definitionOf(paths: readonly string[], version: Version): Definition {
  const receive = (url: string, index: number) => ({ id: `receive${index}`, type: "http in", config: { method: "get", url } });
  return { nodes: [...paths.map(receive), { id: "answer", type: "template", config: { template: version } }], connections: [], config: {} };
}

/** Each result in a line, without its detail. */
export function inShort(results: readonly ValidationResult[]): readonly string[] {
  return results.map(({ validation, subject, result }) => [validation, ...(subject === "" ? [] : [subject]), result].join(" "));
}
