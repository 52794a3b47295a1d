/** The way out for requests whose flow throws: without it Node-RED leaves the caller hanging. */

import type { Definition } from "../../../domain/desired/definition.ts";
import type { FlowNode } from "./flow-nodes.ts";

/**
 * A throw that nothing in the flow catches is answered 500 with `{error, node}`; nothing where the flow catches everything itself.
 * Made of plain nodes: a function node would cost each unit a JavaScript context of its own, a quarter of a megabyte.
 */
export function errorPath(tab: string, definition: Definition): readonly FlowNode[] {
  if (catchesAll(definition)) return [];
  const id = (name: string): string => `${tab}.pinion-${name}`;
  const place = (column: number) => ({ z: tab, x: 120 + 200 * column, y: 20 });
  return [
    {
      ...place(0),
      id: id("uncaught"),
      type: "catch",
      name: "not caught by the flow",
      scope: null,
      uncaught: true,
      wires: [[id("waiting")]],
    },
    { ...place(1), id: id("waiting"), type: "switch", ...waiting, wires: [[id("answer")]] },
    { ...place(2), id: id("answer"), type: "change", name: "answer 500", rules: answer, wires: [[id("respond")]] },
    { ...place(3), id: id("respond"), type: "http response", name: "", statusCode: "500", headers: {}, wires: [] },
  ];
}

/** Only a request that nobody has answered yet goes on. */
const waiting = {
  name: "a caller waits",
  property: "res._res.headersSent",
  propertyType: "msg",
  rules: [{ t: "false" }],
  checkall: "true",
  repair: false,
  outputs: 1,
};

const answer = [
  { t: "set", p: "headers", pt: "msg", to: '{"content-type":"application/json; charset=utf-8"}', tot: "json" },
  {
    t: "set",
    p: "payload",
    pt: "msg",
    to: '{"error": error.message, "node": error.source.name ? error.source.name : $substringAfter(error.source.id, ".")}',
    tot: "jsonata",
  },
] as const;

function catchesAll({ nodes }: Definition): boolean {
  const isWhole = (scope: unknown): boolean => scope === null || scope === undefined || scope === "all";
  return nodes.some(
    (node) => node.type === "catch" && node.config["d"] !== true && node.config["z"] === undefined && isWhole(node.config["scope"]),
  );
}
