/** What `init` and `plan` do with the git that is installed: the first commit, and the commit that a change started from. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOfFile } from "../../../src/adapters/manifest/process/digest.ts";
import { findBase } from "../../../src/surfaces/cli/repository/base-revision.ts";
import { gitProgram } from "../../../src/surfaces/cli/repository/git-program.ts";
import { cleanGitEnvironment, git, temporaryFolder } from "../../support/git.ts";
import { pinion } from "./fake-world.ts";

let folder: ReturnType<typeof temporaryFolder>;
const program = gitProgram(cleanGitEnvironment);

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  folder.remove();
});

describe("pinion init", () => {
  it("makes the first commit on main, whatever git is configured to", async () => {
    const hook = join(folder.path, "hooks");
    mkdirSync(hook);
    writeFileSync(join(hook, "pre-commit"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const config = join(folder.path, "gitconfig");
    writeFileSync(
      config,
      `[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n[core]\n\thooksPath = ${hook}\n[user]\n\tuseConfigOnly = true\n`,
    );
    const odd = { PATH: process.env["PATH"], GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: "1", GIT_DIR: "/nowhere" };
    const { code, stdout } = await pinion(["init", "--format", "json"], { cwd: folder.path, git: gitProgram(odd), digestOfFile });
    const repository = join(folder.path, "config-repo");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ commit: git(repository, ["rev-parse", "main"]), problem: null });
    expect(git(repository, ["status", "--porcelain"])).toBe("");
    expect(git(repository, ["log", "--format=%an %s"])).toBe("pinion init Add the hello process and three environments");
  });
});

describe("the base of a plan", () => {
  const commit = (message: string): string => {
    git(folder.path, ["commit", "--quiet", "--allow-empty", "-m", message]);
    return git(folder.path, ["rev-parse", "HEAD"]);
  };
  const base = async (revision: string | null = null, directory = folder.path) => {
    const { place, description } = await findBase(program, directory, revision);
    return { commit: place?.commit ?? null, path: place?.path ?? null, description };
  };

  it("is nothing outside of git", async () => {
    expect(await base()).toEqual({ commit: null, path: null, description: "the empty repository: the folder is in no git repository" });
    await expect(base("main")).rejects.toMatchObject({ code: "usage/invalid" });
  });

  it("is nothing where no main is known", async () => {
    git(folder.path, ["init", "--quiet", "-b", "trunk"]);
    commit("one");
    expect(await base()).toMatchObject({
      commit: null,
      description: expect.stringContaining("there is no origin/HEAD, origin/main or main"),
    });
  });

  it("is HEAD on main itself, for what is not committed yet", async () => {
    git(folder.path, ["init", "--quiet", "-b", "main"]);
    const one = commit("one");
    expect(await base()).toEqual({ commit: one, path: "", description: `${one.slice(0, 8)}, HEAD, which main has already` });
  });

  it("is where a topic left main, in a folder of the repository too", async () => {
    git(folder.path, ["init", "--quiet", "-b", "main"]);
    const one = commit("one");
    git(folder.path, ["switch", "--quiet", "-c", "topic"]);
    commit("two");
    git(folder.path, ["branch", "--force", "main", one]);
    const inner = join(folder.path, "deploy", "config");
    mkdirSync(inner, { recursive: true });
    expect(await base(null, inner)).toEqual({
      commit: one,
      path: "deploy/config",
      description: `${one.slice(0, 8)}, merge base with main`,
    });
  });

  it("prefers what the remote has", async () => {
    git(folder.path, ["init", "--quiet", "-b", "main"]);
    const one = commit("one");
    git(folder.path, ["update-ref", "refs/remotes/origin/main", one]);
    commit("two");
    expect(await base()).toMatchObject({ commit: one, description: `${one.slice(0, 8)}, merge base with origin/main` });
    git(folder.path, ["update-ref", "refs/remotes/origin/trunk", "HEAD"]);
    git(folder.path, ["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    expect((await base()).description).toContain("HEAD, which origin/HEAD has already");
  });

  it("is what was asked for", async () => {
    git(folder.path, ["init", "--quiet", "-b", "main"]);
    const one = commit("one");
    git(folder.path, ["tag", "-a", "v1", "-m", "v1"]);
    commit("two");
    expect(await base("v1")).toEqual({ commit: one, path: "", description: `${one.slice(0, 8)}, v1` });
    await expect(base("--upload-pack=x")).rejects.toMatchObject({ code: "usage/invalid" });
    await expect(base("v2")).rejects.toMatchObject({ code: "usage/invalid" });
  });
});
