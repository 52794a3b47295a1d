import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { setStage, type Stage } from "../../src/demo/stage.ts";

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pinion-stage-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function example(): Promise<string> {
  const directory = await folder();
  await writeFile(join(directory, "README.md"), "a small shop\n");
  return directory;
}

async function set(directory: string): Promise<Stage> {
  const stage = await setStage({ directory, example: await example() });
  onTestFinished(() => stage.server.close());
  return stage;
}

describe("the stage of the demo", () => {
  it("is a working copy that is pushed to a remote over http", async () => {
    const stage = await set(join(await folder(), "new"));
    const remote = await stage.git("ls-remote", "origin", "refs/heads/main");
    expect(remote).toContain((await stage.git("rev-parse", "HEAD")).trim());
  });

  it("goes on with what is there", async () => {
    const directory = await folder();
    const first = await set(directory);
    await first.git("commit", "--quiet", "--allow-empty", "--message", "mine");
    const second = await set(directory);
    expect(await second.git("log", "-1", "--format=%s")).toBe("mine\n");
    expect((await second.git("remote", "get-url", "origin")).trim()).toBe(`${second.server.url}/shop.git`);
  });

  it("begins anew what was ended half-way", async () => {
    const directory = await folder();
    await (await set(directory)).server.close();
    await rm(join(directory, "shop"), { recursive: true });
    await mkdir(join(directory, "shop.new", ".git"), { recursive: true });
    const stage = await set(directory);
    expect(await stage.git("status", "--porcelain")).toBe("");
    expect(await readdir(directory)).not.toContain("shop.new");
  });

  it("touches nothing in a folder that is somebody's own", async () => {
    const directory = await folder();
    await mkdir(join(directory, "shop"));
    await writeFile(join(directory, "shop", "accounts.txt"), "mine");
    await writeFile(join(directory, "pinion.yaml"), "mine");
    await expect(set(directory)).rejects.toMatchObject({ code: "usage/invalid" });
    expect((await readdir(directory)).sort()).toEqual(["pinion.yaml", "shop"]);
    expect(await readFile(join(directory, "shop", "accounts.txt"), "utf8")).toBe("mine");
    expect(await readFile(join(directory, "pinion.yaml"), "utf8")).toBe("mine");
  });

  it("says that git is missing", async () => {
    const { PATH } = process.env;
    onTestFinished(() => void (process.env["PATH"] = PATH));
    process.env["PATH"] = "/nowhere";
    await expect(set(await folder())).rejects.toMatchObject({ code: "git/failed", message: expect.stringContaining("not on the PATH") });
  });
});
