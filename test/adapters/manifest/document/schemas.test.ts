import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createCompiler } from "../../../../scripts/compile-schema.ts";

const folder = new URL("../../../../schemas/", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".schema.json"));

interface Node {
  readonly [key: string]: unknown;
}

/** Every property a schema declares, by its path. */
function properties(schema: Node, path = ""): readonly (readonly [string, Node])[] {
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === "examples" || key === "if" || key === "then" || key === "else" || typeof value !== "object" || value === null) return [];
    const below = properties(value as Node, `${path}/${key}`);
    if (key !== "properties") return below;
    return [...Object.entries(value as Node).map(([name, property]) => [`${path}/${name}`, property as Node] as const), ...below];
  });
}

describe.each(names)("%s", (name) => {
  const read = async (): Promise<Node> => JSON.parse(await readFile(new URL(name, folder), "utf8")) as Node;

  it("is a JSON Schema whose examples fit it", async () => {
    const schema = await read();
    const validate = createCompiler().compile(schema);
    for (const example of schema["examples"] as readonly unknown[])
      expect([example, validate(example), validate.errors]).toEqual([example, true, null]);
  });

  it("describes every property", async () => {
    for (const [path, property] of properties(await read()))
      expect([path, "description" in property || "$ref" in property]).toEqual([path, true]);
  });
});
