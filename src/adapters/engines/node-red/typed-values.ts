/** Values of change and switch nodes that are JSON or a regular expression, and cannot be read as that: Node-RED only logs it, and the node passes no message on. */

import type { Definition, Json, JsonObject, WorkflowNode } from "../../../domain/desired/definition.ts";
import { isReference } from "../../../domain/secret-names.ts";
import type { Refusal } from "./refusal.ts";
import { isList, isObject, nameOf } from "./flow-nodes.ts";

/** What is wrong with each rule of such a node; null wherever the caller may pause. */
export function* badValues({ nodes }: Definition): Iterable<Refusal | null> {
  for (const [index, node] of nodes.entries()) {
    const faultsOf = Object.hasOwn(readers, node.type) ? readers[node.type] : undefined;
    if (faultsOf === undefined || node.config["d"] === true) continue;
    for (const rule of rulesOf(node)) {
      yield null;
      const fault = faultsOf(rule);
      if (fault !== null) yield { reason: `${nameOf(node)} ${fault}: it would pass no message on`, node: index, key: "rules" };
    }
  }
}

/** By type of node; null: nothing is wrong with the rule. */
const readers: Readonly<Record<string, (rule: JsonObject) => string | null>> = {
  change: ({ t, from, fromt, re, to, tot }) =>
    (t === "change" && (fromt === "re" || re === true) ? badPattern(from) : null) ?? (tot === "json" || tot === "bin" ? badJson(to) : null),
  switch: ({ t, v, vt }) => (t === "regex" && (vt === undefined || vt === "str") ? badPattern(v) : null),
};

function rulesOf({ config }: WorkflowNode): readonly JsonObject[] {
  const { rules } = config;
  return isList(rules) ? rules.filter((rule): rule is JsonObject => isObject(rule)) : [];
}

/** Reading more than this would hold up everything else: then Node-RED says whether it can be read. */
const longest = 64 * 1024;

function badPattern(pattern: Json | undefined): string | null {
  return whyUnreadable(pattern, "has a rule whose regular expression cannot be read", (text) => new RegExp(text));
}

/** The parser's own words quote the text, in which a secret may stand. */
function badJson(value: Json | undefined): string | null {
  const what = "has a rule whose JSON cannot be read";
  return whyUnreadable(value, what, (text) => JSON.parse(text) as unknown) === null ? null : what;
}

/** `${NAME}` as the whole value is replaced before the node reads it. */
function whyUnreadable(value: Json | undefined, what: string, read: (text: string) => unknown): string | null {
  if (typeof value !== "string" || value.length > longest || isReference(value)) return null;
  try {
    read(value);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message.slice(0, 200) : "";
    return `${what} (${why})`;
  }
}
