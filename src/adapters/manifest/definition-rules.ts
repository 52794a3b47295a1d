/** What must hold in a definition beyond its shape: node ids once, and connections between nodes that exist, each once. */

import { canonicalConnection } from "../../domain/canonical.ts";
import type { Definition } from "../../domain/definition.ts";
import type { Finding } from "../../domain/finding.ts";
import { finding, type FindingCode, type Place } from "./findings.ts";
import { maxFindings, maxNodes } from "./limits.ts";
import { nearest } from "./suggest.ts";

/** Where the part of a definition at a pointer, such as `/nodes/3/id`, stands in its file. */
export type Locate = (pointer: string) => Place;

/** Everything that is wrong with a definition of the right shape. */
export function definitionFindings(definition: Definition, locate: Locate): readonly Finding[] {
  if (definition.nodes.length > maxNodes) {
    return [finding(locate("/nodes"), "limit/nodes", `the definition has ${definition.nodes.length} nodes; ${maxNodes} are allowed`)];
  }
  const ids = new Set<string>();
  const findings: Finding[] = [];
  const say = (pointer: string, code: FindingCode, message: string, hint?: string): void => {
    if (findings.length < maxFindings) findings.push(finding(locate(pointer), code, message, hint));
  };
  for (const [index, { id }] of definition.nodes.entries()) {
    if (ids.has(id)) say(`/nodes/${index}/id`, "node/duplicate-id", `the node id "${id}" is there twice`);
    ids.add(id);
  }
  checkConnections(definition, ids, say);
  return findings;
}

type Say = (pointer: string, code: FindingCode, message: string, hint?: string) => void;

function checkConnections(definition: Definition, ids: ReadonlySet<string>, say: Say): void {
  const seen = new Set<string>();
  for (const [index, connection] of definition.connections.entries()) {
    const key = canonicalConnection(connection);
    if (seen.has(key)) say(`/connections/${index}`, "connection/duplicate", `the same connection is there twice`);
    seen.add(key);
    for (const end of ["from", "to"] as const) {
      const { node } = connection[end];
      if (ids.has(node)) continue;
      const near = ids.size <= 1000 ? nearest(node, ids) : null;
      const hint = near === null ? undefined : `Did you mean ${near}?`;
      say(
        `/connections/${index}/${end}/node`,
        "connection/unknown-node",
        `the connection goes ${end} a node "${node}" that does not exist`,
        hint,
      );
    }
  }
}
