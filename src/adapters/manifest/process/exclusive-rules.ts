/** What only one running copy of a version can have, where an environment runs two of them beside each other. */

import type { Definition } from "../../../domain/desired/definition.ts";
import { type EnvironmentSpec, strategyFor } from "../../../domain/desired/environment.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { Slices } from "../../../domain/slices.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import { traitsOf } from "../../../domain/strategies/traits.ts";
import type { Dialect } from "../../../ports/dialect.ts";
import type { Locate } from "./definition-rules.ts";
import { finding } from "../document/findings.ts";
import { maxFindings } from "../document/limits.ts";

/** Something that only one copy can have, and where it is said. */
export interface PlacedExclusive {
  readonly what: string;
  /** The node that has it, for people. */
  readonly who: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Nodes looked at without a pause. */
const nodesAtOnce = 1_000;

/** The first of them: more are not worth a finding. */
export function* exclusivesIn(definition: Definition, dialect: Dialect | null, locate: Locate): Slices<readonly PlacedExclusive[]> {
  const found: PlacedExclusive[] = [];
  let count = 0;
  for (const one of dialect?.exclusives(definition) ?? []) {
    count += 1;
    if (count % nodesAtOnce === 0) yield;
    if (one === null) continue;
    const { file, line, column } = locate(one.pointer);
    found.push({ what: one.what, who: one.who, file, line, column });
    if (found.length >= maxFindings) break;
  }
  return found;
}

/** Those that two versions would have at once, by the strategy that an environment has for the process. */
export function exclusiveFindings(
  exclusives: readonly PlacedExclusive[],
  { name: environment, spec }: { readonly name: EnvironmentName; readonly spec: EnvironmentSpec | null },
  process: ProcessId,
): readonly Finding[] {
  if (spec === null || exclusives.length === 0) return none;
  const strategy = strategyFor(spec, process);
  if (traitsOf(strategy).takesOldOutFirst) return none;
  return exclusives.map(({ what, who, file, line, column }) => {
    const message = `${who} has ${what}, which only one copy can have; ${strategy.kind} runs two versions of ${process} beside each other in ${environment}: they take it from each other, or the new one does not get it`;
    const hint = `Give ${process} the strategy \`recreate\` in environments/${environment}/environment.yaml and one engine instance, or leave the setting empty where the node can do without.`;
    return finding({ file, line, column, pointer: "" }, "node/exclusive-resource", message, hint);
  });
}

const none: readonly Finding[] = [];
