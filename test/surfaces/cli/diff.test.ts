/** `pinion diff`: exit codes, lines for people, JSON that takes the one version to the other. */

import { describe, expect, it } from "vitest";
import { applyChanges } from "../../../src/domain/changes/apply.ts";
import { detectChanges } from "../../../src/domain/changes/detect.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import type { ProcessVersion } from "../../../src/domain/desired/version.ts";
import type { WorkflowChanges } from "../../../src/domain/changes/changes.ts";
import type { VersionFile } from "../../../src/surfaces/cli/terminal/world.ts";
import { check } from "../../domain/plan/snapshots.ts";
import { pinion } from "./fake-world.ts";

const base: Definition = {
  nodes: [
    { id: "receive", type: "http in", config: { url: "/orders" }, position: { x: 1, y: 1 } },
    { id: "answer", type: "http response", config: {}, position: { x: 2, y: 1 } },
  ],
  connections: [{ from: { node: "receive", port: 0 }, to: { node: "answer", port: 0 } }],
  config: {},
};
const breaking: Definition = { ...base, nodes: base.nodes.slice(0, 1), connections: [] };
const moved: Definition = { ...base, nodes: base.nodes.map((node) => ({ ...node, position: { x: 9, y: 9 } })) };

function version(number: string, definition: Definition, parts: Partial<ProcessVersion> = {}): VersionFile {
  const metadata = { title: "Orders", description: "New words.", author: "team-orders", changelog: [], tags: ["t"] };
  const content = { metadata, dependencies: [], checks: [], definition, definitionDigest: "sha256-0" as const, ...parts };
  return { kind: "version", version: { process: "orders", version: number, ...content } };
}

async function diff(a: VersionFile, b: VersionFile, ...argv: readonly string[]) {
  const asked: string[] = [];
  const outcome = await pinion(["diff", "old/a.yaml", "/b.yaml", ...argv], {
    readVersionFile(file) {
      asked.push(file);
      return Promise.resolve(file === "/b.yaml" ? b : a);
    },
  });
  return { ...outcome, asked };
}

describe("pinion diff", () => {
  it("says that nothing differs", async () => {
    const { code, stdout, asked } = await diff(version("1.0.0", base), version("1.1.0", { ...base, nodes: base.nodes.toReversed() }));
    expect(asked).toEqual(["/work-place/old/a.yaml", "/b.yaml"]);
    expect(code).toBe(0);
    expect(stdout).toBe("from  orders 1.0.0  (old/a.yaml)\nto    orders 1.1.0  (/b.yaml)\n\nno differences\n");
  });

  it("lists what differs, and warns when a minor step breaks", async () => {
    const { code, stdout } = await diff(version("1.0.0", base), version("1.1.0", breaking));
    expect(code).toBe(1);
    expect(stdout.split("\n").slice(3)).toEqual([
      "- node answer (breaking)",
      "- connection receive:0 -> answer:0 (breaking)",
      "",
      "impact: breaking, a minor step: callers expect a major one",
      "",
    ]);
  });

  it.each([
    ["1.0.0", "2.0.0", breaking, "impact: breaking, a major step"],
    ["1.0.0", "1.0.1", moved, "impact: compatible, a patch step"],
    ["1.0.0", "1.0.0", moved, "impact: compatible, under the same version"],
  ])("%s → %s ends with its impact", async (from, to, definition, end) => {
    expect((await diff(version(from, base), version(to, definition))).stdout.trimEnd().split("\n").at(-1)).toBe(end);
  });

  it("shows the lines of a function that changed", async () => {
    const withFunction = (func: string): Definition => ({
      ...base,
      nodes: [...base.nodes, { id: "price", type: "function", config: { func } }],
    });
    const [before, after] = ["const a = 1;\nreturn msg;\n", "const a = 2;\nreturn msg;\n"].map(withFunction);
    if (!before || !after) throw new Error("two were made");
    const { stdout } = await diff(version("1.0.0", before), version("1.0.1", after));
    expect(stdout.split("\n").slice(3, 8)).toEqual([
      "~ node price: config.func changed (compatible)",
      "    @@ line 1",
      "    - const a = 1;",
      "    + const a = 2;",
      "      return msg;",
    ]);
    const json = JSON.parse((await diff(version("1.0.0", before), version("1.0.1", after), "--format", "json")).stdout) as object;
    expect(json).toMatchObject({
      texts: [{ name: "config.func", lines: ["@@ line 1", "- const a = 1;", "+ const a = 2;", "  return msg;"] }],
    });
  });

  it("compares what they need and how they are checked", async () => {
    const need = (range: string, name = "b") => ({ type: "workflow", name, version: range, required: true }) as const;
    const { code, stdout } = await diff(
      version("1.0.0", base, { dependencies: [need("^1.0.0"), need("*", "gone")], checks: [check("stays"), check("goes")] }),
      version("1.0.1", base, { dependencies: [need("^2.0.0"), need("*", "new")], checks: [check("comes"), check("stays", "POST")] }),
    );
    expect(code).toBe(1);
    expect(stdout.split("\n").slice(3)).toEqual([
      "~ needs workflow b: ^1.0.0 → ^2.0.0",
      "+ needs workflow new: *",
      "- needs workflow gone: *",
      "+ check comes: GET / → 200",
      "~ check stays: GET / → 200 → POST / → 200",
      "- check goes: GET / → 200",
      "",
      "the definition is the same",
      "",
    ]);
  });

  it.each([
    ["checks", { checks: [check("a")] }],
    ["dependencies", { dependencies: [{ type: "node", name: "x", version: "*", required: false }] as const }],
  ])("finds %s alone worth exit code 1", async (_what, parts) => {
    expect((await diff(version("1.0.0", base), version("1.0.1", base, parts))).code).toBe(1);
  });

  it("compares an engine's export too", async () => {
    const { code, stdout } = await diff({ kind: "export", definition: base }, version("1.0.0", moved));
    expect(code).toBe(1);
    expect(stdout).toContain("from  old/a.yaml\nto    orders 1.0.0");
    expect(stdout).toContain("impact: compatible\n");
  });

  it("gives scripts the changes, which lead from the one to the other", async () => {
    const { code, stdout } = await diff(version("1.0.0", base), version("1.1.0", breaking), "--format", "json");
    const printed = JSON.parse(stdout) as { readonly changes: WorkflowChanges };
    expect(code).toBe(1);
    expect(printed).toMatchObject({
      from: { file: "old/a.yaml", process: "orders", version: "1.0.0" },
      to: { version: "1.1.0" },
      distance: "minor",
      impact: "breaking",
      counts: { nodesRemoved: 1, connectionsRemoved: 1 },
      changes: { nodesRemoved: ["answer"], userId: "team-orders", title: "Orders", description: "New words.", tags: ["t"] },
      dependencies: [],
      checks: [],
    });
    expect(detectChanges(applyChanges(base, printed.changes), breaking)).toEqual(detectChanges(breaking, breaking));
  });
});
