/** The emergency: what is under way is stopped, the last good version gets the traffic first, and only then the pin follows. */

import type { Instant } from "../domain/names.ts";
import { badVersion, judgeRecovery, type Recovery } from "../api/recovery.ts";
import { until } from "./asking.ts";
import type { Deployment } from "./deployment.ts";
import { viewOf } from "./manual-rollback.ts";
import type { CommandedBy, Pinion } from "./pinion.ts";

/** What an emergency rollback has done, and whether it helped. */
export interface EmergencyReport {
  readonly deploymentId: string;
  /** All the traffic is on a good version, and that was shown to work. */
  readonly isRecovered: boolean;
  /** What was gone away from; null: nothing had the traffic. */
  readonly from: string | null;
  /** What has all the traffic now; null: nothing has. */
  readonly to: string | null;
  /** In one line each: where the traffic is, what proves that it works, and what git says. */
  readonly traffic: string;
  readonly verification: string;
  readonly git: string;
  /** In the order in which it happened. */
  readonly steps: readonly { readonly at: Date; readonly name: string; readonly why: string }[];
}

/** How long a recovery is waited for. */
export interface RecoveryOptions {
  /** Milliseconds; five minutes when not said. It goes on when nobody waits any more. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 300_000;
/** The caller need not wait for git once the traffic is good. */
const gitPatienceMs = 3_000;

/**
 * One call for when it burns.
 * @example
 * const { isRecovered, to } = await new EmergencyRecovery(pinion).executeEmergencyRollback(deployment.id, { reason: "orders are lost" });
 */
export class EmergencyRecovery {
  readonly #pinion: Pinion;
  readonly #timeoutMs: number;

  constructor(pinion: Pinion, { timeoutMs = defaultTimeoutMs }: RecoveryOptions = {}) {
    this.#pinion = pinion;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves when it has helped, or when it is clear that it has not. @throws `command/refused` with the reason, `deployment/unknown`. */
  async executeEmergencyRollback(deploymentId: string, ordered: CommandedBy = {}): Promise<EmergencyReport> {
    const pinion = this.#pinion;
    const deployment = await pinion.deployment(deploymentId);
    const { environment, processId: process } = deployment;
    const { view } = await viewOf(pinion, deployment);
    const bad = badVersion(view);
    const { at } = await pinion.command({ ...ordered, environment, spec: { kind: "recover", process } });
    let last: Known | null = null;
    let verifiedAt: Instant | null = null;
    await until({ clock: pinion.clock, timeoutMs: this.#timeoutMs }, async () => {
      last = await lookAt(pinion, deployment, { bad, at });
      if (last.recovery.verification.state === "failed") return true;
      if (!isVerified(last.recovery)) return null;
      verifiedAt ??= pinion.clock.now();
      return last.recovery.git.state === "done" || pinion.clock.now() - verifiedAt >= gitPatienceMs ? true : null;
    });
    return report(deploymentId, bad, last ?? (await lookAt(pinion, deployment, { bad, at })));
  }
}

interface Known {
  readonly recovery: Recovery;
  readonly serving: string | null;
}

async function lookAt(pinion: Pinion, deployment: Deployment, start: Parameters<typeof judgeRecovery>[2]): Promise<Known> {
  const { environment, processId: process } = deployment;
  const { view } = await viewOf(pinion, deployment);
  const history = await pinion.history({ environment, process, limit: 5 });
  const serving = view.actual.find(({ weight }) => weight === 100)?.version ?? null;
  return { recovery: judgeRecovery(view, history, start), serving };
}

function isVerified({ traffic, verification }: Recovery): boolean {
  return traffic.state === "done" && verification.state === "done";
}

function report(deploymentId: string, from: string | null, { recovery, serving: to }: Known): EmergencyReport {
  const { traffic, verification, git, steps } = recovery;
  return {
    deploymentId,
    isRecovered: isVerified(recovery),
    from,
    to,
    traffic: traffic.why,
    verification: verification.why,
    git: git.why,
    steps: steps.map(({ at, what, why }) => ({ at: new Date(at), name: what, why })),
  };
}
