/** An engine in memory, held to the same contract as the real ones, with controls for everything that can go wrong with an engine. */

import { PinionError } from "../../src/domain/errors.ts";
import type { Digest, ProcessId, UnitRef } from "../../src/domain/names.ts";
import type { DeploymentUnit, EngineInstance, Installed, Inventory, Placement, WorkCount } from "../../src/domain/desired/unit.ts";
import type { EngineDeath } from "../../src/domain/observed/engine-deaths.ts";
import type { Definition } from "../../src/domain/desired/definition.ts";
import { contentOf, createSame, endpointsOf, gate, readBackOf, refOf, withoutWork } from "./engine-values.ts";
import type { BeforeReplacing, Engine, InstallResult, ReadBack } from "../../src/ports/engine.ts";

export type EngineCall =
  | { readonly call: "inventory" }
  | { readonly call: "ensureInstalled"; readonly units: readonly UnitRef[]; readonly on?: readonly string[] }
  | { readonly call: "readBack"; readonly digest: Digest }
  | { readonly call: "ensureRemoved"; readonly units: readonly UnitRef[] }
  | { readonly call: "ensureArmed"; readonly armed: ReadonlyMap<ProcessId, Digest | null> };

export interface FakeEngine extends Engine {
  /** Every call, in order, also those that threw. */
  readonly calls: readonly EngineCall[];
  /** Units as they were given, by digest: variables and secrets included. */
  readonly given: ReadonlyMap<Digest, DeploymentUnit>;
  /** Every call throws `engine/unreachable` until it is reachable again. */
  setReachable(reachable: boolean): void;
  setInstance(id: string, state: EngineInstance["state"], why?: string): void;
  /** `ensureInstalled` refuses this digest; null: accepts it again. */
  refuse(digest: Digest, refusal: { readonly code: RefusalCode; readonly detail: string } | null): void;
  /** The instance is gone; it comes back with what was installed there, at another address, with its counts at 0 and, as one of several, disarmed. */
  crash(id: string): void;
  comeBack(id: string): void;
  /** Installed but not answering: placements are not ready, and installing it ends in `engine/unreachable`. False: ready at once. */
  keepUnready(digest: Digest, unready: boolean, instance?: string): void;
  /** Changed by hand in the engine; seen as drift until it is installed again. Answers what tells whether it has been there since; null: it is not there. */
  editByHand(digest: Digest, drift: string, there?: Definition): (() => boolean) | null;
  /** Removed by hand in the engine. */
  removeByHand(digest: Digest): void;
  /** The instance has lost it, as after a start with the flows of an earlier day. */
  forget(digest: Digest, instance: string): void;
  /** On every placement of this digest, or on one. */
  setInFlight(digest: Digest, inFlight: number, instance?: string): void;
  /** On every placement of this digest, or on one; null: this engine does not count. Until then all counts are 0. */
  setCounts(digest: Digest, counts: WorkCount | null, instance?: string): void;
  /** Its process has ended so many times, a second ago, each time while it worked on these. */
  setDeaths(...suspects: readonly (readonly UnitRef[])[]): void;
  /** Calls do not resolve until the returned function is called. */
  hold(): () => void;
}

export type RefusalCode = Extract<InstallResult, { kind: "refused" }>["code"];

interface Held {
  readonly unit: DeploymentUnit;
  readonly instances: Set<string>;
  drift: string | null;
  /** What it was changed to. */
  there: Definition | null;
  armedOn: string | null;
}

/** Starts empty, with every instance ready. */
export function createFakeEngine(options: { readonly instances?: readonly string[]; readonly kind?: string } = {}): FakeEngine {
  return new InMemoryEngine(options.kind ?? "node-red", options.instances ?? ["one"]);
}

class InMemoryEngine implements FakeEngine {
  readonly kind: string;
  readonly calls: EngineCall[] = [];
  readonly given = new Map<Digest, DeploymentUnit>();
  readonly #instances: Map<string, EngineInstance>;
  readonly #held = new Map<string, Held>();
  readonly #refusals = new Map<Digest, { readonly code: RefusalCode; readonly detail: string }>();
  readonly #unready = new Set<string>();
  readonly #inFlight = new Map<string, number>();
  readonly #counts = new Map<string, WorkCount | null>();
  readonly #lives = new Map<string, number>();
  #reachable = true;
  /** As it was told last; null: something has changed since. */
  #told: Inventory | null = null;
  readonly #same = { all: createSame(), some: createSame() };
  #deaths: readonly EngineDeath[] = [];
  #gate: Promise<void> = Promise.resolve();

  constructor(kind: string, instances: readonly string[]) {
    this.kind = kind;
    this.#instances = new Map(instances.map((id) => [id, { id, state: "ready", why: "" }]));
  }

  async inventory(counted?: ReadonlySet<ProcessId>): Promise<Inventory> {
    await this.#enter({ call: "inventory" });
    this.#told ??= this.#same.all({
      instances: [...this.#instances.values()],
      installed: [...this.#held.values()].map((held) => this.#describe(held)),
    });
    if (counted === undefined) return this.#told;
    const { instances, installed } = this.#told;
    return this.#same.some({ instances, installed: installed.map((unit) => (counted.has(unit.process) ? unit : withoutWork(unit))) });
  }

  async ensureInstalled(
    units: readonly DeploymentUnit[],
    on?: readonly string[],
    beforeReplacing?: BeforeReplacing,
  ): Promise<readonly InstallResult[]> {
    await this.#enter({ call: "ensureInstalled", units: units.map(refOf), ...(on ? { on } : {}) });
    const targets = this.#readyIds().filter((id) => on?.includes(id) ?? true);
    if (targets.length === 0) throw unreachable();
    for (const unit of beforeReplacing ? units : []) {
      const readBack = readBackOf(this.#held.get(keyOf(unit)));
      if (readBack) await beforeReplacing?.(readBack);
    }
    this.#told = null;
    return units.map((unit) => this.#install(unit, targets));
  }

  async ensureRemoved(units: readonly UnitRef[]): Promise<void> {
    await this.#enter({ call: "ensureRemoved", units: units.map(refOf) });
    this.#told = null;
    for (const unit of units) this.#held.delete(keyOf(unit));
  }

  async ensureArmed(armed: ReadonlyMap<ProcessId, Digest | null>): Promise<void> {
    await this.#enter({ call: "ensureArmed", armed: new Map(armed) });
    this.#told = null;
    for (const held of this.#held.values()) {
      if (!armed.has(held.unit.process)) continue;
      const fires = armed.get(held.unit.process) === held.unit.digest;
      held.armedOn = fires ? this.#keepOrChoose(held) : null;
    }
  }

  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
  }

  setInstance(id: string, state: EngineInstance["state"], why = state === "ready" ? "" : "the test says so"): void {
    this.#told = null;
    this.#instances.set(id, { id, state, why });
  }

  refuse(digest: Digest, refusal: { readonly code: RefusalCode; readonly detail: string } | null): void {
    if (refusal) this.#refusals.set(digest, refusal);
    else this.#refusals.delete(digest);
  }

  crash(id: string): void {
    this.setInstance(id, "down", "it crashed");
  }

  comeBack(id: string): void {
    this.#lives.set(id, (this.#lives.get(id) ?? 1) + 1);
    const ofThis = [...this.#counts.keys()].filter((key) => key.endsWith(`@${id}`));
    for (const key of ofThis) this.#counts.delete(key);
    for (const held of this.#held.values()) if (held.armedOn === id && this.#instances.size > 1) held.armedOn = null;
    this.setInstance(id, "ready");
  }

  keepUnready(digest: Digest, unready: boolean, instance?: string): void {
    this.#told = null;
    if (unready) this.#unready.add(at(digest, instance));
    else this.#unready.delete(at(digest, instance));
  }

  editByHand(digest: Digest, drift: string, there: Definition | null = null): (() => boolean) | null {
    this.#told = null;
    const edited = [...this.#held.values()].filter(({ unit }) => unit.digest === digest);
    for (const held of edited) Object.assign(held, { drift, there });
    return edited.length === 0 ? null : () => edited.every((held) => this.#held.get(keyOf(held.unit)) === held);
  }

  async readBack({ digest }: UnitRef): Promise<ReadBack | null> {
    await this.#enter({ call: "readBack", digest });
    return [...this.#held.values()].filter(({ unit }) => unit.digest === digest).flatMap((held) => readBackOf(held) ?? [])[0] ?? null;
  }

  forget(digest: Digest, instance: string): void {
    this.#told = null;
    for (const [key, held] of this.#held) {
      if (held.unit.digest !== digest) continue;
      held.instances.delete(instance);
      if (held.armedOn === instance) held.armedOn = null;
      if (held.instances.size === 0) this.#held.delete(key);
    }
  }

  removeByHand(digest: Digest): void {
    this.#told = null;
    for (const [key, held] of this.#held) if (held.unit.digest === digest) this.#held.delete(key);
  }

  setInFlight(digest: Digest, inFlight: number, instance?: string): void {
    this.#told = null;
    this.#inFlight.set(at(digest, instance), inFlight);
  }

  setCounts(digest: Digest, counts: WorkCount | null, instance?: string): void {
    this.#told = null;
    this.#counts.set(at(digest, instance), counts);
  }

  setDeaths(...suspects: readonly (readonly UnitRef[])[]): void {
    this.#deaths = suspects.map((units) => ({ instance: "one", agoMs: 1_000, suspects: units }));
  }

  deaths(): readonly EngineDeath[] {
    return this.#deaths;
  }

  hold(): () => void {
    const { promise, resolve } = gate();
    this.#gate = promise;
    return resolve;
  }

  async #enter(call: EngineCall): Promise<void> {
    this.calls.push(call);
    await this.#gate;
    if (!this.#reachable || this.#readyIds().length === 0) throw unreachable();
  }

  #install(unit: DeploymentUnit, targets: readonly string[]): InstallResult {
    const refusal = this.#refusals.get(unit.digest);
    if (refusal) return { kind: "refused", unit: refOf(unit), ...refusal };
    const held = this.#held.get(keyOf(unit)) ?? { unit, instances: new Set<string>(), drift: null, there: null, armedOn: null };
    for (const id of targets) held.instances.add(id);
    Object.assign(held, { drift: null, there: null });
    this.#held.set(keyOf(unit), held);
    this.given.set(unit.digest, unit);
    if (targets.some((id) => this.#isUnready(unit.digest, id)))
      return { kind: "refused", unit: refOf(unit), code: "engine/unreachable", detail: "installed, but does not answer in time" };
    return { kind: "installed", unit: refOf(unit) };
  }

  #describe(held: Held): Installed {
    const ready = this.#readyIds();
    return {
      ...refOf(held.unit),
      drift: held.drift,
      ...(held.there && { driftDigest: contentOf(held.there) }),
      armed: held.armedOn !== null && ready.includes(held.armedOn),
      endpoints: endpointsOf(held.unit),
      placements: ready.filter((id) => held.instances.has(id)).map((id) => this.#place(held.unit.digest, id)),
    };
  }

  #place(digest: Digest, instance: string): Placement {
    const life = this.#lives.get(instance);
    const counts = valueAt(this.#counts, digest, instance);
    return {
      instance,
      address: `http://127.0.0.1:9/${instance}${life ? `.${life}` : ""}/~${digest.slice(7, 15)}`,
      ready: !this.#isUnready(digest, instance),
      inFlight: valueAt(this.#inFlight, digest, instance) ?? 0,
      counts: counts === undefined ? { finished: 0, errors: 0 } : counts,
    };
  }

  #isUnready(digest: Digest, instance: string): boolean {
    if (this.#unready.size === 0) return false;
    return this.#unready.has(digest) || this.#unready.has(at(digest, instance));
  }

  #keepOrChoose(held: Held): string | null {
    const ready = this.#readyIds().filter((id) => held.instances.has(id));
    return ready.find((id) => id === held.armedOn) ?? ready[0] ?? null;
  }

  #readyIds(): string[] {
    return [...this.#instances.values()].filter((instance) => instance.state === "ready").map((instance) => instance.id);
  }
}

/** The whole digest, or its placement on one instance. */
function at(digest: Digest, instance: string | undefined): string {
  return instance === undefined ? digest : `${digest}@${instance}`;
}

function valueAt<T>(values: ReadonlyMap<string, T>, digest: Digest, instance: string): T | undefined {
  if (values.size === 0) return undefined;
  const own = at(digest, instance);
  return values.get(values.has(own) ? own : digest);
}

function unreachable(): PinionError {
  return new PinionError("engine/unreachable", "no instance of the engine answers");
}

function keyOf(unit: UnitRef): string {
  return `${unit.process} ${unit.version} ${unit.digest}`;
}
