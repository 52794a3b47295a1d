import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { generateTypes } from "../../../scripts/generate-types.ts";

const root = new URL("../../../", import.meta.url);

it("has types that are exactly what the schemas give", async () => {
  const generated = await generateTypes(root);
  expect(generated.size).toBe(6);
  for (const [path, text] of generated) expect(await readFile(new URL(path, root), "utf8")).toBe(text);
});
