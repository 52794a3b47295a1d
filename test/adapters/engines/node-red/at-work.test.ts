import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readAtWork } from "../../../../src/adapters/engines/node-red/instance-files.ts";
import { temporaryFolder } from "../../../support/git.ts";

const unit = { process: "orders", version: "1.1.0", digest: `sha256-${"a".repeat(64)}` } as const;
let folder: ReturnType<typeof temporaryFolder>;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, "at-work.json");
});

afterEach(() => folder.remove());

describe("the record of what was at work", () => {
  it("is read in its first line only, however much a flow has written after it", async () => {
    await writeFile(file, `${JSON.stringify({ isSure: true, units: [unit] })}\n`);
    await truncate(file, 3 * 1024 ** 3);
    expect(await readAtWork(folder.path)).toEqual({ isSure: true, units: [unit] });
  });

  it.each([
    ["a name with an escape sequence", { process: "orders\u001b[2J" }],
    ["a very long name", { process: "o".repeat(1_000) }],
    ["a version that is a sentence", { version: "was not me" }],
    ["no digest", { digest: "sha256-1" }],
  ])("names nobody where it has %s: it lies open to flows", async (_what, parts) => {
    await writeFile(file, `${JSON.stringify({ isSure: true, units: [{ ...unit, ...parts }] })}\n`);
    expect(await readAtWork(folder.path)).toBeNull();
  });
});
