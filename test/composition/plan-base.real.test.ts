/** `pinion plan --base` refuses what was published with another content, in the base or before it. */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createCliWorld } from "../../src/composition/cli-world.ts";
import type { JsonObject } from "../../src/domain/desired/definition.ts";
import { scaffoldRepository } from "../../src/surfaces/cli/scaffold/repository.ts";
import { gitProgram } from "../../src/surfaces/cli/repository/git-program.ts";
import { cleanGitEnvironment, git, temporaryFolder } from "../support/git.ts";
import { pinion } from "../surfaces/cli/fake-world.ts";

let folder: ReturnType<typeof temporaryFolder>;
const { openRepository, digestOfFile } = createCliWorld();
const version = "processes/hello/versions/1.1.0.yaml";

beforeEach(() => {
  folder = temporaryFolder();
  git(folder.path, ["init", "--quiet", "--initial-branch=main"]);
  write("README.md", "nothing yet");
  commit("empty");
});
afterEach(() => folder.remove());

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  writeFileSync(join(folder.path, path), text);
}

function commit(subject: string, at?: string): void {
  git(folder.path, ["add", "--all"]);
  const env = { ...cleanGitEnvironment, ...(at !== undefined && { GIT_COMMITTER_DATE: at }) };
  execFileSync("git", ["commit", "--quiet", "--allow-empty", `--message=${subject}`], { cwd: folder.path, env });
}

/** Version 1.1.0 with another check, and its digest in the catalogue. */
function publishOther(): void {
  for (const [path, text] of scaffoldRepository(digestOfFile)) write(path, text);
  const before = readFileSync(join(folder.path, version), "utf8");
  const after = before.replace("name: greets by name", "name: greets");
  const [from, to] = [before, after].map((text) => digestOfFile(parse(text) as JsonObject));
  write(version, after);
  write(
    "processes/hello/process.yaml",
    readFileSync(join(folder.path, "processes/hello/process.yaml"), "utf8").replace(from ?? "", to ?? ""),
  );
}

const plan = async (base: string) => {
  const { code, stdout } = await pinion(["plan", folder.path, "--base", base, "--format", "json"], {
    openRepository,
    git: gitProgram(cleanGitEnvironment),
  });
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly code: string }[] };
  return { code, found: findings.map((found) => found.code) };
};

it("refuses content and digest that differ from the base, in the work tree and committed", async () => {
  for (const [path, text] of scaffoldRepository(digestOfFile)) write(path, text);
  commit("publish");
  expect(await plan("HEAD")).toEqual({ code: 0, found: [] });
  publishOther();
  expect(await plan("HEAD")).toMatchObject({ code: 1, found: ["version/republished"] });
  commit("again");
  expect(await plan("HEAD~1")).toMatchObject({ code: 1, found: ["version/republished"] });
});

it.each([
  ["before", "2026-01-01T00:00:00Z"],
  ["after", "2026-01-03T00:00:00Z"],
])("refuses what a base that is no ancestor has published otherwise, %s it", async (_when, theirs) => {
  git(folder.path, ["switch", "--quiet", "--create", "ours"]);
  publishOther();
  commit("ours", "2026-01-02T00:00:00Z");
  git(folder.path, ["switch", "--quiet", "main"]);
  for (const [path, text] of scaffoldRepository(digestOfFile)) write(path, text);
  commit("theirs", theirs);
  git(folder.path, ["switch", "--quiet", "ours"]);
  expect(await plan("ours")).toEqual({ code: 0, found: [] });
  expect(await plan("main")).toMatchObject({ code: 1, found: ["version/republished"] });
});
