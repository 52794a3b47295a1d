/** Values from outside, checked by the validators that `npm run generate` makes of src/schemas/: what fits comes in, what does not says where and what was expected. */

/** Made of a schema. Holds what it had against the last value. */
export interface Validator<T> {
  (value: unknown): value is T;
  readonly errors?: readonly SchemaError[] | null;
}

/** As ajv gives it. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema: SchemaPart;
}

interface SchemaPart {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaPart[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
}

/** A value that is not what it must be: with the JSON pointer of the place. */
export class Mismatch extends Error {
  readonly pointer: string;
  constructor(pointer: string, problem: string) {
    super(`${pointer === "" ? "/" : pointer}: ${problem}`);
    this.name = "Mismatch";
    this.pointer = pointer;
  }
}

/** The value as what it is. `pointer`: where it stands in what came in. @throws Mismatch */
export function checked<T>(isValid: Validator<T>, value: unknown, pointer = ""): T {
  if (isValid(value)) return value;
  throw mismatchOf(isValid.errors ?? [], pointer);
}

/** Where something may be one of several, the error that got furthest in says most. */
function mismatchOf(errors: readonly SchemaError[], pointer: string): Mismatch {
  const depthOf = ({ instancePath }: SchemaError) => instancePath.split("/").length;
  const [error] = errors.toSorted((one, other) => depthOf(other) - depthOf(one));
  if (error === undefined) return new Mismatch(pointer, "does not fit");
  const at = pointer + error.instancePath;
  const { keyword, params, parentSchema } = error;
  const known = parentSchema.properties ?? {};
  if (keyword === "required") return missing(at, String(params["missingProperty"]), known);
  if (keyword === "discriminator") return missing(at, String(params["tag"]), known);
  if (keyword !== "additionalProperties") return new Mismatch(at, `expected ${nounOf(parentSchema)}`);
  return new Mismatch(at, `there is no "${String(params["additionalProperty"])}"; there are: ${Object.keys(known).join(", ")}`);
}

function missing(at: string, name: string, known: Readonly<Record<string, SchemaPart>>): Mismatch {
  const part = known[name];
  return new Mismatch(`${at}/${name}`, part === undefined ? "is missing" : `expected ${nounOf(part)}`);
}

const nouns: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  integer: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a text",
};

function nounOf(part: SchemaPart): string {
  if (part.description !== undefined) return part.description;
  const allowed = part.enum ?? (part.const === undefined ? null : [part.const]);
  if (allowed !== null) return allowed.map((one) => JSON.stringify(one)).join(" or ");
  if (part.anyOf !== undefined) return part.anyOf.map(nounOf).join(" or ");
  const types = [part.type ?? []].flat().map((type) => nouns[type] ?? type);
  return types.length === 0 ? "another value" : types.join(" or ");
}
