/** Which instances carry which version while a rolling deployment goes from one to the next, and how the traffic is shared then. */

import type { Action, Weight } from "../journal/actions.ts";
import type { RollingSpec } from "../desired/environment.ts";
import type { UnitRef } from "../names.ts";
import type { InstanceView, Rollout, RolloutView } from "../journal/rollout.ts";
import { is } from "./steps.ts";

/** Where a rolling deployment is: `moved` have the new version, `batch` is being worked on. */
export interface BatchPosition {
  readonly moved: readonly string[];
  readonly batch: readonly string[];
}

export interface Rotation {
  /** Instances on which the new version gets its share. */
  readonly candidateOn: readonly string[];
  readonly stableOn: readonly string[];
  /** Whether the batch is out of rotation; it stays in while there is no other instance, or too many are down already. */
  readonly isBatchOut: boolean;
  /** Others than the batch that are in rotation. */
  readonly others: number;
}

/** How the rotation should be, with the instances as they are. */
export function rotationFor({ moved, batch }: BatchPosition, instances: readonly InstanceView[], spec: RollingSpec): Rotation {
  const up = instances.filter((each) => each.isUp);
  const candidateOn = idsOf(up.filter((each) => moved.includes(each.id) && each.candidateReady));
  const stableOn = idsOf(up.filter((each) => !moved.includes(each.id) && each.stableReady));
  const rest = without(stableOn, batch);
  const others = rest.length + candidateOn.length;
  // Who lacks the version that it should serve is out as well, whether it is down or has just come back without it.
  const isBatchOut = batch.length > 0 && others > 0 && instances.length - others <= spec.maxUnavailable;
  return { candidateOn, stableOn: isBatchOut ? rest : stableOn, isBatchOut, others };
}

/** Whether the traffic is shared so already. */
export function isRotated(rotation: Rotation, instances: readonly InstanceView[], view: RolloutView): boolean {
  const weight = candidateWeight(rotation);
  const wanted = new Set([...rotation.candidateOn, ...rotation.stableOn]);
  const isShared = is(view.candidateWeight, weight) && is(view.stableWeight, 100 - weight);
  return isShared && instances.every((each) => each.inRotation === wanted.has(each.id));
}

/** Empty if no instance can be given traffic: then the route is not changed, so that no traffic goes to an instance that does not answer. */
export function rotate({ process }: Rollout, { stable, candidate }: Versions, rotation: Rotation): readonly Action[] {
  const weight = candidateWeight(rotation);
  const weights: readonly Weight[] = [
    { unit: stable, weight: 100 - weight, on: rotation.stableOn },
    { unit: candidate, weight, on: rotation.candidateOn },
  ].filter((each) => each.on.length > 0);
  return weights.length > 0 ? [{ kind: "ensure-weights", process, weights }] : [];
}

export interface Versions {
  readonly stable: UnitRef;
  readonly candidate: UnitRef;
}

export function countDown(instances: readonly InstanceView[]): number {
  return instances.filter((each) => !each.isUp).length;
}

export function idsOf(instances: readonly InstanceView[]): readonly string[] {
  return instances.map((each) => each.id);
}

export function without(ids: readonly string[], others: readonly string[]): readonly string[] {
  return ids.filter((id) => !others.includes(id));
}

/** In proportion to the instances; a version that is in rotation gets at least one percent. */
export function candidateWeight({ candidateOn, stableOn }: Rotation): number {
  if (candidateOn.length === 0) return 0;
  if (stableOn.length === 0) return 100;
  const share = Math.round((100 * candidateOn.length) / (candidateOn.length + stableOn.length));
  return Math.min(99, Math.max(1, share));
}
