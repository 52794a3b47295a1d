import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/composition/read-config.ts";
import { failureOf } from "../support/failure.ts";
import { temporaryFolder } from "../support/git.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

describe("pinion.yaml", () => {
  const read = async (text: string | Buffer) => {
    const file = join(folder.path, "pinion.yaml");
    writeFileSync(file, text);
    return readConfig(file);
  };
  const smallest = "repository: { url: https://git.example.com/config.git }\n";

  it("is read, letters beyond ASCII too", async () => {
    expect((await read(`# für öfter\n${smallest}`)).config.repository.url).toBe("https://git.example.com/config.git");
  });

  it("is read to one mebibyte, and no further", async () => {
    const failure = await failureOf(read(smallest + "# a comment\n".repeat(100_000)));
    expect(failure).toMatchObject({ code: "config/invalid", message: expect.stringContaining("longer than 1 MiB") });
  });

  it("that is not there is said to be missing", async () => {
    expect(await failureOf(readConfig(join(folder.path, "nowhere.yaml")))).toMatchObject({ code: "config/not-found" });
  });
});
