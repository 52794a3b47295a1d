/** Cuts what was read into parts that are small enough to be taken between other work: of a snapshot only what differs from the one before. */

import type { EnvironmentSnapshot, PinnedVersion, Snapshot } from "../../../domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../../domain/desired/version.ts";
import type { ProcessId } from "../../../domain/names.ts";
import { differingKeys } from "../../../domain/sharded-map.ts";
import type { ChangedPin, EnvironmentHead, Part } from "./messages.ts";

/** Things in one part: pins with their findings, dependencies and endpoints, or nodes by their length. */
const mostWeight = 1_000;
const mostCharacters = 256 * 1024;

const noPins: ReadonlyMap<ProcessId, PinnedVersion> = new Map();

/** The last part is the snapshot itself. `before`: what the other side has; null: nothing. */
export function* snapshotParts(before: Snapshot | null, after: Snapshot, published: string | null): Generator<Part> {
  const heads: (readonly [string, EnvironmentHead | null])[] = [];
  for (const [name, environment] of after.environments) {
    const known = before?.environments.get(name);
    if (known !== environment) yield* pinParts(environment, known?.pins ?? noPins);
    heads.push([name, known === environment ? null : headOf(environment)]);
  }
  yield { kind: "snapshot", isWhole: before === null, findings: after.findings, environments: heads, published };
}

/** An environment, whole. */
export function* environmentParts(environment: EnvironmentSnapshot | null): Generator<Part> {
  if (environment) yield* pinParts(environment, noPins);
  yield { kind: "environment", head: environment && headOf(environment) };
}

export function* versionParts(version: ProcessVersion): Generator<Part> {
  const { nodes, connections, ...definition } = version.definition;
  for (const some of cut(nodes, mostCharacters, lengthOf)) yield { kind: "nodes", nodes: some };
  for (const some of cut(connections, mostCharacters, lengthOf)) yield { kind: "connections", connections: some };
  yield { kind: "version", version: { ...version, definition: { ...definition, nodes: [], connections: [] } } };
}

function headOf({ pins: _, ...head }: EnvironmentSnapshot): EnvironmentHead {
  return head;
}

function* pinParts({ name, pins }: EnvironmentSnapshot, before: ReadonlyMap<ProcessId, PinnedVersion>): Generator<Part> {
  const changed = differingKeys(before, pins).map((process): ChangedPin => [process, pins.get(process)]);
  for (const some of cut(changed, mostWeight, weightOf)) yield { kind: "pins", environment: name, pins: some };
}

function weightOf([, pinned]: ChangedPin): number {
  if (!pinned) return 1;
  if (pinned.kind === "broken") return 1 + pinned.findings.length;
  return 1 + pinned.summary.dependencies.length + pinned.summary.endpoints.length;
}

function lengthOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function* cut<T>(items: readonly T[], most: number, of: (item: T) => number): Generator<readonly T[]> {
  let some: T[] = [];
  let sum = 0;
  for (const item of items) {
    some.push(item);
    sum += of(item);
    if (sum < most) continue;
    yield some;
    [some, sum] = [[], 0];
  }
  if (some.length > 0) yield some;
}
