/** One version file by itself, for `pinion diff`: it may be anything that a repository or a person names. */

import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../../src/adapters/engines/node-red/dialect.ts";
import { readLoneVersion } from "../../../../src/adapters/manifest/process/lone-version.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinion-lone-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe("a file that is compared", () => {
  it.each(["1.0.0.yaml", "flows.json"])("is not read without end: %s", async (name) => {
    const file = join(directory, name);
    await symlink("/dev/zero", file);
    const read = readLoneVersion(file, [nodeRedDialect]);
    await expect(read).rejects.toMatchObject({
      code: "usage/invalid",
      message: `${file} cannot be read: it is longer than 5 MiB, the limit`,
    });
  });

  it("is named where it is not there", async () => {
    const file = join(directory, "gone.yaml");
    await expect(readLoneVersion(file, [nodeRedDialect])).rejects.toMatchObject({ message: `${file} cannot be read` });
  });
});
