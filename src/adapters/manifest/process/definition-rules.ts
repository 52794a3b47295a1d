/** What must hold in a definition beyond its shape: names of a bearable length, node ids once, and references to nodes that exist. */

import { escapeKey } from "../../../domain/json-pointer.ts";
import { canonicalConnection } from "../../../domain/desired/canonical.ts";
import type { Definition, WorkflowNode } from "../../../domain/desired/definition.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { Dialect, NodeFault } from "../../../ports/dialect.ts";
import { asWarning, finding, type FindingCode, type Place, shortened } from "../document/findings.ts";
import { maxConnections, maxFindings, maxName, maxNodes } from "../document/limits.ts";
import type { Slices } from "../../../domain/slices.ts";
import { nearest } from "../document/suggest.ts";

/** Where the part of a definition at a pointer, such as `/nodes/3/id`, stands in its file. */
export type Locate = (pointer: string) => Place;

/** Nodes and connections looked at without a pause. */
const itemsAtOnce = 200;
/** Findings of one definition that get a "did you mean". */
const maxSuggestions = 10;

/** Everything that is wrong with a definition of the right shape. `dialect`: of the engine that it is for, when that is known. */
export function* definitionFindings(definition: Definition, locate: Locate, dialect: Dialect | null = null): Slices<readonly Finding[]> {
  if (definition.nodes.length > maxNodes) {
    return [finding(locate("/nodes"), "limit/nodes", `the definition has ${definition.nodes.length} nodes; ${maxNodes} are allowed`)];
  }
  const { length } = definition.connections;
  if (length > maxConnections)
    return [finding(locate("/connections"), "limit/nodes", `the definition has ${length} connections; ${maxConnections} are allowed`)];
  const rules = new Rules(definition, locate);
  yield* rules.checkNodes();
  yield* rules.checkConnections();
  if (dialect !== null) yield* rules.checkFaults(dialect);
  return rules.findings;
}

class Rules {
  readonly findings: Finding[] = [];
  readonly #definition: Definition;
  readonly #locate: Locate;
  readonly #ids = new Set<string>();
  #suggestions = 0;

  constructor(definition: Definition, locate: Locate) {
    this.#definition = definition;
    this.#locate = locate;
  }

  *checkNodes(): Slices<void> {
    for (const [index, node] of this.#definition.nodes.entries()) {
      if (index % itemsAtOnce === 0) yield;
      if (this.#isFull()) return;
      this.#checkNode(node, `/nodes/${index}`);
    }
  }

  #checkNode(node: WorkflowNode, pointer: string): void {
    for (const part of ["id", "type"] as const) {
      if (node[part].length <= maxName) continue;
      this.#say(
        `${pointer}/${part}`,
        "limit/name",
        `the ${part} of a node has ${node[part].length} characters; at most ${maxName} are allowed`,
      );
    }
    if (this.#ids.has(node.id)) this.#say(`${pointer}/id`, "node/duplicate-id", `the node id "${shortened(node.id)}" is there twice`);
    this.#ids.add(node.id);
  }

  *checkConnections(): Slices<void> {
    const seen = new Set<string>();
    for (const [index, connection] of this.#definition.connections.entries()) {
      if (index % itemsAtOnce === 0) yield;
      if (this.#isFull()) return;
      const key = canonicalConnection(connection);
      if (seen.has(key)) this.#say(`/connections/${index}`, "connection/duplicate", "the same connection is there twice");
      seen.add(key);
      for (const end of ["from", "to"] as const) this.#checkEnd(connection[end].node, end, `/connections/${index}/${end}/node`);
    }
  }

  #checkEnd(node: string, end: "from" | "to", pointer: string): void {
    if (this.#ids.has(node) || this.#isFull()) return;
    const message = `the connection goes ${end} a node "${shortened(node)}" that does not exist`;
    this.#say(pointer, "connection/unknown-node", message, this.#nearest(node));
  }

  /** What only the engine's dialect knows: which settings name other nodes, and the like. */
  *checkFaults(dialect: Dialect): Slices<void> {
    let count = 0;
    for (const fault of dialect.faults(this.#definition)) {
      count += 1;
      if (count % itemsAtOnce === 0) yield;
      if (fault !== null) this.#sayFault(fault);
      if (this.#isFull()) return;
    }
  }

  #sayFault({ node, key, kind, severity, message, wanted, hint }: NodeFault): void {
    const inside = key === null ? "" : `/config/${escapeKey(key)}`;
    const place = this.#locate(node === null ? inside : `/nodes/${node}${inside}`);
    const said = finding(place, codes[kind], message, hint ?? (wanted === undefined ? undefined : this.#nearest(wanted)));
    this.findings.push(severity === "warning" ? asWarning(said) : said);
  }

  #nearest(word: string): string | undefined {
    if (this.#suggestions >= maxSuggestions) return undefined;
    this.#suggestions += 1;
    const near = nearest(word, this.#ids);
    return near === null ? undefined : `Did you mean ${near}?`;
  }

  #isFull(): boolean {
    return this.findings.length >= maxFindings;
  }

  #say(pointer: string, code: FindingCode, message: string, hint?: string): void {
    if (!this.#isFull()) this.findings.push(finding(this.#locate(pointer), code, message, hint));
  }
}

const codes: Readonly<Record<NodeFault["kind"], FindingCode>> = {
  "unknown-node": "node/unknown-reference",
  "unknown-type": "node/unknown-type",
  "plain-secret": "node/plain-secret",
  "no-credentials": "node/no-credentials",
  refused: "definition/refused",
};
