/** A whole small world on fakes: a repository, an engine, a router, a journal and a clock that only moves when told to. */

import { createHash } from "node:crypto";
import type { Ports } from "../../src/controller/ports.ts";
import { reconcile } from "../../src/controller/reconcile.ts";
import { canonicalDefinition } from "../../src/domain/desired/canonical.ts";
import { type DesiredState, resolveDesired } from "../../src/domain/desired/resolve.ts";
import type { EnvironmentSpec } from "../../src/domain/desired/environment.ts";
import type { Measured, MetricRequest, Reading } from "../../src/domain/analysis/metrics.ts";
import type { CommandResult, CommandSpec } from "../../src/domain/journal/commands.ts";
import type { RevertRequest, RevertOutcome } from "../../src/domain/journal/revert.ts";
import { memoryFor } from "./controller-memory.ts";
import { createReverts } from "../../src/controller/reverts.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Finding } from "../../src/domain/finding.ts";
import type { Digest, EngineKind, EnvironmentName, Hash, ProcessId, Version } from "../../src/domain/names.ts";
import type { Check, Dependency, ProcessVersion } from "../../src/domain/desired/version.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../src/domain/desired/snapshot.ts";
import { isNothingNew, type ProcessState } from "../../src/domain/journal/state.ts";
import type { ProcessStatus } from "../../src/domain/journal/status.ts";
import { environment as production, spec } from "./spec.ts";
import { definitionOf, inForceHere, pinned, unknownVersion, versionOf } from "./world-values.ts";
import { createFakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { createFakeJournal, type FakeJournal } from "../fakes/journal.ts";
import { createFakeProber, type FakeProber } from "../fakes/prober.ts";
import { createFakeRouter, type FakeRouter } from "../fakes/router.ts";
import { type Sleepy, sometimesAwake } from "./awake.ts";

export { blueGreen, environment } from "./spec.ts";

export const sha256: Hash = (text) => `sha256-${createHash("sha256").update(text).digest("hex")}`;

export interface VersionOptions {
  readonly dependencies?: readonly Dependency[];
  readonly checks?: readonly Check[];
  /** What it answers at; by default its name. */
  readonly path?: string;
  /** Instead of `path`. */
  readonly paths?: readonly string[];
  /** What its process.yaml names from now on. */
  readonly engine?: EngineKind;
}

export interface WorldOptions {
  readonly instances?: readonly string[];
  readonly others?: readonly FakeEngine[];
  readonly environment?: EnvironmentName;
  /** Of another environment of the same controller, with the same journal and router. */
  readonly beside?: World;
  /** Whether the plan of each deployment is worked out, which takes a sixth of a pass. */
  readonly hasPlans?: boolean;
}

export interface World {
  readonly environment: EnvironmentName;
  readonly engine: FakeEngine;
  readonly router: FakeRouter;
  readonly prober: FakeProber;
  journal: FakeJournal;
  ports: Ports;
  now: number;
  /** Settings of the environment; takes effect with the next commit. */
  spec: EnvironmentSpec;
  hasBrokenSettings: boolean;
  findings: readonly Finding[];
  /** A commit that pins this version; null removes the pin. Unknown versions are broken pins. */
  pin(process: ProcessId, version: Version | null): void;
  publish(process: ProcessId, version: Version, options?: VersionOptions): void;
  /** Passes until nothing is new and no validation runs. */
  settle(): Promise<void>;
  /** One pass, with the validations it started. */
  pass(): Promise<boolean>;
  /** A new controller on the same journal, engine and router. */
  restart(): void;
  status(process: ProcessId): Promise<ProcessStatus | null>;
  state(process: ProcessId): Promise<ProcessState | undefined>;
  digest(process: ProcessId, version: Version): Digest;
  /** While it is, no revert is written. */
  isGitDown: boolean;
  readonly awake: Sleepy;
  readonly reverts: RevertRequest[];
  /** What is measured for each wish. */
  readings: (request: MetricRequest) => { readonly candidate: Reading; readonly stable?: Reading | null };
  /** A person's commit that puts the pinned version into quarantine.yaml, and leaves the pin. */
  rejectUnlessHeld(process: ProcessId): void;
  /** A person's commit that puts another entry into quarantine.yaml. */
  condemnAs(entry: EnvironmentSnapshot["quarantine"][number]): void;
  /** A person's commit that takes a process's entries out of quarantine.yaml. */
  lift(process: ProcessId): void;
  /** A person's command, with the pass that answers it. */
  command(spec: CommandSpec, id?: string): Promise<CommandResult>;
  /** Version by weight for a process. */
  traffic(process: ProcessId): Readonly<Record<Version, number>>;
}

export function createWorld(options: WorldOptions = {}): World {
  const { environment = production, beside } = options;
  const versions = new Map<string, ProcessVersion>();
  const pins = new Map<ProcessId, PinnedVersion>();
  const engine = createFakeEngine(options);
  const engines = [engine, ...(options.others ?? [])];
  const kinds = new Map<ProcessId, EngineKind>();
  const kindOf = (process: ProcessId): EngineKind => kinds.get(process) ?? engine.kind;
  const router = beside?.router ?? createFakeRouter();
  const prober = createFakeProber();
  const settings = inForceHere();
  let desired: DesiredState | null = null;
  let commits = 0;
  let orders = 0;
  const quarantine: { process: ProcessId; version: Version; digest: Digest }[] = [];

  /** A repository that takes every push at once, unless it is down. */
  async function revert(request: RevertRequest): Promise<RevertOutcome> {
    if (world.isGitDown) throw new PinionError("git/unreachable", "the git server is down");
    if (world.reverts.some((written) => written.id === request.id)) return { kind: "committed", commit: `c${commits}` };
    const version = versionOf(pins.get(request.process));
    if (version !== request.from) return { kind: "superseded", why: `a person has pinned ${version ?? "nothing"} meanwhile` };
    if (request.mode === "propose")
      return { kind: "proposed", branch: `rollback/${environment}/${request.id}`, commit: "c0", why: "approval is required" };
    world.reverts.push(request);
    if (request.quarantine) quarantine.push({ process: request.process, version: request.from, digest: request.quarantine });
    world.pin(request.process, request.to);
    const others = (request.along ?? []).filter(({ process, from }) => versionOf(pins.get(process)) === from);
    for (const { process, to } of others) world.pin(process, to);
    return { kind: "committed", commit: `c${commits}` };
  }

  const snapshot = (): EnvironmentSnapshot => ({
    name: environment,
    spec: world.hasBrokenSettings ? null : world.spec,
    pins: new Map(pins),
    quarantine: [...quarantine],
    findings: world.findings,
  });

  function portsFor(journal: FakeJournal): Ports {
    return {
      journal,
      router,
      prober,
      clock: { now: () => world.now, sleep: async (ms) => void (world.now += ms) },
      awake: world.awake,
      log: {
        info: () => undefined,
        warn: () => undefined,
        error: (fields) => {
          throw new Error(JSON.stringify(fields), { cause: fields["error"] });
        },
      },
      hash: sha256,
      secrets: { resolve: () => Promise.reject(new PinionError("secret/missing", "no secrets here")) },
      ...memoryFor(beside?.ports, options.hasPlans),
      reverts: createReverts({ onWritten: () => undefined, wake: () => undefined }),
      pinWriter: { revert },
      dispatcher: { notify: () => undefined },
      measurements: {
        latest: (_environment, requests) => measureAll(requests),
        known: () => new Map(),
        idle: () => Promise.resolve(),
      },
      engine: (_environment, kind) => engines.find((each) => each.kind === kind) ?? engine,
      engineKinds: () => engines.map(({ kind }) => kind),
      manifests: {
        version: (process, version) => {
          const found = versions.get(`${process}@${version}`);
          return found ? Promise.resolve(found) : Promise.reject(new PinionError("manifest/invalid", `${process} ${version} is unknown`));
        },
      },
      wanted: () => {
        const current = settings(`c${commits}`, snapshot());
        desired = resolveDesired(current, { hash: sha256, address: router.publicAddress(environment) }, desired);
        return { commit: `c${commits}`, environment: current, desired };
      },
    };
  }

  const measuredSince = new Map<string, number>();
  function measureAll(requests: readonly MetricRequest[]): ReadonlyMap<string, readonly Measured[]> {
    const byDeployment = new Map<string, Measured[]>();
    for (const request of requests) {
      const { candidate, stable = null } = world.readings(request);
      const key = `${request.deployment} ${request.check.name}`;
      const since = measuredSince.get(key) ?? world.now;
      measuredSince.set(key, since);
      const measured = { check: request.check, candidate, stable, at: world.now, since };
      byDeployment.set(request.deployment, [...(byDeployment.get(request.deployment) ?? []), measured]);
    }
    return byDeployment;
  }

  const world: World = {
    environment,
    awake: sometimesAwake({ now: () => world.now }),
    isGitDown: false,
    reverts: [],
    readings: () => ({ candidate: { kind: "none", why: "nothing is measured here" } }),
    rejectUnlessHeld(process) {
      commits += 1;
      const pinned = pins.get(process);
      if (pinned?.kind !== "runnable") throw new Error(`${process} is not pinned`);
      const { version, definitionDigest } = pinned.summary;
      quarantine.push({ process, version, digest: definitionDigest });
      pins.set(process, { kind: "broken", process, version, findings: [{ ...unknownVersion(process, version), code: "pin/quarantined" }] });
    },
    condemnAs(entry) {
      commits += 1;
      quarantine.push(entry);
    },
    lift(process) {
      commits += 1;
      quarantine.splice(0, quarantine.length, ...quarantine.filter((entry) => entry.process !== process));
    },
    async command(spec, id = `o${(orders += 1)}`) {
      const order = { id, environment, by: { name: "Ada", email: null }, why: "because", at: world.now, spec };
      await world.journal.recordCommand(order);
      await world.pass();
      const result = await world.journal.result(environment, id);
      if (!result) throw new Error("the command was not answered");
      return result;
    },
    engine,
    router,
    prober,
    journal: beside?.journal ?? createFakeJournal(),
    ports: undefined as unknown as Ports,
    now: 1_000_000,
    spec,
    hasBrokenSettings: false,
    findings: [],
    publish(process, version, { dependencies = [], checks = [], path = `/${process}`, paths = [path], engine: kind } = {}) {
      if (kind !== undefined) kinds.set(process, kind);
      const definition = definitionOf(paths, version);
      const metadata = { title: "", description: "", author: "", changelog: [], tags: [] };
      versions.set(`${process}@${version}`, {
        process,
        version,
        metadata,
        dependencies,
        checks,
        definition,
        definitionDigest: sha256(canonicalDefinition(definition)),
      });
    },
    pin(process, version) {
      commits += 1;
      const found = versions.get(`${process}@${version ?? ""}`);
      if (version === null) pins.delete(process);
      else if (found) pins.set(process, pinned(found, kindOf(process)));
      else pins.set(process, { kind: "broken", process, version, findings: [unknownVersion(process, version)] });
    },
    async pass() {
      world.now += 1;
      const decision = await reconcile(environment, world.ports);
      await world.ports.validations.idle();
      for (const beside of [world.ports.reverts, world.ports.changes, world.ports.plans]) await beside.idle();
      return decision === null || isNothingNew(decision);
    },
    async settle() {
      for (let quiet = 0, passes = 0; quiet < 2; passes += 1) {
        if (passes > 200) throw new Error("does not come to rest");
        quiet = (await world.pass()) ? quiet + 1 : 0;
      }
    },
    restart() {
      measuredSince.clear();
      world.journal = world.journal.reopened();
      world.ports = portsFor(world.journal);
    },
    state: async (process) => (await world.journal.state(environment)).processes.get(process),
    status: async (process) => (await world.state(process))?.status ?? null,
    digest(process, version) {
      const known = versions.get(`${process}@${version}`);
      const own = new Map(known ? [[process, pinned(known, kindOf(process))]] : []);
      const around = { hash: sha256, address: router.publicAddress(environment) };
      const found = resolveDesired({ ...snapshot(), pins: own }, around, null)?.processes.get(process);
      if (found?.kind !== "run") throw new Error(`${process} ${version} is not published`);
      return found.unit.digest;
    },
    traffic: (process) => router.weights(environment, process),
  };
  world.ports = portsFor(world.journal);
  return world;
}

export function smokeTest(path: string, name = "answers"): Check {
  return { name, kind: "smoke", request: { method: "GET", path, headers: {} }, expect: { status: 200, headers: {} }, timeoutMs: 1_000 };
}

/** A world in which 1.0.0 of `orders` runs and 1.1.0 is published. */
export async function running(options: WorldOptions = {}): Promise<World> {
  const world = createWorld(options);
  world.publish("orders", "1.0.0", { checks: [smokeTest("/orders")] });
  world.publish("orders", "1.1.0", { checks: [smokeTest("/orders")] });
  world.pin("orders", "1.0.0");
  await world.settle();
  return world;
}
