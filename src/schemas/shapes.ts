/** The pieces that descriptions of what comes in are made of. A `description` finishes the sentence "expected …". */

import { type Static, type TObject, type TSchema, type TUnsafe, Type } from "typebox";
import type { Digest } from "../domain/names.ts";

interface About {
  /** What is expected, as a noun: "a process id". */
  readonly description?: string;
}

/** The same for equal types, whether their fields are read-only or not; a field that may be absent is marked. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { [K in keyof T]-?: object extends Pick<T, K> ? { readonly mayBeAbsent: Plain<Exclude<T[K], undefined>> } : Plain<T[K]> }
    : T;

type IsSame<One, Other> = [Plain<One>] extends [Plain<Other>] ? ([Plain<Other>] extends [Plain<One>] ? true : false) : false;

/** For a schema of a domain type: one that describes anything else does not compile. */
export function describing<Domain>() {
  return <T extends TSchema>(schema: IsSame<Static<T>, Domain> extends true ? T : never): TUnsafe<Domain> => schema as unknown as TUnsafe<Domain>;
}

/** Names it: it is written once, and referred to by this name elsewhere. */
export function named<T extends TSchema>(name: string, schema: T): T {
  return Object.assign(schema, { $id: name });
}

export function list<T extends TSchema>(items: T, about: About = {}): TUnsafe<readonly Static<T>[]> {
  return Type.Unsafe<readonly Static<T>[]>({ type: "array", items, ...about });
}

interface Parts {
  readonly $id?: string;
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** What has no name says so in its own type, which is checked in one look; a name stands for the one thing alone. */
export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { $id: name, type, enum: texts, ...rest }: Parts = schema;
  if (name !== undefined || typeof type !== "string" || rest.const !== undefined)
    return Type.Unsafe<Static<T> | null>({ anyOf: [{ type: "null" }, schema] });
  return Type.Unsafe<Static<T> | null>({ type: [type, "null"], ...(texts && { enum: [...texts, null] }), ...rest });
}

/** One of these texts. */
export function oneOf<const T extends string>(texts: readonly T[], about: About = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ type: "string", enum: [...texts], ...about });
}

/** A union told apart by `kind`. */
export function variants<T extends TObject>(kinds: readonly T[]): TUnsafe<Static<T>> {
  const names = kinds.map((one) => (one.properties["kind"] as { readonly const: string }).const);
  return Type.Unsafe<Static<T>>({
    type: "object",
    discriminator: { propertyName: "kind" },
    required: ["kind"],
    properties: { kind: { enum: names } },
    oneOf: [...kinds],
  });
}

/** A text of this form. */
export function form(pattern: RegExp, description: string) {
  return Type.String({ pattern: pattern.source, description });
}

/** A text that is not empty. */
export const someText = Type.String({ minLength: 1, description: "a text that is not empty" });

export const percent = Type.Number({ minimum: 0, maximum: 100, description: "a number from 0 to 100" });

/** At least 0. */
export const count = Type.Number({ minimum: 0, description: "a count" });

export const digest = Type.Unsafe<Digest>({
  type: "string",
  pattern: "^sha256-[0-9a-f]{64}$",
  description: "sha256- and 64 hexadecimal digits",
});

/** An instant as ISO 8601, in UTC. */
export type IsoTime = string & { readonly form: "iso-8601" };

export const time = Type.Unsafe<IsoTime>({
  type: "string",
  format: "date-time",
  pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z$",
  description: "a time such as 2026-01-31T12:00:00.000Z",
});
