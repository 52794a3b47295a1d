/** The JSON Schemas as validators, each compiled when it is first needed: a start with a warm cache needs none. */

import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

export type SchemaName = "process" | "version" | "environment" | "quarantine" | "pinion";

export interface Schemas {
  /** What the schema has against a value; empty when it fits. */
  errors(name: SchemaName, value: unknown): readonly ErrorObject[];
}

/** Make one and hand it to all readers of a program: compiling takes some 10 ms a schema. */
export function createSchemas(): Schemas {
  const compiled = new Map<SchemaName, ValidateFunction>();
  return {
    errors(name, value) {
      const validate = compiled.get(name) ?? compile(name);
      compiled.set(name, validate);
      return validate(value) ? [] : (validate.errors ?? []);
    },
  };
}

/** How the schemas are read: nothing in them is passed over in silence. */
export const strictness = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true, strictRequired: false } as const;

/** The tests hold the schemas against the meta-schema; doing it at every start would take most of the time. */
const asTested = { validateSchema: false, meta: false } as const;

function compile(name: SchemaName): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
  const ajv = new Ajv2020({ ...strictness, ...asTested });
  formats.default(ajv, ["date-time"]);
  return ajv.compile(schema as object);
}
