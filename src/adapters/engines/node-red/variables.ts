/** Variables that a flow names as `${NAME}` and does not bring itself: somebody around it must give them a value. */

import { escapeKey } from "../../../domain/json-pointer.ts";
import type { Definition, Json, JsonObject } from "../../../domain/desired/definition.ts";
import type { NamedVariable } from "../../../ports/dialect.ts";
import { engineVariables } from "./engine-variables.ts";
import { isList, isObject, nameOf } from "./flow-nodes.ts";

/** Each name once, where it is named first; null wherever the caller may pause. */
export function* namedVariables({ nodes, config }: Definition): Iterable<NamedVariable | null> {
  const known = new Set([...ownVariables(config), ...nodes.flatMap((node) => [...ownVariables(node.config)])]);
  yield* news(config, known, { pointer: "/config", who: "the definition" });
  for (const [index, node] of nodes.entries()) {
    yield null;
    yield* news(node.config, known, { pointer: `/nodes/${index}/config`, who: nameOf(node) });
  }
}

function* news(config: JsonObject, known: Set<string>, { pointer, who }: Omit<NamedVariable, "name">): Iterable<NamedVariable> {
  for (const [key, value] of Object.entries(config)) {
    if (forPeople.has(key)) continue;
    for (const named of namedIn(value, `${pointer}/${escapeKey(key)}`)) {
      if (known.has(named.name) || isGiven(named.name)) continue;
      known.add(named.name);
      yield { ...named, who };
    }
  }
}

/** Settings that are there for people. */
const forPeople = new Set(["info", "name", "label"]);

function* namedIn(value: Json, pointer: string): Iterable<Omit<NamedVariable, "who">> {
  if (typeof value === "string") {
    const name = reference.exec(value)?.[1];
    if (name !== undefined) yield { name, pointer };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) yield* namedIn(each, `${pointer}/${escapeKey(key)}`);
  }
}

/** As Node-RED reads it: the whole value, without a space in the name. */
const reference = /^\$\{([^}\s]{1,200})\}$/;

/** Of a tab, a subflow or an instance of one; what hands on the variable of the same name around it brings nothing. */
function* ownVariables({ env }: JsonObject): Iterable<string> {
  for (const entry of isList(env) ? env : []) {
    if (!isObject(entry)) continue;
    const name = String(entry["name"]);
    if (entry["value"] !== `\${${name}}`) yield name;
  }
}

/** By Node-RED, by Pinion, or to every embedded engine. */
function isGiven(name: string): boolean {
  return /^(?:NR_|PINION_|\$parent\.)/.test(name) || engineVariables.includes(name);
}
