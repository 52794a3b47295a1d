/**
 * What lies between the controller and everything else: calls take their time, get lost on the way there or back, arrive twice,
 * and the controller may die before or after any of them takes effect.
 */

import { PinionError } from "../../src/domain/errors.ts";
import type { Instant } from "../../src/domain/names.ts";
import { type Life, never } from "./life.ts";
import type { Faults } from "./plan.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./time.ts";
import type { Trace } from "./trace.ts";

/** How one method is treated. */
export interface Rule {
  /** `effect`: it changes something, so the power may be cut around it. */
  readonly kind: "ask" | "effect";
  /** At most so many milliseconds there, and as many back; 0: it is no call to another machine. */
  readonly latencyMs: number;
  /** What the caller hears when it gets lost; null: it never does. */
  readonly failure: Error | null;
  /** How likely it fails compared to others. */
  readonly risk?: number;
  readonly isLocal?: boolean;
}

export type Rules<T> = { readonly [K in keyof T]?: Rule };

export interface NetworkParts {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
  /** Nothing can be written. */
  readonly disk: { readonly isFull: boolean; refusedAt: Instant | null };
  /** Until when a port hangs. */
  readonly hung: ReadonlyMap<string, Instant>;
  /** The power is cut. */
  readonly onCrash: (life: Life) => void;
}

interface Call {
  readonly life: Life;
  readonly port: string;
  readonly name: string;
  readonly rule: Rule;
  readonly perform: () => Promise<unknown>;
}

interface Caller {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface Network {
  /**
   * The same port, far away, for one life of the controller. It must be a plain object. Its copy has the shape of all its copies: one with the port as its
   * prototype would have a shape of its own in each life, and nobody would call it by a known one.
   */
  port<T extends object>(life: Life, name: string, target: T, rules: Rules<T>): T;
  /** From now on nothing goes wrong. */
  calm(): void;
  /** Ends a life, as a crash does; what has left it already may still arrive. */
  kill(life: Life): void;
  /** Effects so far. */
  readonly effects: number;
}

/** How long anybody waits for an answer, in milliseconds. */
const givesUpMs = 10_000;

/** Nothing is far here: one turn of the promises, there and back. */
const atOnce = Promise.resolve();

/** One for all: errors are dear, and whoever has no room tries again and again. */
const noRoom = new PinionError("store/full", "the disk is full (simulated)");

export function createNetwork(parts: NetworkParts): Network {
  const { time, random, trace } = parts;
  const underWay = new Set<Call>();
  let { faults } = parts;
  let effects = 0;

  function kill(life: Life): void {
    if (life.isDead) return;
    life.isDead = true;
    trace.say(`controller ${life.number} dies`);
    for (const call of underWay) {
      const hasLeft = random.chance(0.5);
      if (call.life === life && hasLeft) void take(call).catch(() => undefined);
    }
    for (const call of underWay) if (call.life === life) underWay.delete(call);
    parts.onCrash(life);
  }

  async function take({ rule, perform }: Call): Promise<unknown> {
    if (rule.kind === "effect") effects += 1;
    return perform();
  }

  /** True when the power went off here. */
  function isCut({ life, rule, name }: Call, side: string): boolean {
    if (life.isDead) return true;
    if (rule.kind !== "effect" || !random.chance(faults.crash)) return false;
    trace.say(`power cut ${side} ${name}`);
    kill(life);
    return true;
  }

  /** One way there or back, in milliseconds. */
  function onTheWayMs({ rule: { latencyMs } }: Call): number {
    return 1 + random.next() * latencyMs * (random.chance(0.1) ? faults.slowness : 1);
  }

  function lose({ rule, name }: Call, probability: number): void {
    if (rule.failure === null || !random.chance(probability * (rule.risk ?? 1))) return;
    trace.say(`lost: ${name}`);
    if (rule.isLocal) parts.disk.refusedAt = time.now();
    throw rule.failure;
  }

  function write({ name }: Call): void {
    if (!parts.disk.isFull) return;
    trace.say(`no room: ${name}`);
    throw noRoom;
  }

  /** Who waits gives up after a while, and does not know what became of it. */
  async function hang(call: Call): Promise<void> {
    const { port, life, rule, name } = call;
    const leftMs = (parts.hung.get(port) ?? 0) - time.now();
    if (leftMs <= 0 || rule.failure === null) return;
    trace.say(`hangs: ${name}`);
    await time.sleep(Math.min(leftMs, givesUpMs), life);
    if (leftMs <= givesUpMs || life.isDead) return;
    if (random.chance(0.5)) await take(call).catch(() => undefined);
    throw rule.failure;
  }

  /** Some effects arrive twice. Undefined: it is none. */
  function announce(call: Call): Promise<void> | undefined {
    return call.rule.kind === "effect" ? announceEffect(call) : undefined;
  }

  async function announceEffect(call: Call): Promise<void> {
    trace.say(call.name);
    if (!call.rule.isLocal && random.chance(faults.twice)) await take(call).catch(() => undefined);
  }

  /** To another machine: what takes its time is nothing but timers. */
  function makeFar(call: Call): Promise<unknown> {
    if (isCut(call, "before")) return never();
    return new Promise((resolve, reject) => {
      underWay.add(call);
      time.later(onTheWayMs(call), () => void arrive(call, { resolve, reject }).catch(reject), call.life);
    });
  }

  async function arrive(call: Call, caller: Caller): Promise<void> {
    const { life, rule } = call;
    underWay.delete(call);
    if (life.isDead) return;
    if (parts.hung.size > 0) await hang(call);
    if (life.isDead) return;
    lose(call, faults.lost);
    if (rule.kind === "effect") await announceEffect(call);
    const answer = await settled(call);
    if (isCut(call, "after")) return;
    time.later(onTheWayMs(call), () => comeBack(call, answer, caller), life);
  }

  function comeBack(call: Call, answer: () => unknown, { resolve, reject }: Caller): void {
    if (call.life.isDead) return;
    try {
      lose(call, faults.lostAnswer);
      resolve(answer());
    } catch (error) {
      reject(error);
    }
  }

  /** On this machine, at once. */
  async function makeHere(call: Call): Promise<unknown> {
    if (isCut(call, "before")) return never();
    underWay.add(call);
    await atOnce;
    underWay.delete(call);
    if (call.life.isDead) return never();
    if (parts.hung.size > 0) await hang(call);
    if (call.life.isDead) return never();
    if (call.rule.isLocal) write(call);
    lose(call, call.rule.isLocal ? faults.disk : faults.lost);
    await announce(call);
    const answer = await settled(call);
    if (isCut(call, "after")) return never();
    await atOnce;
    if (call.life.isDead) return never();
    if (!call.rule.isLocal) lose(call, faults.lostAnswer);
    return answer();
  }

  /** What its caller will hear. */
  function settled(call: Call): Promise<() => unknown> {
    return take(call).then(
      (value) => () => value,
      (error: unknown) => {
        if (call.rule.isLocal) parts.disk.refusedAt = time.now();
        return () => {
          throw error;
        };
      },
    );
  }

  const make = (call: Call): Promise<unknown> => (call.rule.latencyMs > 0 ? makeFar(call) : makeHere(call));

  return {
    kill,
    get effects() {
      return effects;
    },
    calm: () => {
      faults = { lost: 0, lostAnswer: 0, twice: 0, crash: 0, disk: 0, slowness: 1 };
    },
    port: <T extends object>(life: Life, name: string, target: T, rules: Rules<T>): T => ({
      ...target,
      ...wrapped({ life, name, target, rules }, make),
    }),
  };
}

interface Port<T extends object> {
  readonly life: Life;
  readonly name: string;
  readonly target: T;
  readonly rules: Rules<T>;
}

type Method = (...args: unknown[]) => unknown;

/** Its methods, as calls over the network. */
function wrapped<T extends object>({ life, name, target, rules }: Port<T>, make: (call: Call) => Promise<unknown>): Record<string, Method> {
  const methods: Record<string, Method> = {};
  for (const [key, rule] of Object.entries(rules) as [string, Rule][]) {
    const method: unknown = Reflect.get(target, key);
    if (typeof method !== "function") continue;
    const called = `${name}.${key}`;
    methods[key] = (...args) =>
      make({ life, port: name, name: called, rule, perform: async () => (await Reflect.apply(method, target, args)) as unknown });
  }
  return methods;
}
