/** A caller that was rejected shortly before what it calls went back is acquitted: what its revert has brought is void, and only then. */

import type { ProcessId } from "../../src/domain/names.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import type { Memory, Recorded } from "./memory.ts";
import type { SimWorld } from "./sim-world.ts";

/** How long a revert waits for another verdict, and until that is looked at in a calm world, in milliseconds. */
const waitedMs = 65_000;

/** Notes who goes back in a step: their traffic is taken away, somebody pins an older version, or has ordered it. */
export function noteFalling(memory: Memory, { decision, before }: Recorded): void {
  const pinnedBack = decision.deployments.flatMap(({ opened }) => (opened?.kind === "rollback" ? [opened.process] : []));
  const falling = decision.processes.filter((row) => isFalling(before.processes.get(row.process), row)).map(({ process }) => process);
  for (const process of [...pinnedBack, ...falling]) memory.place(decision.environment, process).fellAt = decision.at;
}

function isFalling(was: ProcessState | undefined, is: ProcessState): boolean {
  const isOrdered = is.revert !== null && is.revert.request.id !== was?.revert?.request.id;
  return isOrdered || (isTakenBack(is) && !(was && isTakenBack(was)));
}

function isTakenBack({ rollout }: ProcessState): boolean {
  return rollout?.state.kind === "rejected" && rollout.state.hadTraffic;
}

/** It waits for somebody that its version calls and that has gone back since, and nothing was written for its command. */
export function noteAcquitted(world: SimWorld, memory: Memory, { decision, before }: Recorded, row: ProcessState): void {
  const request = before.processes.get(row.process)?.revert?.request ?? null;
  if (request === null || request.by !== null || row.revert !== null) return;
  const isGuilty = !hasFallenSince(memory, request, awaited(row)) || !isCalled(world, request, awaited(row));
  if (!isGuilty && mayWait(world, request, decision.at)) acquit(memory, request);
}

function awaited({ rollout, refused }: ProcessState): ProcessId {
  return rollout?.awaits ?? refused?.awaits ?? "";
}

function hasFallenSince(memory: Memory, { environment, at }: RevertRequest, culprit: ProcessId): boolean {
  const { fellAt } = memory.place(environment, culprit);
  return fellAt !== null && fellAt >= at;
}

function isCalled({ catalogue }: SimWorld, { process, from }: RevertRequest, culprit: ProcessId): boolean {
  return catalogue.known(process, from)?.dependencies.some(({ name }) => name === culprit) ?? false;
}

function mayWait({ git, plan }: SimWorld, { id, at }: RevertRequest, now: number): boolean {
  const isWritten = git.commits.some(({ rollbackId }) => rollbackId === id);
  return !isWritten && (!plan.isCalm || now - at <= waitedMs);
}

function acquit(memory: Memory, { id, environment, process, from, at }: RevertRequest): void {
  const place = memory.place(environment, process);
  memory.acquitted.add(id);
  place.held.delete(from);
  if (place.automaticAt === at) place.automaticAt = place.automaticBefore;
}
