import { describe, expect, it } from "vitest";
import { brokenPromises, colourCommit, pullBotCommit } from "../../src/demo/bot-commit.ts";

const promised = { rollbackOf: "abc", trigger: "error_rate", files: ["pins.yaml", "quarantine.yaml"] };
const trailers = "Rollback-Of: abc\nRollback-Trigger: error_rate\nRollback-Id: r.1\n";

interface Repository {
  readonly ids?: string;
  readonly trailers?: string;
  readonly files?: string;
}

/** What git says about a branch on which somebody else has committed. */
function stage({ ids = "def\n", trailers: said = trailers, files = "quarantine.yaml\npins.yaml\n" }: Repository = {}) {
  const git = async (...parameters: readonly string[]): Promise<string> => {
    const all = parameters.join(" ");
    if (all.startsWith("log")) return ids;
    if (all.includes("trailers")) return said;
    if (all.includes("--name-only")) return files;
    return all.includes("%an") ? "Pinion <pinion@localhost>\n" : "commit def\n";
  };
  return { git };
}

async function broken(repository: Repository): Promise<readonly string[]> {
  return brokenPromises(await pullBotCommit(stage(repository), "abc"), promised);
}

describe("the commit that puts a pin back", () => {
  it("is read as git shows it", async () => {
    const commit = await pullBotCommit(stage(), "abc");
    expect(commit).toMatchObject({ id: "def", author: "Pinion <pinion@localhost>", text: "commit def\n" });
    expect(commit.trailers.get("Rollback-Id")).toBe("r.1");
    expect(brokenPromises(commit, promised)).toEqual([]);
  });

  it.each([
    ["none", "", "0 commits"],
    ["two", "def\nabd\n", "2 commits"],
  ])("is exactly one: %s is told", async (_what, ids, complaint) => {
    await expect(pullBotCommit(stage({ ids }), "abc")).rejects.toThrow(complaint);
  });

  it.each([
    ["names another commit", { trailers: trailers.replace("abc", "abd") }, "Rollback-Of is abd"],
    ["names another trigger", { trailers: trailers.replace("error_rate", "manual") }, "Rollback-Trigger is manual instead of error_rate"],
    ["has no id", { trailers: trailers.replace(/Rollback-Id.*\n/u, "") }, "Rollback-Id is missing"],
    ["touches more", { files: "pins.yaml\nquarantine.yaml\nREADME.md\n" }, "it touches README.md, pins.yaml, quarantine.yaml"],
    ["leaves the quarantine out", { files: "pins.yaml\n" }, "it touches pins.yaml instead of"],
  ])("keeps no promise when it %s", async (_what, repository, complaint) => {
    expect(await broken(repository)).toEqual([expect.stringContaining(complaint)]);
  });

  it("is coloured as git colours it, and commands no terminal", () => {
    expect(colourCommit("+new\n-old\n \u001B[2J", true)).toEqual(["\u001B[32m+new\u001B[39m", "\u001B[31m-old\u001B[39m", " \\u001b[2J"]);
    expect(colourCommit("+new\n", false)).toEqual(["+new"]);
  });
});
