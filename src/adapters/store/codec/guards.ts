/** Small type guards to build bigger ones from: what comes back from disk is checked before it is believed. */

export type Guard<T> = (value: unknown) => value is T;
type Fields<T> = { readonly [K in keyof T]-?: object extends Pick<T, K> ? Guard<T[K] | undefined> : Guard<T[K]> };

export const isText: Guard<string> = (value): value is string => typeof value === "string";
export const isNumber: Guard<number> = (value): value is number => typeof value === "number" && Number.isFinite(value);
export const isFlag: Guard<boolean> = (value): value is boolean => typeof value === "boolean";
export const isTrue: Guard<true> = (value): value is true => value === true;

/** One of these texts and nothing else; with the type named, a text that is missing here does not compile. */
export function oneOf<T extends string>(allowed: { readonly [K in T]: true }): Guard<T> {
  return (value): value is T => isText(value) && Object.hasOwn(allowed, value);
}

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** For a field that may be absent. */
export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function listOf<T>(guard: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(guard);
}

/** An object with at least these fields. Fields of a newer Pinion are let through. */
export function shape<T extends object>(fields: Fields<T>): Guard<T> {
  const names = Object.keys(fields);
  const guards = Object.values<Guard<unknown>>(fields);
  return (value): value is T => isRecord(value) && names.every((name, index) => guards[index]?.(value[name]) === true);
}

/** What a kind of a union has beside its kind. */
export type Body<T extends { readonly kind: string }, K extends T["kind"]> = T extends unknown
  ? K extends T["kind"]
    ? Omit<T, "kind">
    : never
  : never;

/** A union told apart by `kind`; a kind that is missing here does not compile. */
export function variants<T extends { readonly kind: string }>(kinds: {
  readonly [K in T["kind"]]: Guard<Body<T, K>>;
}): Guard<T> {
  const byKind = new Map(Object.entries<Guard<unknown>>(kinds));
  return (value): value is T => isRecord(value) && isText(value["kind"]) && byKind.get(value["kind"])?.(value) === true;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
