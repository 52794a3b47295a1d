/** Everything outside of the controller but git: engines with instances that die, the router, callers, and what versions answer. */

import { PinionError } from "../../src/domain/errors.ts";
import type { EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { Prober, ProbeRequest } from "../../src/ports/prober.ts";
import type { Router } from "../../src/ports/router.ts";
import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import type { Engine } from "../../src/ports/engine.ts";
import { createFakeEngine, type FakeEngine } from "../fakes/engine.ts";
import { createFakeRouter } from "../fakes/router.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Nature, Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./time.ts";
import type { Trace } from "./trace.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

export interface OutsideParts {
  readonly plan: Plan;
  readonly catalogue: Catalogue;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly trace: Trace;
}

export interface Outside {
  readonly router: Router;
  readonly traffic: Traffic;
  readonly prober: Prober;
  engine(environment: EnvironmentName): FakeEngine;
  setRouterDown(isDown: boolean): void;
  /** An instance dies, and comes back elsewhere some time later. */
  crash(environment: EnvironmentName, instance: string, forMs: number): void;
  /** An instance lives and answers nobody, until somebody notices and ends it. */
  hang(environment: EnvironmentName, instance: string, forMs: number): void;
  /** Somebody who watches an environment's engine is told that it has changed. */
  onChange: (environment: EnvironmentName) => void;
  /** The router has lost all of a route, or one address of each version in it. */
  loseRoute(environment: EnvironmentName, process: ProcessId, part: "whole" | "target"): void;
  readonly instancesDown: ReadonlySet<string>;
  /** From now on no version kills anything: else the world could never come to rest. */
  calm(): void;
}

export function createOutside(parts: OutsideParts): Outside {
  return new SimulatedOutside(parts);
}

/** How often an instance that was dead has lost something. */
const forgetful = 0.25;

class SimulatedOutside implements Outside {
  readonly router: Router;
  readonly traffic: Traffic;
  readonly prober: Prober;
  readonly instancesDown = new Set<string>();
  readonly #hung = new Set<string>();
  onChange: (environment: EnvironmentName) => void = () => undefined;
  readonly #parts: OutsideParts;
  readonly #engines = new Map<EnvironmentName, FakeEngine>();
  readonly #lives = new Map<string, number>();
  readonly #fakeRouter = createFakeRouter();
  #isCalm = false;

  constructor(parts: OutsideParts) {
    this.#parts = parts;
    for (const { name, instances } of parts.plan.environments) this.#engines.set(name, createFakeEngine({ instances }));
    this.traffic = createTraffic({
      now: () => parts.time.now(),
      rate: (environment, process) => parts.plan.environments.find(({ name }) => name === environment)?.traffic.get(process) ?? 0,
      nature: (process, version) => parts.catalogue.nature(process, version),
      isThere: (environment, { instance, url }) => this.#isThere(environment, instance, addressOf(url)?.life ?? 0),
      onKill: (environment, instance, version) => this.#kill(environment, instance, version),
    });
    this.router = this.#openRouter();
    this.prober = { ask: (request) => this.#answer(request) };
  }

  engine(environment: EnvironmentName): FakeEngine {
    const engine = this.#engines.get(environment);
    if (!engine) throw new Error(`there is no environment ${environment}`);
    return engine;
  }

  setRouterDown(isDown: boolean): void {
    this.#fakeRouter.setUnreachable(isDown ? "the router does not answer" : null);
  }

  crash(environment: EnvironmentName, instance: string, forMs: number): void {
    const key = `${environment}/${instance}`;
    if (this.instancesDown.has(key)) return;
    this.traffic.catchUp(environment);
    this.instancesDown.add(key);
    this.engine(environment).crash(instance);
    this.#parts.trace.say(`instance ${key} dies`);
    this.#tell(environment);
    this.#parts.time.later(forMs, () => {
      this.traffic.catchUp(environment);
      this.instancesDown.delete(key);
      this.#lives.set(key, (this.#lives.get(key) ?? 1) + 1);
      this.engine(environment).comeBack(instance);
      this.#parts.trace.say(`instance ${key} is back`);
      if (!this.#isCalm && this.#parts.random.chance(forgetful)) void this.#forget(environment, instance);
      this.#tell(environment);
    });
  }

  hang(environment: EnvironmentName, instance: string, forMs: number): void {
    const key = `${environment}/${instance}`;
    if (this.instancesDown.has(key) || this.#hung.has(key)) return;
    this.traffic.catchUp(environment);
    this.#hung.add(key);
    this.#parts.trace.say(`instance ${key} hangs`);
    this.#parts.time.later(forMs, () => {
      this.traffic.catchUp(environment);
      this.#hung.delete(key);
      this.crash(environment, instance, this.#parts.random.between(500, 4_000));
    });
  }

  /** It has come back without some of what it ran, as Node-RED does when it could not start with it. */
  async #forget(environment: EnvironmentName, instance: string): Promise<void> {
    const engine = this.engine(environment);
    const inventory = await engine.inventory().catch(() => null);
    for (const { process, version, digest } of inventory?.installed ?? []) {
      if (this.#parts.random.chance(0.5)) continue;
      this.#parts.trace.say(`instance ${environment}/${instance} has lost ${process} ${version}`);
      engine.forget(digest, instance);
    }
  }

  loseRoute(environment: EnvironmentName, process: ProcessId, part: "whole" | "target"): void {
    this.traffic.catchUp(environment);
    this.traffic.setRoutes(environment, this.#fakeRouter.lose(environment, process, part));
    this.#tell(environment);
  }

  calm(): void {
    this.#isCalm = true;
    this.setRouterDown(false);
    for (const engine of this.#engines.values()) engine.setReachable(true);
  }

  #tell(environment: EnvironmentName): void {
    if (this.#parts.random.chance(0.7)) this.onChange(environment);
  }

  #kill(environment: EnvironmentName, instance: string, version: Version): void {
    if (this.#isCalm) return;
    this.#parts.trace.say(`${version} kills instance ${environment}/${instance}`);
    this.#parts.time.later(0, () => this.crash(environment, instance, this.#parts.random.between(1_000, 4_000)));
  }

  #isThere(environment: EnvironmentName, instance: string, life: number): boolean {
    const key = `${environment}/${instance}`;
    return !this.instancesDown.has(key) && !this.#hung.has(key) && (this.#lives.get(key) ?? 1) === life;
  }

  #openRouter(): Router {
    const fake = this.#fakeRouter;
    return {
      routes: (environment) => fake.routes(environment),
      publicAddress: (environment) => fake.publicAddress(environment),
      ensureRoutes: async (environment, routes) => {
        const refused = await fake.ensureRoutes(environment, routes);
        this.traffic.setRoutes(environment, await fake.routes(environment));
        return refused;
      },
      traffic: async (environment, counted) => {
        await fake.routes(environment);
        this.traffic.catchUp(environment);
        return this.traffic.counts(environment).filter(({ process }) => counted?.has(process) ?? true);
      },
    };
  }

  async #answer(request: ProbeRequest): ReturnType<Prober["ask"]> {
    const { pathname } = new URL(request.url);
    const place = addressOf(request.url);
    const status = place ? this.#answerPrivately(place) : await this.#answerPublicly(pathname);
    return { status, headers: {}, body: "", durationMs: 1 };
  }

  #answerPrivately({ instance, life, digest, path }: Address): number {
    for (const [environment, engine] of this.#engines) {
      const unit = [...engine.given.values()].find((each) => each.digest.startsWith(`sha256-${digest}`));
      if (!unit) continue;
      if (!this.#isThere(environment, instance, life)) throw new Error("the connection was refused");
      if (path === "/health") return 200;
      return this.#natureOf(unit) === "fails-smoke-test" || this.#isLetDown(environment, unit) ? 500 : 200;
    }
    return 404;
  }

  /** What it calls fails, so it fails too. */
  #isLetDown(environment: EnvironmentName, { process, version }: DeploymentUnit): boolean {
    const needs = this.#parts.catalogue.known(process, version)?.dependencies ?? [];
    return needs.some(({ name }) => this.traffic.letsDown(environment, name));
  }

  async #answerPublicly(path: string): Promise<number> {
    const [, environment = "", process = ""] = path.split("/");
    const routes = await this.#fakeRouter.routes(environment);
    const shares = routes.find((route) => route.process === process)?.shares ?? [];
    const [most] = shares.toSorted((one, other) => other.weight - one.weight);
    if (!most) return 404;
    const nature = this.#parts.catalogue.nature(process, most.version);
    return nature === "fails-in-public" || nature === "fails-smoke-test" ? 500 : 200;
  }

  #natureOf({ process, version }: DeploymentUnit): Nature | null {
    return this.#parts.catalogue.nature(process, version);
  }
}

interface Address {
  readonly instance: string;
  readonly life: number;
  readonly digest: string;
  readonly path: string;
}

/** Of a private address, as the engine in memory makes them; null for any other. */
function addressOf(url: string): Address | null {
  const found = /^http:\/\/127\.0\.0\.1:9\/([a-z]+)(?:\.(\d+))?\/~([0-9a-f]{8})(.*)$/.exec(url);
  if (!found) return null;
  const [, instance = "", life = "1", digest = "", path = ""] = found;
  return { instance, life: Number(life), digest, path };
}

/** An engine that refuses what its nature says it refuses. */
export function refusing(engine: FakeEngine, catalogue: Catalogue): Engine {
  return {
    kind: engine.kind,
    inventory: (counted) => engine.inventory(counted),
    ensureRemoved: (units) => engine.ensureRemoved(units),
    ensureArmed: (armed) => engine.ensureArmed(armed),
    readBack: async (unit) => (await engine.readBack?.(unit)) ?? null,
    ensureInstalled: (units, on, beforeReplacing) => {
      for (const { process, version, digest } of units) {
        if (catalogue.nature(process, version) === "refused")
          engine.refuse(digest, { code: "engine/unknown-node-type", detail: "a node of an unknown type" });
      }
      return engine.ensureInstalled(units, on, beforeReplacing);
    },
  };
}

/** For calls that never arrive. */
export function unreachable(what: "engine" | "router" | "git"): PinionError {
  return new PinionError(`${what}/unreachable`, `the ${what} does not answer (simulated)`);
}
