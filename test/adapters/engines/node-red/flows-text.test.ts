import { describe, expect, it } from "vitest";
import { parseFlowsText, writeFlowsText } from "../../../../src/adapters/engines/node-red/flows-text.ts";

const node = (index: number) => ({
  id: `n${index}`,
  type: "function",
  func: `return "}]" + '\\\\"' + {${"x".repeat(index % 90)}};\\`,
  wires: [[`n${index + 1}`], []],
  deep: { list: [{ a: "[{" }] },
});
const nodes = Array.from({ length: 3000 }, (_, index) => node(index));

describe("long flows", () => {
  it.each([
    { order: "flows first", text: JSON.stringify({ flows: nodes, rev: "a{", credentials: { a: [{ b: 1 }] } }) },
    { order: "flows last", text: JSON.stringify({ rev: "a{", credentials: { a: [] }, flows: nodes }) },
    { order: "with white space", text: JSON.stringify({ rev: "a{", flows: nodes }, null, 2) },
    { order: "one node", text: JSON.stringify({ rev: "a{", flows: [{ ...node(1), text: "x".repeat(100_000) }] }) },
    { order: "no node", text: JSON.stringify({ rev: "x".repeat(100_000), flows: [] }) },
    { order: "short", text: JSON.stringify({ rev: "a{", flows: [node(1)] }) },
  ])("are read as JSON.parse reads them: $order", async ({ text }) => {
    expect(await parseFlowsText(text)).toEqual(JSON.parse(text));
  });

  it.each([
    { what: "an end in the middle", text: JSON.stringify({ flows: nodes }).slice(0, -300) },
    { what: "a comma too many", text: JSON.stringify({ flows: nodes }).replaceAll('},{"id"', '},,{"id"') },
    { what: "a list that is not in the flows", text: JSON.stringify({ others: nodes }) },
    { what: "two lists of nodes", text: JSON.stringify({ flows: nodes, others: nodes }) },
    { what: "one node that is too long", text: JSON.stringify({ flows: [{ id: "a", text: "x".repeat(3_000_000) }] }) },
    { what: "entries that are no nodes", text: JSON.stringify({ flows: Array.from({ length: 1_000_000 }, () => []) }) },
  ])("are refused: $what", async ({ text }) => {
    await expect(parseFlowsText(text)).rejects.toThrow(Error);
  });

  it("are written as they are read", async () => {
    expect(await parseFlowsText(await writeFlowsText("1", nodes))).toEqual({ rev: "1", flows: nodes });
  });
});
