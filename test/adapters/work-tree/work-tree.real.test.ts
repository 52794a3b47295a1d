import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ignoredFiles, unfilteredFiles } from "../../../src/adapters/work-tree/attributes.ts";
import { createWorkTree } from "../../../src/adapters/work-tree/work-tree.ts";
import { objectsContract } from "../../contracts/objects.ts";

async function write(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function temporary(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), "pinion-work-tree-")));
}

objectsContract("work tree", async (files) => {
  const root = await temporary();
  await write(root, files);
  return { objects: createWorkTree(root), commit: "", dispose: async () => rm(root, { recursive: true, force: true }) };
});

describe("a work tree", () => {
  let root: string;
  beforeEach(async () => {
    root = await temporary();
  });
  afterEach(async () => rm(root, { recursive: true, force: true }));

  it("reads what git holds: a pointer for a file in Git LFS, and git's own encoding", async () => {
    execFileSync("git", ["init", "--quiet", root]);
    await write(root, {
      ".gitattributes": "*.flow.json filter=lfs\n*.txt.yaml working-tree-encoding=UTF-16LE-BOM\n",
      "processes/a/x.flow.json": "[]",
      "processes/a/y.yaml": "plain",
    });
    await writeFile(join(root, "processes/a/z.txt.yaml"), Buffer.from("\ufeffwide", "utf16le"));
    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const [folder] = await objects.directory(processes?.id ?? "");
    const files = await objects.directory(folder?.id ?? "");
    const texts = await Promise.all(files.map(async ({ name, id }) => [name, Buffer.from(await objects.file(id)).toString()]));
    expect(texts).toEqual([
      ["x.flow.json", "version https://git-lfs.github.com/spec/v1\n"],
      ["y.yaml", "plain"],
      ["z.txt.yaml", "wide"],
    ]);
  });

  it("reads what was committed without Git LFS as it is, and a pointer as one", async () => {
    gitHere("init", "--quiet");
    gitHere("config", "filter.lfs.clean", "");
    await write(root, {
      "processes/a/plain.json": '{"is":"plain"}',
      "processes/a/pointer.json": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 2\n",
    });
    gitHere("add", "processes");
    await write(root, { ".gitattributes": "*.json filter=lfs\n", "processes/a/pointer.json": "[]" });
    const read = async () => (await filesOf()).map(([name, text]) => [name, text.slice(0, 20)]);
    expect(await read()).toEqual([
      ["plain.json", '{"is":"plain"}'],
      ["pointer.json", "version https://git-"],
    ]);
    await write(root, { "processes/a/plain.json": '{"is":"edited"}' });
    expect((await read())[0]).toEqual(["plain.json", '{"is":"edited"}']);
    gitHere("config", "filter.lfs.clean", "git-lfs clean -- %f");
    expect((await read())[0]).toEqual(["plain.json", "version https://git-"]);
  });

  it.each([["required"], ["not required"]])("names the files whose filter fails, which is %s", async (what) => {
    gitHere("init", "--quiet");
    gitHere("config", "filter.upper.clean", "tr a-z A-Z");
    gitHere("config", "filter.broken.clean", "false");
    if (what === "required") gitHere("config", "filter.broken.required", "true");
    await write(root, {
      ".gitattributes": "y.yaml filter=upper\nz.yaml filter=unknown\nb.yaml filter=broken\n",
      "processes/a/b.yaml": "zero",
      "processes/a/y.yaml": "one",
      "processes/a/z.yaml": "two",
    });
    expect(await filesOf()).toEqual([
      ["b.yaml", "zero"],
      ["y.yaml", "ONE"],
      ["z.yaml", "two"],
    ]);
    expect(unfilteredFiles(root)).toEqual(["processes/a/b.yaml"]);
  });

  it.each([
    ["automatic line ends", "core.autocrlf=true", ""],
    ["line ends by attribute", "core.autocrlf=false", "*.yaml text eol=crlf\n"],
    ["an encoding by attribute", "core.autocrlf=false", "*.yaml text eol=crlf working-tree-encoding=UTF-16LE-BOM\n"],
    ["sha256", "core.autocrlf=false", ""],
  ])("names files as git does: %s", async (what, config, attributes) => {
    const git = (...args: readonly string[]) => execFileSync("git", ["-c", config, ...args], { cwd: root }).toString();
    git("init", "--quiet", `--object-format=${what === "sha256" ? "sha256" : "sha1"}`);
    git("config", ...config.split("="));
    await write(root, { "processes/a/y.yaml": "one\ntwo\n" });
    git("add", "processes");
    await write(root, { ".gitattributes": attributes });
    await rm(join(root, "processes/a/y.yaml"));
    git("checkout", "--quiet", "processes");

    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const [folder] = await objects.directory(processes?.id ?? "");
    const [file] = await objects.directory(folder?.id ?? "");
    expect(file?.id).toBe(git("rev-parse", ":processes/a/y.yaml").trim());
    expect(Buffer.from(await objects.file(file?.id ?? "")).toString()).toBe("one\ntwo\n");
  });

  /** Names and texts of the files of the only process. */
  async function filesOf(): Promise<readonly (readonly [string, string])[]> {
    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const [folder] = await objects.directory(processes?.id ?? "");
    const files = await objects.directory(folder?.id ?? "");
    return Promise.all(
      files.map(async ({ name, kind, id }) => [name, kind === "file" ? Buffer.from(await objects.file(id)).toString() : kind] as const),
    );
  }

  const gitHere = (...args: readonly string[]): string => execFileSync("git", args, { cwd: root, stdio: "pipe" }).toString();

  it("reads what other filters make of a file when it is committed, and leaves the repository as it is", async () => {
    gitHere("init", "--quiet");
    gitHere("config", "filter.upper.clean", "tr a-z A-Z");
    gitHere("config", "filter.broken.clean", "false");
    gitHere("config", "filter.broken.required", "true");
    await write(root, {
      ".gitattributes": "y.yaml filter=upper\nz.yaml filter=unknown\n",
      "processes/a/y.yaml": "one",
      "processes/a/z.yaml": "two",
    });
    expect(await filesOf()).toEqual([
      ["y.yaml", "ONE"],
      ["z.yaml", "two"],
    ]);
    await write(root, { ".gitattributes": "*.yaml filter=broken\n" });
    expect(await filesOf()).toEqual([
      ["y.yaml", "one"],
      ["z.yaml", "two"],
    ]);
    expect(gitHere("count-objects")).toMatch(/^0 objects/);
  });

  it("reads $Id$ as git holds it", async () => {
    gitHere("init", "--quiet");
    await write(root, { ".gitattributes": "*.yaml ident\n", "processes/a/y.yaml": "# $Id: 8c1a $ $Id: and no end\n# $Idea$\n" });
    expect(await filesOf()).toEqual([["y.yaml", "# $Id$ $Id: and no end\n# $Idea$\n"]]);
  });

  it("leaves out what git ignores, but not what it holds all the same", async () => {
    gitHere("init", "--quiet");
    await write(root, {
      "processes/a/held.yaml": "1",
      "processes/a/new.yaml": "2",
      "processes/a/scratch.yaml": "3",
      "processes/a/x.swp": "",
    });
    gitHere("add", "processes/a/held.yaml");
    await write(root, { ".gitignore": "scratch.yaml\nheld.yaml\n*.swp\n" });
    expect(await filesOf()).toEqual([
      ["held.yaml", "1"],
      ["new.yaml", "2"],
    ]);
    expect(ignoredFiles(root)).toEqual(["processes/a/scratch.yaml"]);
  });

  it("knows submodules that were not fetched, and links where the system has none, by what git holds", async () => {
    gitHere("init", "--quiet");
    await write(root, { "processes/a/link.yaml": "/etc/passwd", "processes/a/process.yaml": "" });
    await mkdir(join(root, "processes/a/module"));
    const held = gitHere("hash-object", "-w", "processes/a/link.yaml").trim();
    gitHere("update-index", "--add", "--cacheinfo", `120000,${held},processes/a/link.yaml`);
    gitHere("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},processes/a/module`);
    expect(await filesOf()).toEqual([
      ["link.yaml", "symlink"],
      ["module", "submodule"],
      ["process.yaml", ""],
    ]);
  });

  it("lists a name that is no UTF-8", async () => {
    await write(root, { "processes/a/process.yaml": "" });
    await writeFile(Buffer.concat([Buffer.from(`${root}/processes/a/b`), Buffer.from([0xe9])]), "");
    expect((await filesOf()).map(([name]) => name)).toEqual(["b\ufffd", "process.yaml"]);
  });

  it("is not misled by what a hook of another repository has set", async () => {
    gitHere("init", "--quiet");
    await write(root, { ".gitignore": "*.swp\n", "processes/a/x.swp": "", "processes/a/y.yaml": "" });
    vi.stubEnv("GIT_DIR", "/nowhere");
    expect((await filesOf()).map(([name]) => name)).toEqual(["y.yaml"]);
    vi.unstubAllEnvs();
  });

  it("leaves line ends that git holds so", async () => {
    execFileSync("git", ["-c", "core.autocrlf=false", "init", "--quiet", root]);
    await write(root, { "processes/a/y.yaml": "one\r\n" });
    execFileSync("git", ["-c", "core.autocrlf=false", "add", "processes"], { cwd: root });
    execFileSync("git", ["config", "core.autocrlf", "true"], { cwd: root });
    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const [folder] = await objects.directory(processes?.id ?? "");
    const [file] = await objects.directory(folder?.id ?? "");
    expect(Buffer.from(await objects.file(file?.id ?? "")).toString()).toBe("one\r\n");
  });

  it("shows processes and environments, and nothing else", async () => {
    await write(root, {
      "processes/a/process.yaml": "",
      "environments/b/pins.yaml": "",
      ".git/config": "",
      "notes/x.yaml": "",
      "README.md": "",
    });
    const objects = createWorkTree(root);
    const names = (await objects.directory(await objects.root(""))).map(({ name }) => name);
    expect(names).toEqual(["environments", "processes"]);
  });

  it("lists links and repositories inside by their kind, and does not follow them", async () => {
    await write(root, {
      "processes/a/process.yaml": "",
      "processes/module/.git": "gitdir: elsewhere",
      "processes/module/process.yaml": "",
    });
    await symlink("/etc", join(root, "processes/link"));
    await symlink("/etc/passwd", join(root, "processes/a/secret.yaml"));
    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const entries = await objects.directory(processes?.id ?? "");
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "directory"],
      ["link", "symlink"],
      ["module", "submodule"],
    ]);
    const inner = await objects.directory(entries[0]?.id ?? "");
    expect(inner.map(({ name, kind }) => [name, kind])).toEqual([
      ["process.yaml", "file"],
      ["secret.yaml", "symlink"],
    ]);
    await expect(objects.file(inner[1]?.id ?? "")).rejects.toMatchObject({ code: "git/object-missing" });
  });

  it("gives another id to a folder in which a file changed", async () => {
    await write(root, { "processes/a/process.yaml": "one" });
    const before = await createWorkTree(root).root("");
    expect(await createWorkTree(root).root("")).toBe(before);
    await write(root, { "processes/a/process.yaml": "other" });
    expect(await createWorkTree(root).root("")).not.toBe(before);
  });

  it("refuses a file whose place a link has taken since it was listed", async () => {
    await write(root, { "processes/a/process.yaml": "one" });
    const objects = createWorkTree(root);
    const [processes] = await objects.directory(await objects.root(""));
    const [a] = await objects.directory(processes?.id ?? "");
    const [file] = await objects.directory(a?.id ?? "");
    await rm(join(root, "processes/a/process.yaml"));
    await symlink("/etc/passwd", join(root, "processes/a/process.yaml"));
    await expect(objects.file(file?.id ?? "")).rejects.toThrow();
  });

  it.each([
    ["that is not there", "missing"],
    ["that is no config repository", "."],
  ])("refuses a folder %s", async (_, path) => {
    await expect(createWorkTree(join(root, path)).root("")).rejects.toMatchObject({ code: "usage/invalid" });
  });
});
