/** `pinion digest` in a work tree, with the files as they are on disk. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCliWorld } from "../../src/composition/cli-world.ts";
import { scaffoldRepository } from "../../src/surfaces/cli/scaffold/repository.ts";
import { temporaryFolder } from "../support/git.ts";
import { pinion } from "../surfaces/cli/fake-world.ts";

let folder: ReturnType<typeof temporaryFolder>;
const { digests, digestOfFile } = createCliWorld();
const catalogue = () => join(folder.path, "processes/hello/process.yaml");

beforeEach(async () => {
  folder = temporaryFolder();
  for (const [path, text] of scaffoldRepository(digestOfFile)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
});
afterEach(() => folder.remove());

const digest = (...argv: readonly string[]) => pinion(["digest", folder.path, ...argv], { digests });

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, "utf8")));
}

describe("pinion digest", () => {
  it("adds a digest that is missing, which is then right", async () => {
    const before = await readFile(catalogue(), "utf8");
    await edit(catalogue(), (text) => text.replace(/ {4}digest: .*\n/, ""));
    expect(await digest()).toMatchObject({ code: 1, stdout: expect.stringContaining("2 digests, 1 wrong or missing") as unknown });
    expect(await digest("--write")).toMatchObject({ code: 0, stdout: expect.stringContaining("2 digests, 1 written") as unknown });
    expect(await readFile(catalogue(), "utf8")).toBe(before);
    expect(await digest()).toMatchObject({ code: 0 });
  });

  it("never rewrites one that is not true, and says which", async () => {
    await edit(join(folder.path, "processes/hello/versions/1.0.0.yaml"), (text) => text.replace("tags: [example]", "tags: [other]"));
    const before = await readFile(catalogue(), "utf8");
    expect(await digest("--write")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("wrong: listed is version-sha256-") as unknown,
    });
    expect(await readFile(catalogue(), "utf8")).toBe(before);
  });

  it("rewrites one of an older release, as JSON too", async () => {
    const before = await readFile(catalogue(), "utf8");
    const whole = /version-sha256-\w+/.exec(before)?.[0] ?? "";
    // Of the definition alone, as the releases before wrote it.
    const old = "sha256-" + "0".repeat(64);
    await edit(catalogue(), (text) => text.replace(whole, old));
    const { stdout } = await digest("--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      digests: [{ version: "1.0.0", listed: old, computed: whole, state: "wrong" }, { state: "right" }],
    });
  });
});
