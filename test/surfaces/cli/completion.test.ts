/** `pinion completion`: what is offered where, and that the scripts are taken by their shells. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { overview } from "../http/pictures.ts";
import { createControllers } from "./controller.ts";
import { pinion } from "./fake-world.ts";

const controllers = createControllers();
const sleep = () => new Promise<void>(() => undefined);

async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const url = await controllers.start(overview());
  const controllerAddress = () => Promise.resolve({ url, socket: null, token: () => Promise.resolve("a-token-of-the-tests") });
  const { code, stdout } = await pinion(["__complete", "--", ...words], { controllerAddress, sleep });
  expect(code).toBe(0);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("what is offered", () => {
  it.each<[readonly string[], readonly string[]]>([
    [["ro"], ["rollback"]],
    [["st"], ["status"]],
    [["help", "unf"], ["unfreeze"]],
    [["status", "--w"], ["--watch"]],
    [
      ["status", "--format", ""],
      ["json", "text"],
    ],
    [["status", "--environment", "pro"], ["production"]],
    [["status", "-p", "ret"], ["returns"]],
    [
      ["freeze", ""],
      ["production", "staging"],
    ],
    [["rollback", "production/o"], ["production/order-intake"]],
    [
      ["wait", "production"],
      ["production", "production/order-intake", "production/returns"],
    ],
    [["rollback", "production/order-intake", "--rea"], ["--reason"]],
    [["rollback", "-c", "p.yaml", "production/r"], ["production/returns"]],
    [
      ["completion", ""],
      ["bash", "fish", "zsh"],
    ],
    [
      ["wait", "e", "--until", "s"],
      ["succeeded", "synced"],
    ],
    [["nonsense", ""], []],
    [["validate", ""], []],
    [["--ver"], ["--version"]],
  ])("after %j: %j", async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it("is every command that help lists, and no hidden one", async () => {
    const all = await offered("");
    for (const name of ["status", "rollback", "down", "completion", "help"]) expect(all).toContain(name);
    expect(all).not.toContain("__complete");
  });

  it("waits for no controller", async () => {
    const controllerAddress = () => new Promise<never>(() => undefined);
    const { code, stdout } = await pinion(["__complete", "--", "freeze", ""], { controllerAddress, sleep: () => Promise.resolve() });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });
});

describe("the scripts", () => {
  it.each(["bash", "zsh", "fish"])("of %s calls the program", async (shell) => {
    const { code, stdout } = await pinion(["completion", shell]);
    expect(code).toBe(0);
    expect(stdout).toContain("pinion __complete --");
  });

  it("of bash completes a word", async () => {
    const { stdout } = await pinion(["completion", "bash"]);
    const program = `pinion() { printf '%s\\n' "$*" >&2; printf 'rollback\\n'; }\n${stdout}
      COMP_WORDS=(pinion ro); COMP_CWORD=1; _pinion; printf '%s' "\${COMPREPLY[0]}"`;
    expect(spawnSync("bash", ["-c", program], { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "rollback" });
  });
});
