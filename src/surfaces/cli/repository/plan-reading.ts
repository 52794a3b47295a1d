/** Reads both sides of a plan and puts the plans of all environments together. */

import pLimit from "p-limit";
import { detectChanges } from "../../../domain/changes/detect.ts";
import { isCalledOverHttp } from "../../../domain/changes/impact.ts";
import type { DeploymentPlan } from "../../../domain/plan/deployment-plan.ts";
import { summarize } from "../../../domain/changes/describe.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import { makePlan, type PlanDetail } from "../../../domain/plan/plan.ts";
import { changedPins, type PinChange } from "../../../domain/plan/pin-changes.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../../domain/desired/snapshot.ts";
import type { Deployment } from "../../../domain/journal/state.ts";
import { byStage } from "../terminal/stages.ts";
import type { OpenRepository } from "../terminal/world.ts";

export interface PlanSides {
  /** Null: there is nothing to compare with. */
  readonly from: OpenRepository | null;
  readonly to: OpenRepository;
}

export interface PlanRequest {
  /** Null: all. */
  readonly environment: EnvironmentName | null;
  readonly history: readonly Deployment[];
  /** Ids of the instances of an environment's engine; empty: not known. */
  instancesOf(environment: EnvironmentName): readonly string[];
}

/** How many versions are read at the same time. */
const atOnce = 8;

/** One plan for each environment of either side, development first. @throws `environment/unknown`. */
export async function makePlans(sides: PlanSides, { environment, history, instancesOf }: PlanRequest): Promise<readonly DeploymentPlan[]> {
  const details = createDetails(sides);
  const plans: DeploymentPlan[] = [];
  for (const name of namesOf(sides, environment)) {
    const [from, to] = [environmentOf(sides.from, name), environmentOf(sides.to, name)];
    const known = to ? await details(changedPins(from, to)) : new Map<ProcessId, PlanDetail>();
    plans.push(makePlan({ environment: name, from, to, details: known, history, instances: instancesOf(name) }));
  }
  return plans;
}

function environmentOf(repository: OpenRepository | null, name: EnvironmentName): EnvironmentSnapshot | null {
  return repository?.snapshot.environments.get(name) ?? null;
}

function namesOf({ from, to }: PlanSides, only: EnvironmentName | null): readonly EnvironmentName[] {
  const names = [...new Set([...(from?.snapshot.environments.keys() ?? []), ...to.snapshot.environments.keys()])];
  if (only === null) return inOrder(names, { from, to });
  if (!names.includes(only))
    throw new PinionError("environment/unknown", `no environment is called "${only}"; there are: ${names.toSorted().join(", ")}`);
  return [only];
}

function inOrder(names: readonly EnvironmentName[], { from, to }: PlanSides): readonly EnvironmentName[] {
  const typeOf = (name: EnvironmentName): string => (environmentOf(to, name)?.spec ?? environmentOf(from, name)?.spec)?.type ?? "";
  return byStage(names.map((name) => ({ name, type: typeOf(name) }))).map(({ name }) => name);
}

type Details = (changes: readonly PinChange[]) => Promise<ReadonlyMap<ProcessId, PlanDetail>>;

/** The same step from version to version is often taken in several environments; it is read once. */
function createDetails({ from, to }: PlanSides): Details {
  const limit = pLimit(atOnce);
  const known = new Map<string, Promise<PlanDetail>>();
  const detailOf = (change: PinChange): Promise<PlanDetail> => {
    const key = `${change.process} ${keyOf(change.from)} ${keyOf(change.to)}`;
    const detail = known.get(key) ?? limit(() => readDetail(change, from, to));
    known.set(key, detail);
    return detail;
  };
  return async (changes) => new Map(await Promise.all(changes.map(async (change) => [change.process, await detailOf(change)] as const)));
}

function keyOf(pinned: PinnedVersion | null): string {
  return pinned?.kind === "runnable" ? `${pinned.summary.version}@${pinned.summary.definitionDigest}` : "-";
}

async function readDetail(change: PinChange, from: OpenRepository | null, to: OpenRepository): Promise<PlanDetail> {
  const [before, after] = [await read(from, change.from), await read(to, change.to)];
  const changes = before && after ? summarize(detectChanges(before.definition, after.definition)) : null;
  return { changes, checks: after?.checks ?? [], ...(after ? { hasHttpTrigger: isCalledOverHttp(after.definition) } : {}) };
}

/** Null where there is no version that can be read; the snapshot's findings say why. */
async function read(repository: OpenRepository | null, pinned: PinnedVersion | null): Promise<ProcessVersion | null> {
  if (!repository || pinned?.kind !== "runnable") return null;
  try {
    return await repository.version(pinned.summary.process, pinned.summary.version);
  } catch (error) {
    if (error instanceof PinionError && error.code === "manifest/invalid") return null;
    throw error;
  }
}
