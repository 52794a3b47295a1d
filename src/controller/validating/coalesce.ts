/** Ports for many who ask engine and router at the same time: a thousand validations must not be a thousand inventories. */

import type { EnvironmentName } from "../../domain/names.ts";
import type { Engine } from "../../ports/engine.ts";
import type { Router } from "../../ports/router.ts";
import type { Ports } from "../ports.ts";

/** The same ports; what is asked of an environment while its last answer is still awaited is asked once for all. */
export function askTogether(ports: Ports): Ports {
  const engines = new Map<string, Engine>();
  return {
    ...ports,
    router: sharedRouter(ports.router),
    engine: (environment, kind) => {
      const key = `${environment} ${kind}`;
      const engine = engines.get(key) ?? sharedEngine(() => ports.engine(environment, kind));
      engines.set(key, engine);
      return engine;
    },
  };
}

/**
 * One question for all who ask while another is under way; it is asked when that one is answered, so nobody gets an answer
 * that is older than their question.
 */
export function together<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  const askNext = (): Promise<T> => {
    next = null;
    return ask();
  };
  return () => {
    next ??= underWay = underWay.then(askNext, askNext);
    return next;
  };
}

/** The engine is looked up at every call: it may have been started since. */
function sharedEngine(engine: () => Engine): Engine {
  return {
    get kind() {
      return engine().kind;
    },
    // No validation asks what is in flight.
    inventory: together(() => engine().inventory(new Set())),
    ensureInstalled: (units) => engine().ensureInstalled(units),
    ensureRemoved: (units) => engine().ensureRemoved(units),
    ensureArmed: (armed) => engine().ensureArmed(armed),
  };
}

function sharedRouter(router: Router): Router {
  const routes = perEnvironment((environment) => router.routes(environment));
  const traffic = perEnvironment((environment) => router.traffic(environment));
  return {
    routes,
    traffic,
    ensureRoutes: (environment, wanted) => router.ensureRoutes(environment, wanted),
    publicAddress: (environment) => router.publicAddress(environment),
    callersAddress: (environment) => router.callersAddress?.(environment) ?? router.publicAddress(environment),
    checkHeaders: () => router.checkHeaders?.() ?? Promise.resolve({}),
  };
}

function perEnvironment<T>(ask: (environment: EnvironmentName) => Promise<T>): (environment: EnvironmentName) => Promise<T> {
  const shared = new Map<EnvironmentName, () => Promise<T>>();
  return (environment) => {
    const one = shared.get(environment) ?? together(() => ask(environment));
    shared.set(environment, one);
    return one();
  };
}
