/** Cuts the power at one call to the outside, before or after its effect: the caller never hears of it, and nothing more is done. */

import type { Ports } from "../../src/controller/ports.ts";
import type { Engine } from "../../src/ports/engine.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import type { Router } from "../../src/ports/router.ts";
import { isThorough, partOf } from "./thorough.ts";

class PowerCut extends Error {}

type Does = "asks" | "changes";

/** Every method of a port, so that the compiler names one that is forgotten here. */
type MethodsOf<Port> = { readonly [Name in keyof Port as Required<Port>[Name] extends (...args: never) => unknown ? Name : never]-?: Does };

/** Which calls change something outside or in the journal. */
const methods = {
  engine: {
    ensureInstalled: "changes",
    ensureRemoved: "changes",
    ensureArmed: "changes",
    inventory: "asks",
    readBack: "asks",
    notes: "asks",
    deaths: "asks",
  } satisfies MethodsOf<Engine>,
  router: {
    ensureRoutes: "changes",
    routes: "asks",
    traffic: "asks",
    publicAddress: "asks",
    callersAddress: "asks",
    checkHeaders: "asks",
  } satisfies MethodsOf<Router>,
  journal: {
    record: "changes",
    acknowledged: "changes",
    refused: "changes",
    recordValidation: "changes",
    recordChanges: "changes",
    recordPlan: "changes",
    recordHandEdit: "changes",
    recordCommand: "changes",
    reverted: "changes",
    dispatched: "changes",
    state: "asks",
    result: "asks",
    pendingEvents: "asks",
    deploymentCounts: "asks",
    history: "asks",
    historyPage: "asks",
    handEdits: "asks",
  } satisfies MethodsOf<Journal>,
  pinWriter: { revert: "changes" } satisfies MethodsOf<PinWriter>,
};

export interface Cut {
  /** Which effect, counted from 0 over the whole run. */
  readonly call: number;
  readonly side: "before" | "after";
  readonly effect: string;
}

export interface Wired {
  readonly ports: Ports;
  /** Names of the effects so far, in order. */
  readonly seen: readonly string[];
  readonly isDead: () => boolean;
}

/** Ports that lose power at the cut; without one they only keep count. `check` runs after every effect. */
export function wire(ports: Ports, cut: Cut | null, check: () => void): Wired {
  const seen: string[] = [];
  let dead = false;

  const guard = (port: object, name: keyof typeof methods): object =>
    new Proxy(port, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key);
        if (typeof member !== "function") return member;
        const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
        return (methods[name] as Readonly<Record<string, Does>>)[String(key)] === "changes"
          ? (...args: unknown[]) => effect(`${name}.${String(key)}`, () => call(...args))
          : alive(call);
      },
    });

  const alive =
    (call: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (dead) throw new PowerCut();
      return call(...args);
    };

  async function effect(name: string, perform: () => unknown): Promise<unknown> {
    if (dead) throw new PowerCut();
    const call = seen.push(name) - 1;
    const isHere = cut?.call === call;
    if (isHere && cut.side === "before") dead = true;
    if (dead) throw new PowerCut();
    const result = await perform();
    check();
    if (isHere) dead = true;
    if (dead) throw new PowerCut();
    return result;
  }

  const engine = ports.engine("", "node-red");
  const guarded = guard(engine, "engine") as typeof engine;
  const log = { ...ports.log, error: () => undefined };
  const wired = {
    ...ports,
    log,
    engine: () => guarded,
    router: guard(ports.router, "router") as Ports["router"],
    journal: guard(ports.journal, "journal") as Ports["journal"],
    pinWriter: guard(ports.pinWriter, "pinWriter") as Ports["pinWriter"],
  };
  return { ports: wired, seen, isDead: () => dead };
}

/**
 * Both sides of every effect of a clean run: it grows with the code. To be before an effect is to be after the one before, but for the time
 * between them: only thorough tests look at both, and at every effect.
 */
export function everyCutOf(effectsSeen: readonly string[]): readonly Cut[] {
  const both = effectsSeen.flatMap((effect, call) => [{ call, side: "before", effect } as const, { call, side: "after", effect } as const]);
  return isThorough ? both : partOf(both.filter(({ call, side }) => call === 0 || side === "after"));
}
