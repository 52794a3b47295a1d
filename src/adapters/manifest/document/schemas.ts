/** The JSON Schemas as validators, each compiled when it is first needed: a start with a warm cache needs none. */

import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from "ajv/dist/2020.js";
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

function compile(name: SchemaName): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
  // The tests hold the schemas against the meta-schema; doing it at every start would take most of the time.
  return compileSchema(schema as object, { validateSchema: false, meta: false });
}

/** A validator that passes nothing in its schema over in silence. */
export function compileSchema(schema: object, options: Options = {}): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, strictRequired: false, ...options });
  formats.default(ajv, ["date-time"]);
  return ajv.compile(schema);
}
