/** Subflows as Node-RED unfolds them: one that contains itself, or that grows beyond all bounds, would take the whole engine with it. */

import type { Definition, WorkflowNode } from "../../../domain/desired/definition.ts";
import { short, subflowPrefix } from "./flow-nodes.ts";

/** Nodes that a definition may have once each instance of a subflow is nodes of its own. */
export const mostUnfolded = 20_000;

export interface SubflowFault {
  /** Index in the definition's list. */
  readonly node: number;
  readonly reason: string;
}

/** Of the first node that has one; null: Node-RED can unfold them all. */
export function unboundedSubflow({ nodes }: Definition): SubflowFault | null {
  const templates = templatesOf(nodes);
  const sizes = new Map<string, number>();
  let total = 0;
  for (const [index, node] of nodes.entries()) {
    const template = templateOf(node);
    if (template === null || !templates.has(template) || templates.has(String(node.config["z"]))) continue;
    const circle = measure(template, templates, sizes);
    if (circle !== null) return { node: templates.get(circle)?.index ?? index, reason: circleReason(circle) };
    total += sizes.get(template) ?? 0;
    if (total > mostUnfolded) return { node: index, reason: tooLargeReason(node) };
  }
  return null;
}

/** Connections between the canvas and the inside of a subflow, or between two subflows: Node-RED sends nothing there. */
export function* crossings({ nodes, connections }: Definition): Iterable<SubflowFault> {
  const templates = new Set(nodes.flatMap(({ id, type }) => (type === "subflow" ? [id] : [])));
  if (templates.size === 0) return;
  const places = new Map<string, { readonly index: number; readonly inside: string }>();
  for (const [index, { id, config }] of nodes.entries()) {
    const z = String(config["z"]);
    places.set(id, { index, inside: templates.has(z) ? z : "" });
  }
  for (const { from, to } of connections) {
    const [start, end] = [places.get(from.node), places.get(to.node)];
    if (start === undefined || end === undefined || start.inside === end.inside) continue;
    const reason = `the connection from "${short(from.node)}" to "${short(to.node)}" crosses the border of a subflow: Node-RED sends nothing over it`;
    yield { node: start.index, reason };
  }
}

function circleReason(template: string): string {
  return `the subflow "${short(template)}" contains itself: Node-RED would unfold it for ever, and take all flows of the engine with it`;
}

function tooLargeReason({ id }: WorkflowNode): string {
  return `with node "${short(id)}" the subflows expand to more than ${mostUnfolded} nodes: each instance has its own nodes, also those of subflows inside subflows`;
}

interface Template {
  /** Of the template in the definition's list. */
  readonly index: number;
  /** Nodes that are no instances. */
  readonly own: number;
  /** Templates of the instances inside, each as often as it is there. */
  readonly inner: readonly string[];
}

function templatesOf(nodes: readonly WorkflowNode[]): ReadonlyMap<string, Template> {
  const templates = new Map<string, { index: number; own: number; inner: string[] }>();
  for (const [index, { id, type }] of nodes.entries()) if (type === "subflow") templates.set(id, { index, own: 0, inner: [] });
  for (const node of nodes) {
    const around = templates.get(String(node.config["z"]));
    const template = templateOf(node);
    if (around === undefined) continue;
    if (template === null) around.own += 1;
    else around.inner.push(template);
  }
  return templates;
}

/** The template of an instance that runs; else null. */
function templateOf({ type, config }: WorkflowNode): string | null {
  return type.startsWith(subflowPrefix) && config["d"] !== true ? type.slice(subflowPrefix.length) : null;
}

/** Fills in how many nodes a template unfolds to; without recursion, since templates may be nested deeply. Gives one that contains itself, or null. */
function measure(start: string, templates: ReadonlyMap<string, Template>, sizes: Map<string, number>): string | null {
  const open = new Set([start]);
  const stack = sizes.has(start) ? [] : [{ template: start, next: 0 }];
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    const { own, inner } = templates.get(at.template) ?? { own: 0, inner: [] };
    const each = inner[at.next];
    at.next += 1;
    if (each === undefined) {
      const whole = inner.reduce((sum, one) => sum + 1 + (sizes.get(one) ?? 0), own);
      // Bounded, so that no sum of them is more than a number can hold.
      sizes.set(at.template, Math.min(mostUnfolded + 1, whole));
      open.delete(at.template);
      stack.pop();
    } else if (open.has(each)) {
      return each;
    } else if (!sizes.has(each)) {
      open.add(each);
      stack.push({ template: each, next: 0 });
    }
  }
  return null;
}
