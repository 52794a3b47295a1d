/** How deployments may begin and end, judged by what the invariants remember by themselves. */

import semver from "semver";
import type { DeploymentUpdate } from "../../src/domain/journal/state.ts";
import type { Known, Memory, Recorded } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";
import { judgeWatch } from "./metric-rules.ts";

export function judgeOpening(world: SimWorld, memory: Memory, { after }: Recorded, { id, opened, step }: DeploymentUpdate): void {
  if (!opened) return;
  const rollout = after.processes.get(opened.process)?.rollout ?? null;
  const isFast = rollout?.deployment === id && rollout.fast;
  const known: Known = { id, about: opened, isFast, hadTraffic: false, isRejected: false, wasPromoted: false };
  memory.deployments.set(id, known);
  if (opened.kind !== "self-heal") judgeBeginning(world, memory, known, `${id}: ${step.why}`);
}

function judgeBeginning({ trace }: SimWorld, memory: Memory, { about, isFast }: Known, what: string): void {
  const { environment, process, version, digest } = about;
  const { held, good } = memory.place(environment, process);
  trace.expect(version === null || !held.has(version), "what is in quarantine is not deployed", what);
  trace.expect(!isFast || (digest !== null && good.has(digest)), "only what was not found bad since is spared its checks", what);
}

export function judgeEnd(world: SimWorld, memory: Memory, recorded: Recorded, { id, phase, endedAt, step }: DeploymentUpdate): void {
  const known = memory.deployments.get(id);
  if (!known || endedAt === null) return;
  memory.deployments.delete(id);
  const { trace } = world;
  const { environment, process, version, digest, kind } = known.about;
  if (version === null || digest === null || kind === "self-heal") return;
  const what = `${id} (${world.catalogue.nature(process, version) ?? "?"}) ${phase}: ${step.why}`;
  trace.expect(phase !== "Failed" || !known.hadTraffic, "what had traffic is rolled back, and did not only fail", what);
  if (phase !== "Succeeded") return;
  judgeTakenBack(world, memory, recorded, known);
  judgeWatch(world, memory, known, { what, why: step.why });
  memory.place(environment, process).good.set(digest, version);
}

/** Whoever pins the good version before it again, while it is still looked at, does not find it good. */
function judgeTakenBack({ trace }: SimWorld, memory: Memory, { decision }: Recorded, { id, about }: Known): void {
  const { kind, process, environment, version } = about;
  const next = decision.deployments.find((update) => update.opened?.process === process)?.opened;
  if (kind !== "deploy" || next?.kind !== "rollback" || !next.version || !next.digest || !version) return;
  const isBack = memory.place(environment, process).good.has(next.digest) && !semver.gt(next.version, version);
  trace.expect(!isBack, "what a person takes back is not found good", `${id}: ${next.version} is pinned again`);
}
