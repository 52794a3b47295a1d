import { spawn, spawnSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import { ensureOwnFolder } from "../../../../src/platform/run-as.ts";
import type { Definition } from "../../../../src/domain/desired/definition.ts";
import { helloFlow, node, unitOf } from "./flows.ts";
import { addressOf, record, silent } from "./instances.ts";

const runAs = { uid: 20_001, gid: 20_001 };
const other = { uid: 20_002, gid: 20_002 };

/** Only root can start processes as others, and only where others can read this checkout. */
function canSwitch(): boolean {
  if (process.getuid?.() !== 0) return false;
  const script = `require("node:fs").accessSync(${JSON.stringify(resolve("node_modules/node-red/package.json"))})`;
  return spawnSync(process.execPath, ["-e", script], runAs).status === 0;
}

/** Answers what a shell command prints. */
function shell(command: string): Definition {
  return helloFlow(
    `try { msg.payload = cp.execSync(${JSON.stringify(command)}, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }); } catch (e) { msg.payload = "failed: " + e.stderr; } return msg;`,
    { nodes: [node("unused", "comment")] },
  );
}

describe.runIf(canSwitch())("engines that run as users of their own", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed | null = null;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-isolated-"));
    await chmod(directory, 0o711);
    await mkdir(join(directory, "state"), { mode: 0o700 });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("cannot read the controller's files, and keep theirs to themselves", async () => {
    await writeFile(join(directory, "state/journal.db"), "all that was decided", { mode: 0o600 });
    vi.stubEnv("PINION_TEST_SECRET", "secret-of-the-controller");
    embedded = await startEmbeddedNodeRed({
      environment: "production",
      directory: join(directory, "state/engines/production"),
      isolation: { runAs, directory: join(directory, "state.engines/production") },
      instances: 1,
      log: silent,
      drainMs: 1_000,
    });
    const { engine } = embedded;
    const state = join(directory, "state");
    const commands = [`id -u`, `cat ${state}/journal.db`, `ls ${state}`, `cat ${state}/engines/production/node-red-1/instance.json`, `env`];
    const units = commands.map((command, index) => {
      const definition = shell(command);
      const nodes = definition.nodes.map((each) =>
        each.id === "work" ? { ...each, config: { ...each.config, libs: [{ var: "cp", module: "child_process" }] } } : each,
      );
      return unitOf(`p${index}`, "1.0.0", { ...definition, nodes });
    });
    await engine.ensureInstalled(units);
    const answers = await Promise.all(units.map(async (unit) => (await fetch(`${await addressOf(engine, unit)}/hello`)).text()));
    expect(answers[0]).toContain("20001");
    expect(answers.slice(1, 4).map((answer) => /failed: .*denied/.test(answer))).toEqual([true, true, true]);
    expect(answers[4]).not.toMatch(/secret-of-the-controller|PINION_TEST_SECRET/);
    expect(answers[4]).toMatch(/HOME=\S*state\.engines\/production\/node-red-1/);
    const own = await stat(join(directory, "state.engines/production/node-red-1"));
    expect([own.uid, own.mode & 0o777]).toEqual([runAs.uid, 0o700]);
    const { process: child } = await record(join(directory, "state/engines/production"), "node-red-1");
    expect((await stat(`/proc/${child?.pid}`)).uid).toBe(runAs.uid);
  });

  it("show their token to nobody else who waits at their port while they start, and have another one then", async () => {
    const options = {
      environment: "production",
      directory: join(directory, "state/engines/production"),
      isolation: { runAs, directory: join(directory, "state.engines/production") },
      instances: 1,
      log: silent,
      drainMs: 0,
    };
    embedded = await startEmbeddedNodeRed(options);
    const before = await record(options.directory, "node-red-1");
    await embedded.stop();
    const script = `require("node:http").createServer((request, response) => { console.log("asked", request.headers.authorization); response.end(); }).listen(${before.port}, "127.0.0.1", () => console.log("there"))`;
    const stranger = spawn(process.execPath, ["-e", script], { ...other, stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    stranger.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    try {
      await vi.waitFor(() => expect(said).toContain("there"), 10_000);
      embedded = await startEmbeddedNodeRed(options);
      await vi.waitFor(async () => expect((await record(options.directory, "node-red-1")).process).not.toBeNull(), 30_000);
      const after = await record(options.directory, "node-red-1");
      expect([said, after.port === before.port, after.token === before.token]).toEqual(["there\n", false, false]);
      expect(await embedded.engine.inventory()).toMatchObject({ installed: [] });
    } finally {
      stranger.kill("SIGKILL");
    }
  });

  it("never get a folder that is somebody else's, or a link to one", async () => {
    const folder = join(directory, "state.engines/production/node-red-1");
    await ensureOwnFolder(folder, runAs);
    await ensureOwnFolder(folder, runAs);
    await expect(ensureOwnFolder(folder, other)).rejects.toThrow(/is not a folder of uid 20002/);
    await rm(folder, { recursive: true });
    await symlink("/etc", folder);
    await expect(ensureOwnFolder(folder, runAs)).rejects.toThrow(/is not a folder of uid 20001/);
    expect((await stat("/etc")).uid).toBe(0);
    await expect(chown(join(directory, "state.engines"), 0, 0)).resolves.toBeUndefined();
  });
});
