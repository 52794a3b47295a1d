/** How the validators of the JSON Schemas of files are made. */

import { Ajv2020, type Options } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** Of validators that pass nothing in their schemas over in silence. */
export function createCompiler(options: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true, strictRequired: false, ...options });
  formats.default(ajv, ["date-time"]);
  return ajv;
}
