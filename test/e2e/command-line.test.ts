import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-port.ts";
import { pinion, root, until } from "../support/installation.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without what a runner of tests wishes for its own output. */
const { FORCE_COLOR: _forced, ...environment } = process.env;

function run(
  program: string,
  parameters: readonly string[],
  cwd: string = root,
  extra: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, [...parameters], { cwd, env: { ...environment, ...extra }, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
  });
}

const [node, program] = pinion;

/** Catches only what hangs. */
const patience = ["--timeout", "1700s"] as const;

const newFolder = () => mkdtemp(join(tmpdir(), "pinion-e2e-"));

describe("the program in the checkout", () => {
  it("runs by its name", async () => {
    const { code, stdout } = await run("npx", ["--no-install", "pinion", "--version"]);
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: "0.1.0" });
  });

  it("finds nothing wrong with the example", async () => {
    const { code, stdout } = await run(node, [program, "validate", "example-repo", "--format", "json"]);
    expect({ code, stdout: JSON.parse(stdout) as unknown }).toEqual({ code: 0, stdout: { findings: [] } });
  });

  it("says file and line of what is wrong, relative to the folder, and exits with 1", async () => {
    const folder = await newFolder();
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const copy = join(folder, "shop");
    await cp(join(root, "example-repo"), copy, { recursive: true });
    const pins = join(copy, "environments/production/pins/team-orders.yaml");
    await writeFile(pins, `${await readFile(pins, "utf8")}shipping-quote: 9.9.9\n`);
    const { code, stdout } = await run(node, [program, "validate", copy, "--format", "json"]);
    const { findings } = JSON.parse(stdout) as { readonly findings: readonly Record<string, unknown>[] };
    expect(code).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({ file: "environments/production/pins/team-orders.yaml", line: 3, severity: "error" }),
    );
    for (const finding of findings)
      expect(Object.keys(finding).sort()).toEqual(["code", "column", "file", "hint", "line", "message", "pointer", "severity"]);
  });

  it.each([
    ["a folder that is none", ["validate", "/nonexistent"]],
    ["an unknown command", ["frobnicate"]],
    ["an unknown option", ["status", "--frobnicate"]],
    ["no configuration", ["status", "--config", "/nonexistent/pinion.yaml"]],
  ])("exits with 2 for %s", async (_what, parameters) => {
    const { code, stderr } = await run(node, [program, ...parameters]);
    expect({ code, isExplained: stderr.startsWith("error ") }).toEqual({ code: 2, isExplained: true });
  });
});

describe("colour", () => {
  it.each([
    ["is for terminals: a pipe gets none, in a continuous integration either", { CI: "true" }, false],
    ["is there where it is forced", { FORCE_COLOR: "1" }, true],
  ])("%s", async (_what, extra, isColoured) => {
    const { stderr } = await run(node, [program, "frobnicate"], root, extra);
    expect(stderr.includes("\u001B[")).toBe(isColoured);
  });
});

interface Shop {
  readonly repository: string;
  /** Runs `pinion` for this shop. */
  readonly ask: (...parameters: readonly string[]) => Promise<Ended>;
  readonly pin: (from: string, to: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What `pinion init` writes, running. */
async function openShop(): Promise<Shop> {
  const folder = await newFolder();
  const shop = join(folder, "shop");
  expect((await run(node, [program, "init", shop])).code).toBe(0);
  const repository = join(shop, "config-repo");
  expect((await run(node, [program, "validate", repository])).code).toBe(0);
  // Its ports are fixed for people; other runs on this machine may hold them.
  const config = join(shop, "pinion.yaml");
  const text = (await readFile(config, "utf8"))
    .replace("8600", "0")
    .replace("8610", String(await freePort()))
    .replace("pollInterval: 5s", "pollInterval: 300ms");
  await writeFile(config, text);
  const end = runIn(shop);
  const close = async () => {
    await end();
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  };
  const ask = (...parameters: readonly string[]) => run(node, [program, ...parameters, "--config", config]);
  let last: Ended | undefined;
  const isUp = async () => (last = await ask("wait", "production/hello", "--timeout", "30s")).code === 0;
  // Asked again: a controller that is not seen to start is given up after 15 s, and that of a busy machine takes longer.
  await until(isUp, "production/hello runs", () => JSON.stringify(last)).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const pins = join(repository, "environments/production/pins.yaml");
  return {
    repository,
    ask,
    pin: async (from, to) => writeFile(pins, (await readFile(pins, "utf8")).replace(from, to)),
    close,
  };
}

async function commit(repository: string, message: string): Promise<void> {
  const person = ["-c", "user.name=team", "-c", "user.email=team@localhost", "-c", "commit.gpgsign=false"];
  await run("git", [...person, "commit", "--quiet", "--all", "--message", message], repository);
  expect(await run("git", ["push", "--quiet"], repository)).toMatchObject({ code: 0 });
}

describe("what `pinion init` writes", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    return () => shop.close();
  });

  const order = ["--as", "Ann <ann@example.com>", "--reason", "the till is being counted"];

  it("is valid, runs as it is, is held by a freeze, and deploys the first edit without it", async () => {
    const { repository, ask, pin } = shop;
    const frozen = await ask("freeze", "production", ...order, "--id", "freeze-1", "--format", "json");
    expect({ code: frozen.code, answer: JSON.parse(frozen.stdout) as unknown }).toMatchObject({
      code: 0,
      answer: { id: "freeze-1", kind: "done" },
    });
    expect(await ask("freeze", "production", ...order)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("command/refused: frozen already, by Ann"),
    });
    expect((await ask("freeze", "production", ...order, "--id", "freeze-1")).code).toBe(0);

    await pin("1.0.0", "1.1.0");
    expect((await run(node, [program, "plan", repository])).code).toBe(0);
    await commit(repository, "hello 1.1.0");
    const synced = await ask("sync", "production/hello", ...patience);
    expect(synced).toMatchObject({ code: 0 });
    const status = (await ask("status")).stdout;
    expect(status).toContain("FROZEN by Ann");
    expect(status).toContain("1.0.0 100%");
    expect(await ask("wait", "production/hello", "--version", "1.1.0", "--timeout", "2s")).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("timed-out: production/hello: frozen by Ann, as claimed with the token of uid "),
    });

    expect((await ask("unfreeze", "production", ...order)).code).toBe(0);
    expect((await ask("wait", "production/hello", "--version", "1.1.0", "--until", "succeeded", ...patience)).code).toBe(0);
    expect(await ask("pause", "production/hello", ...order)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing is under way"),
    });
  });

  it("says what was deployed, and takes it back by a commit of its own", async () => {
    const { repository, ask } = shop;
    expect((await ask("status")).stdout).toContain("1.1.0 100% · 1.0.0 warm");
    const { stdout } = await ask("history", "--limit", "1", "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({
      deployments: [{ environment: "production", process: "hello", from: "1.0.0", version: "1.1.0", phase: "Succeeded" }],
    });

    const back = await ask("rollback", "production/hello", ...order, ...patience);
    expect(back).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/✓ git: [^]*✓ traffic: all on 1\.0\.0\ndone: /u),
    });
    expect(await run("git", ["pull", "--quiet", "--ff-only"], repository)).toMatchObject({ code: 0 });
    const { stdout: author } = await run("git", ["log", "-1", "--format=%an"], repository);
    expect(author.trim()).toBe("Pinion");
  });
});

/** The controller. Gives what ends it in order. */
function runIn(directory: string): () => Promise<void> {
  const child = spawn(node, [program, "run", "--on-exit", "stop"], { cwd: directory, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}
