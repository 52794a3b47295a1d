/** What the JSON Schemas of files have against a value. */

import type { ErrorObject, ValidateFunction } from "ajv";
import { validate as environment } from "../../../generated/validators/environment-file.mjs";
import { validate as pinion } from "../../../generated/validators/pinion-file.mjs";
import { validate as process } from "../../../generated/validators/process-file.mjs";
import { validate as quarantine } from "../../../generated/validators/quarantine-file.mjs";
import { validate as version } from "../../../generated/validators/version-file.mjs";

const validators = { process, version, environment, quarantine, pinion } satisfies Readonly<Record<string, ValidateFunction>>;

export type SchemaName = keyof typeof validators;

/** Empty when the value fits. */
export function schemaErrors(name: SchemaName, value: unknown): readonly ErrorObject[] {
  const validate: ValidateFunction = validators[name];
  return validate(value) ? [] : (validate.errors ?? []);
}
