/** Reads the sections of an environment.yaml in few words. */

import {
  noDefaults,
  type ParsedEnvironment,
  parseEnvironmentFile,
} from "../../../../src/adapters/manifest/environment/environment-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { EnvironmentDefaults } from "../../../../src/domain/config/config.ts";
import type { EnvironmentSpec } from "../../../../src/domain/desired/environment.ts";

/** The file that has these lines beside name and type. */
export function parse(lines: string, defaults: EnvironmentDefaults = noDefaults): ParsedEnvironment {
  const text = `name: live\ntype: production\n${lines}\n`;
  return atOnce(parseEnvironmentFile(Buffer.from(text), { environment: "live", file: "environment.yaml", defaults, permits: null }));
}

/** Its meaning. @throws Error with what is wrong with it. */
export function specOf(lines: string, defaults: EnvironmentDefaults = noDefaults): EnvironmentSpec {
  const { spec, findings } = parse(lines, defaults);
  if (!spec) throw new Error(findings.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`).join("\n"));
  return spec;
}

/** `code pointer` of everything that is wrong. */
export function refusals(lines: string): readonly string[] {
  return parse(lines).findings.map(({ code, pointer }) => `${code} ${pointer}`);
}
