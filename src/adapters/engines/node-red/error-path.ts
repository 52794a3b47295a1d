/** The way out for requests whose flow throws: without it Node-RED leaves the caller hanging. */

import type { Definition } from "../../../domain/definition.ts";
import type { FlowNode } from "./flow-nodes.ts";

/** A throw that nothing in the flow catches is answered 500 with `{error, node}`; nothing where the flow catches everything itself. */
export function errorPath(tab: string, definition: Definition): readonly FlowNode[] {
  if (catchesAll(definition)) return [];
  const [caught, answer, respond] = ["uncaught", "answer", "respond"].map((name) => `${tab}.pinion-${name}`) as [string, string, string];
  const place = { z: tab, y: 20 };
  return [
    { id: caught, type: "catch", ...place, x: 120, name: "not caught by the flow", scope: null, uncaught: true, wires: [[answer]] },
    {
      id: answer,
      type: "function",
      ...place,
      x: 340,
      name: "answer 500",
      func: answerFunction,
      outputs: 1,
      timeout: 0,
      noerr: 0,
      initialize: "",
      finalize: "",
      libs: [],
      wires: [[respond]],
    },
    { id: respond, type: "http response", ...place, x: 540, name: "", statusCode: "", headers: {}, wires: [] },
  ];
}

const answerFunction = `if (!msg.res || msg.res._res.headersSent) return null;
const source = msg.error.source;
msg.statusCode = 500;
msg.headers = { "content-type": "application/json; charset=utf-8" };
msg.payload = { error: msg.error.message, node: source.name || source.id.slice(source.id.indexOf(".") + 1) };
return msg;`;

function catchesAll({ nodes }: Definition): boolean {
  const isWhole = (scope: unknown): boolean => scope === null || scope === undefined || scope === "all";
  return nodes.some(
    (node) => node.type === "catch" && node.config["d"] !== true && node.config["z"] === undefined && isWhole(node.config["scope"]),
  );
}
