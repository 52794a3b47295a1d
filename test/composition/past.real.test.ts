/** `pinion validate` in a work tree looks into its git history. */

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { validateRepository } from "../../src/adapters/manifest/validate-repository.ts";
import { notCheckedOut } from "../../src/adapters/work-tree/attributes.ts";
import { createWorkTree } from "../../src/adapters/work-tree/work-tree.ts";
import { openHistory, whyUnreadable } from "../../src/composition/past.ts";
import { gitProgram } from "../../src/surfaces/cli/repository/git-program.ts";
import { cleanGitEnvironment, git, temporaryFolder } from "../support/git.ts";
import { plainDialect, processText, smallRepository, versionText } from "../support/small-repository.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder.remove());

/** In a folder of the repository, as in a monorepo. */
const configFolder = (top: string): string => join(top, "config");

function write(top: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(configFolder(top), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

async function codesIn(top: string): Promise<readonly string[]> {
  const directory = configFolder(top);
  const past = await openHistory(gitProgram(cleanGitEnvironment), directory);
  const options = {
    objects: createWorkTree(directory),
    dialects: [plainDialect],
    ...(past && { history: past.history, isShallow: past.isShallow }),
  };
  const { findings } = await validateRepository(options);
  await past?.close();
  return findings.map(({ code }) => code);
}

describe("validate in a work tree", () => {
  it("refuses a version that was published again in one commit, before and after it is committed, and in a clone", async () => {
    const top = join(folder.path, "work");
    mkdirSync(top);
    git(top, ["init", "--quiet", "--initial-branch=main"]);
    write(top, smallRepository());
    expect(await codesIn(top)).toEqual([]);
    git(top, ["add", "."]);
    git(top, ["commit", "--quiet", "--message=good"]);
    expect(await codesIn(top)).toEqual([]);
    write(top, {
      "processes/called/process.yaml": processText("called", { "1.0.0": "evil", "1.1.0": "c110", "2.0.0": null }),
      "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "evil"),
    });
    expect(await codesIn(top)).toEqual(["version/republished"]);
    git(top, ["commit", "--quiet", "--all", "--message=evil"]);
    expect(await codesIn(top)).toEqual(["version/republished"]);
    const clone = join(folder.path, "clone");
    execFileSync("git", ["clone", "--quiet", "--depth=1", `file://${top}`, clone], { env: cleanGitEnvironment });
    expect(await codesIn(clone)).toEqual(["history/shallow"]);
  });

  it("says where git refuses a repository, since it belongs to somebody else", async () => {
    const top = join(folder.path, "work");
    mkdirSync(configFolder(top), { recursive: true });
    git(top, ["init", "--quiet"]);
    expect(await whyUnreadable(gitProgram(cleanGitEnvironment), configFolder(top))).toBeNull();
    // git's own tests make it believe so.
    const foreign = gitProgram({ ...cleanGitEnvironment, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" });
    expect(await whyUnreadable(foreign, configFolder(top))).toContain("dubious ownership");
    expect(await whyUnreadable(foreign, "/")).toBeNull();
  });

  it("knows what a sparse work tree lacks", () => {
    const top = join(folder.path, "work");
    mkdirSync(top);
    git(top, ["init", "--quiet"]);
    write(top, smallRepository());
    git(top, ["add", "."]);
    git(top, ["commit", "--quiet", "--message=first"]);
    expect(notCheckedOut(configFolder(top))).toEqual([]);
    git(top, ["sparse-checkout", "set", "config/environments"]);
    expect(notCheckedOut(configFolder(top))).toContain("processes/called/process.yaml");
  });
});
