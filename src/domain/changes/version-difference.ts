/** What differs between two versions beside their definitions: what they need, and how they are checked. Plain JSON. */

import type { Json } from "../desired/definition.ts";
import { isSameJson } from "./json-difference.ts";
import type { Check, Dependency, ProcessVersion } from "../desired/version.ts";

export interface NamedChange {
  readonly kind: "added" | "removed" | "changed";
  readonly name: string;
  /** What it was and is, in one line; "" when the name says it all. */
  readonly detail: string;
}

export interface VersionDifference {
  readonly dependencies: readonly NamedChange[];
  readonly checks: readonly NamedChange[];
}

/** Dependencies and checks are the same when they have the same name. */
export function differencesOfVersions(from: ProcessVersion, to: ProcessVersion): VersionDifference {
  return {
    dependencies: compareNamed(named(from.dependencies, nameOf), named(to.dependencies, nameOf), describeNeed),
    checks: compareNamed(
      named(from.checks, ({ name }) => name),
      named(to.checks, ({ name }) => name),
      describeCheck,
    ),
  };
}

function named<T>(items: readonly T[], name: (item: T) => string): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [name(item), item]));
}

function nameOf({ type, name }: Dependency): string {
  return `${type} ${name}`;
}

function compareNamed<T>(from: ReadonlyMap<string, T>, to: ReadonlyMap<string, T>, describe: (item: T) => string): readonly NamedChange[] {
  const removed = [...from]
    .filter(([name]) => !to.has(name))
    .map(([name, item]): NamedChange => ({ kind: "removed", name, detail: describe(item) }));
  const others = [...to].flatMap(([name, item]): readonly NamedChange[] => {
    const old = from.get(name);
    if (old === undefined) return [{ kind: "added", name, detail: describe(item) }];
    return isSame(old, item) ? [] : [{ kind: "changed", name, detail: describeChange(describe(old), describe(item)) }];
  });
  return [...others, ...removed];
}

function isSame(one: unknown, other: unknown): boolean {
  return isSameJson(plain(one), plain(other));
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function describeChange(from: string, to: string): string {
  return from === to ? to : `${from} → ${to}`;
}

function describeNeed({ version, required }: Dependency): string {
  return required ? version : `${version}, optional`;
}

function describeCheck({ request, expect }: Check): string {
  return `${request.method} ${request.path} → ${expect.status}`;
}
