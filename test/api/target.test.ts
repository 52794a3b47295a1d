/** With what a controller is entered, as the environment of a command names it. */

import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tokenFrom } from "../../src/api/target.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pinion-target-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe("the token of a command", () => {
  it("is that of the file, without the line break at its end, else that of the variable", async () => {
    const file = join(directory, "token");
    await writeFile(file, "one\n");
    expect(await tokenFrom({ PINION_TOKEN_FILE: file, PINION_TOKEN: "two" })).toBe("one");
    expect(await tokenFrom({ PINION_TOKEN_FILE: "", PINION_TOKEN: "two" })).toBe("two");
    expect(await tokenFrom({})).toBeNull();
  });

  it("is not read without end", async () => {
    const file = join(directory, "token");
    await symlink("/dev/zero", file);
    await expect(tokenFrom({ PINION_TOKEN_FILE: file })).rejects.toMatchObject({
      code: "secret/missing",
      message: `the token file ${file} cannot be read: it is longer than 64 KiB, the limit`,
    });
  });
});
