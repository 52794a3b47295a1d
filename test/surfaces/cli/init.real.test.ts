/** `pinion init`: what it writes is right as it is, and nothing is overwritten. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import { digestOfFile } from "../../../src/adapters/manifest/process/digest.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createWorkTree } from "../../../src/adapters/work-tree/work-tree.ts";
import type { GitProgram } from "../../../src/surfaces/cli/terminal/world.ts";
import { temporaryFolder } from "../../support/git.ts";
import { pinion } from "./fake-world.ts";

const folders: ReturnType<typeof temporaryFolder>[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function place(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
}

const git: GitProgram = (_directory, args) =>
  Promise.resolve({ status: 0, stdout: args[0] === "rev-parse" ? "abcdef0123456789" : "", stderr: "" });
const noGit: GitProgram = () => Promise.resolve({ status: -1, stdout: "", stderr: "spawn git ENOENT" });

const init = (cwd: string, argv: readonly string[] = [], program = git) => pinion(["init", ...argv], { cwd, git: program, digestOfFile });

describe("pinion init", () => {
  it("writes a repository that has no findings", async () => {
    const cwd = place();
    expect((await init(cwd)).code).toBe(0);
    expect(await validateRepository({ objects: createWorkTree(join(cwd, "config-repo")), dialects: [nodeRedDialect] })).toEqual({
      findings: [],
    });
  });

  it("writes a pinion.yaml that follows it", async () => {
    const cwd = place();
    await init(cwd, ["a b"]);
    const file = join(cwd, "a b", "pinion.yaml");
    const config = parseControllerConfig(readFileSync(file, "utf8"), file);
    expect(config.repository).toMatchObject({ url: `file://${cwd}/a%20b/config.git`, branch: "main", allowFile: true });
    expect(config.warnings).toEqual([]);
    expect(config.engines.default).toMatchObject([{ kind: "node-red", mode: "embedded" }]);
  });

  it("says what to do next", async () => {
    const { stdout } = await init(place(), ["my place"]);
    expect(stdout).toContain("first commit abcdef01");
    expect(stdout).toContain("  cd 'my place'\n  # starts engines, gateway and controller\n  pinion run\n");
    expect(stdout).toContain("curl http://127.0.0.1:8610/production/hello");
  });

  it("says how to do it by hand when there is no git", async () => {
    const { code, stdout } = await init(place(), [], noGit);
    expect(code).toBe(0);
    expect(stdout).toContain("git could not make the first commit: spawn git ENOENT");
    expect(stdout).toContain("git init -b main");
  });

  it("says how to introduce oneself to a git that knows nobody, and only then", async () => {
    const stranger: GitProgram = (directory, args) =>
      args[0] === "config" ? Promise.resolve({ status: 1, stdout: "", stderr: "" }) : git(directory, args);
    expect((await init(place(), [], stranger)).stdout).toContain("git config user.email");
    expect((await init(place())).stdout).not.toContain("git config user.email");
  });

  it("calls the program as it was called, within 80 columns", async () => {
    const { stdout } = await pinion(["init", "shop"], { cwd: place(), git, digestOfFile, env: { npm_command: "exec" } });
    expect(stdout).toContain("npx --no-install pinion run");
    const advice = stdout.slice(stdout.indexOf("what to do next"));
    expect(advice.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const narrow = await pinion(["init", "shop"], { cwd: place(), git, digestOfFile, env: { npm_command: "exec" }, columns: 80 });
    expect(narrow.stdout.slice(narrow.stdout.indexOf("what to do next"))).toBe(advice);
  });

  it("says how npx finds the program from a folder that is not below the one that it was started in", async () => {
    const env = { npm_command: "exec", npm_config_local_prefix: "/opt/my clones/pinion" };
    const { stdout } = await pinion(["init", "shop"], { cwd: place(), git, digestOfFile, env });
    expect(stdout).toContain(String.raw`  alias pinion='npx --prefix '\''/opt/my clones/pinion'\'' --no-install pinion'`);
    expect(stdout).toMatch(/^ {2}pinion run$/mu);
    const below = { ...env, npm_config_local_prefix: place() };
    const inside = await pinion(["init", "shop"], { cwd: below.npm_config_local_prefix, git, digestOfFile, env: below });
    expect(inside.stdout).toContain("  npx --no-install pinion run");
  });

  it("tells scripts what it has written", async () => {
    const cwd = place();
    const printed = JSON.parse((await init(cwd, ["--format", "json"])).stdout) as { readonly files: readonly string[] };
    expect(printed).toMatchObject({ directory: cwd, commit: "abcdef0123456789", problem: null });
    const written = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(written.map((entry) => join(entry.parentPath, entry.name)).sort()).toEqual(printed.files.map((file) => join(cwd, file)).sort());
  });

  it.each(["pinion.yaml", "config-repo", "config.git"])("writes nothing when %s is there", async (name) => {
    const cwd = place();
    if (name === "pinion.yaml") writeFileSync(join(cwd, name), "mine");
    else mkdirSync(join(cwd, name));
    const { code, stderr } = await init(cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(`error usage/invalid: ${join(cwd, name)} is there already; nothing was written`);
    expect(readdirSync(cwd)).toEqual([name]);
  });

  it("says why it cannot write", async () => {
    const cwd = place();
    writeFileSync(join(cwd, "file"), "");
    expect(await init(cwd, ["file"])).toMatchObject({ code: 2, stderr: expect.stringContaining("error usage/invalid: cannot write") });
  });
});
