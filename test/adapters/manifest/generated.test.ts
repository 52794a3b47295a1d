import { readFile, readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { generateTypes } from "../../../scripts/generate-types.ts";

const root = new URL("../../../", import.meta.url);

it("has types that are exactly what the schemas give", async () => {
  const generated = await generateTypes(root);
  const entries = await readdir(new URL("src/generated/", root), { recursive: true });
  const files = entries.filter((name) => name.includes(".")).map((name) => `src/generated/${name}`);
  expect([...generated.keys()].toSorted()).toEqual(["schemas/openapi.json", ...files].toSorted());
  for (const [path, text] of generated) expect(await readFile(new URL(path, root), "utf8")).toBe(text);
});
