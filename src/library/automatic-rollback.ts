/**
 * Rollbacks that the controller decides on, seen from outside. The environment's rollback policy says when: the controller
 * judges it whether anybody looks or not, so what is reported here has happened already.
 */

import { PinionError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Deployment } from "./deployment.ts";
import type { Pinion } from "./pinion.ts";

/** Listeners for what becomes of deployments that are monitored. Each is optional. */
export interface MonitoringOptions {
  /** It was taken back; `trigger` is what fired, such as `error_rate`. */
  readonly onRollback?: (deployment: Deployment, trigger: string) => void;
  /** The policy's time is over, and it stays. */
  readonly onGood?: (deployment: Deployment) => void;
  /** It ended in another way: superseded by a newer one, aborted, or failed before it had traffic. */
  readonly onEnded?: (deployment: Deployment) => void;
  /** The controller could not be asked; it is asked again, unless that is of no use: nobody knows the deployment, or the Pinion is closed. */
  readonly onLost?: (error: unknown) => void;
  /** How often is looked, in milliseconds; one second when not said. */
  readonly everyMs?: number;
}

interface Monitor {
  readonly given: AbortController;
  readonly ended: Promise<Deployment | null>;
}

/**
 * Follows deployments until the rollback policy has decided about them.
 * @example
 * const guard = new AutomaticRollback(pinion, { onRollback: ({ processId }, trigger) => alarm(processId, trigger) });
 * guard.startMonitoring(deployment);
 */
export class AutomaticRollback {
  readonly #pinion: Pinion;
  readonly #options: MonitoringOptions;
  readonly #monitors = new Map<string, Monitor>();

  constructor(pinion: Pinion, options: MonitoringOptions = {}) {
    this.#pinion = pinion;
    this.#options = options;
  }

  /** Ids of the deployments that are followed. */
  get monitored(): readonly string[] {
    return [...this.#monitors.keys()];
  }

  /** Follows it from now on; one that is followed already is followed once. */
  startMonitoring(deployment: Deployment | string): void {
    const id = idOf(deployment);
    if (this.#monitors.has(id)) return;
    const given = new AbortController();
    const monitor: Monitor = { given, ended: this.#follow(id, given.signal).finally(() => this.#forget(id, monitor)) };
    // A failed listener is an error for the caller who waits for the outcome, and for no other code.
    monitor.ended.catch(() => undefined);
    this.#monitors.set(id, monitor);
  }

  /** Stops following it, without a call to the listeners. The controller goes on guarding it. */
  stopMonitoring(deployment: Deployment | string): void {
    const id = idOf(deployment);
    this.#monitors.get(id)?.given.abort();
    this.#monitors.delete(id);
  }

  /** Resolves with the deployment when it is over; null: it is not followed, or not any more. */
  outcome(deployment: Deployment | string): Promise<Deployment | null> {
    return this.#monitors.get(idOf(deployment))?.ended ?? Promise.resolve(null);
  }

  /** It may have been stopped, and begun anew since. */
  #forget(id: string, monitor: Monitor): void {
    if (this.#monitors.get(id) === monitor) this.#monitors.delete(id);
  }

  async #follow(id: string, signal: AbortSignal): Promise<Deployment | null> {
    const deployment = await untilEnded({ pinion: this.#pinion, id, signal, options: this.#options });
    if (deployment) tell(deployment, this.#options);
    return deployment;
  }
}

interface Following {
  readonly pinion: Pick<Pinion, "deployment"> & { readonly clock: Clock };
  readonly id: string;
  readonly signal: AbortSignal;
  readonly options: MonitoringOptions;
}

async function untilEnded({ pinion, id, signal, options }: Following): Promise<Deployment | null> {
  const { everyMs = 1_000, onLost } = options;
  while (!signal.aborted) {
    const asked = await pinion.deployment(id).catch((error: unknown) => ({ error }));
    if (signal.aborted) return null;
    if ("error" in asked) {
      onLost?.(asked.error);
      if (isForGood(asked.error)) return null;
    } else if (asked.endedAt) return asked;
    await pinion.clock.sleep(everyMs, signal);
  }
  return null;
}

function isForGood(error: unknown): boolean {
  return error instanceof PinionError && (error.code === "deployment/unknown" || error.code === "library/closed");
}

function tell(deployment: Deployment, { onRollback, onGood, onEnded }: MonitoringOptions): void {
  if (deployment.status === "RolledBack") onRollback?.(deployment, deployment.trigger ?? "unknown");
  else if (deployment.status === "Succeeded") onGood?.(deployment);
  else onEnded?.(deployment);
}

function idOf(deployment: Deployment | string): string {
  return typeof deployment === "string" ? deployment : deployment.id;
}
