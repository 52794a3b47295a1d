/** Why a process is as it is, from memory and from the journal: whatever hangs outside, this does not. */

import { evaluate } from "../domain/decision/evaluate.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import { PinionError } from "../domain/errors.ts";
import type { EnvironmentName, Instant, ProcessId } from "../domain/names.ts";
import type { InstancesKnown } from "./instances-known.ts";
import type { LoopParts } from "./loop.ts";

interface Target {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
}

/** What was seen last, and when. */
interface LastSeen {
  readonly instances: InstancesKnown;
  passedAt(environment: EnvironmentName): Instant | null;
}

/** @throws `environment/unknown`, `process/unknown`. */
export async function why(target: Target, { source, ports }: LoopParts, seen: LastSeen): Promise<ProcessEvaluation> {
  const { environment, process } = target;
  const wanted = source.environments().includes(environment) ? source.wanted(environment) : null;
  if (!wanted) throw unknownEnvironment(environment, source);
  const state = ports.unrecorded.over(await ports.journal.state(environment));
  const { instances, at } = seen.instances.last(environment);
  const now = ports.clock.now();
  const evaluation = evaluate(process, { ...wanted, state, instances, now });
  if (!evaluation) throw new PinionError("process/unknown", `no process is called "${process}" in ${environment}`);
  return { now, observedAt: observedAt(seen.passedAt(environment), at), ...evaluation };
}

/** The error that names those there are. */
export function unknownEnvironment(environment: EnvironmentName, source: Pick<LoopParts["source"], "environments">): PinionError {
  return new PinionError("environment/unknown", `no environment is called "${environment}"${thereAre(source.environments())}`);
}

function thereAre(names: readonly EnvironmentName[]): string {
  return names.length === 0 ? "; there is none yet" : `; there are: ${names.join(", ")}`;
}

/** When engine and router were last asked, with whatever answer; null: one of them was never. */
export function observedAt(passedAt: Instant | null, instancesAt: Instant | null): Instant | null {
  return passedAt === null || instancesAt === null ? null : Math.min(passedAt, instancesAt);
}
