import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
