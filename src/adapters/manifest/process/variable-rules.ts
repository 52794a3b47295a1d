/** Variables that a version names and does not bring: each environment that pins it must give them a value. */

import type { Definition } from "../../../domain/desired/definition.ts";
import type { EnvironmentSpec } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { Slices } from "../../../domain/slices.ts";
import type { EnvironmentName, Version } from "../../../domain/names.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import type { Locate } from "./definition-rules.ts";
import { finding, shortened } from "../document/findings.ts";
import { maxFindings } from "../document/limits.ts";

/** A variable that a version names, and where. */
export interface PlacedVariable {
  readonly name: string;
  /** The node that names it, for people. */
  readonly who: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Nodes looked at without a pause. */
const nodesAtOnce = 200;

/** The first of them: more are not worth a finding. */
export function* variablesOf(definition: Definition, dialect: Dialect | null, locate: Locate): Slices<readonly PlacedVariable[]> {
  const found: PlacedVariable[] = [];
  let count = 0;
  for (const named of dialect?.variables(definition) ?? []) {
    count += 1;
    if (count % nodesAtOnce === 0) yield;
    if (named === null) continue;
    const { file, line, column } = locate(named.pointer);
    found.push({ name: named.name, who: named.who, file, line, column });
    if (found.length >= maxFindings) break;
  }
  return found;
}

/** Those that an environment gives no value. */
export function variableFindings(
  variables: readonly PlacedVariable[],
  { name: environment, spec }: { readonly name: EnvironmentName; readonly spec: EnvironmentSpec | null },
  version: Version,
): readonly Finding[] {
  if (spec === null || variables.length === 0) return none;
  const missing = variables.filter(({ name }) => !Object.hasOwn(spec.variables, name) && !Object.hasOwn(spec.secrets, name));
  return missing.map(({ name, who, file, line, column }) => {
    const named = shortened(name);
    const message = `${who} names \${${named}}, and ${named} has no value in ${environment}, which pins ${version}: the engine would use this text itself`;
    const hint = `Give ${named} under \`secrets:\` or \`variables:\` in environments/${environment}/environment.yaml, or define it in the flow.`;
    return finding({ file, line, column, pointer: "" }, "node/unknown-variable", message, hint);
  });
}

const none: readonly Finding[] = [];
