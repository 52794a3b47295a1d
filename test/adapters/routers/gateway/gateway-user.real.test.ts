/** The gateway as a user of its own: what it can read, and how the next controller enters it. */

import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readIdentity } from "../../../../src/gateway/identity.ts";
import { ensureGatewayProcess, type GatewayProcess } from "../../../../src/adapters/routers/gateway/launcher.ts";
import { gatewayFolders, openGatewayFolder } from "../../../../src/adapters/routers/gateway/folder.ts";
import { gatewayDefaults } from "../../../../src/domain/config/config.ts";
import { gatewayCommand, share } from "./setting.ts";
import { createKeptLog } from "../../../support/log.ts";

const own = { uid: 20_011, gid: 20_011 };
const other = { uid: 20_012, gid: 20_012 };

/** Only root can start processes as others, and only where others can read this checkout. */
function canSwitch(): boolean {
  if (process.getuid?.() !== 0) return false;
  const script = `require("node:fs").accessSync(${JSON.stringify(gatewayCommand[1])})`;
  return spawnSync(process.execPath, ["-e", script], own).status === 0;
}

describe.runIf(canSwitch())("a gateway with a user of its own", () => {
  let directory: string;
  let state: string;
  let gateway: GatewayProcess | null = null;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-gateway-user-"));
    await chmod(directory, 0o711);
    state = join(directory, "state");
    await mkdir(state, { mode: 0o700 });
  });
  afterEach(async () => {
    await gateway?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const open = async (runAs: typeof own | null) => {
    await gateway?.detach();
    const place = await openGatewayFolder(state, runAs);
    gateway = await ensureGatewayProcess({
      ...place,
      host: "127.0.0.1",
      port: 0,
      settings: gatewayDefaults,
      command: gatewayCommand,
      log: createKeptLog(),
    });
    return gateway;
  };
  const pid = () => readIdentity(gatewayFolders(state).isolated)?.pid ?? 0;
  const target = { instance: "node-red-1", url: "http://127.0.0.1:9" };
  const route = { process: "orders", timeoutMs: 1_000, sticky: null, shares: [share("1.0.0", "a", 100, [target])] };
  const userOf = async (process: number) => (await stat(`/proc/${process}`)).uid;

  it("runs as that user with its workers, cannot look into the state folder, and keeps its token in no file of its own", async () => {
    await open(own);
    const { isolated, shared } = gatewayFolders(state);
    const workers = readIdentity(isolated)?.workers ?? [];
    expect(await Promise.all([pid(), ...workers.map((worker) => worker.pid)].map(userOf))).toEqual([own.uid, own.uid, own.uid]);
    expect((await stat(isolated)).mode & 0o777).toBe(0o700);
    expect((await stat(isolated)).uid).toBe(own.uid);
    const token = (await readFile(join(shared, "control.token"), "utf8")).trim();
    expect((await stat(join(shared, "control.token"))).mode & 0o777).toBe(0o600);
    for (const name of await readdir(isolated)) expect(await readFile(join(isolated, name), "utf8")).not.toContain(token);
    expect(await readFile(`/proc/${pid()}/cmdline`, "utf8")).not.toContain(token);
    expect(await readFile(`/proc/${pid()}/environ`, "utf8")).not.toContain(token);
    const look = spawnSync("cat", [join(shared, "control.token")], { ...own, encoding: "utf8" });
    expect(look.stderr).toContain("Permission denied");
    expect(spawnSync("ls", [isolated], { ...other, encoding: "utf8" }).stderr).toContain("Permission denied");
  });

  it("is entered by the next controller, which reads the token where the one before kept it", async () => {
    await open(own);
    const first = pid();
    await open(own);
    expect(pid()).toBe(first);
    expect(await gateway?.router.ensureRoutes("production", [route])).toEqual([]);
  });

  it("takes address and table along from one that ran as the controller, and is replaced when its user changes", async () => {
    const before = await open(null);
    await before.router.ensureRoutes("production", [route]);
    const url = before.publicUrl();
    const table = await readFile(join(gatewayFolders(state).shared, "routes.json"), "utf8");
    const after = await open(own);
    expect(after.publicUrl()).toBe(url);
    expect(await readFile(join(gatewayFolders(state).isolated, "routes.json"), "utf8")).toBe(table);
    expect(readIdentity(gatewayFolders(state).shared)).toBeNull();
    await open(other);
    expect(await userOf(pid())).toBe(other.uid);
    await open(null);
    expect(await userOf(readIdentity(gatewayFolders(state).shared)?.pid ?? 0)).toBe(0);
  });

  it("cannot have the controller end another's process, or write where a link leads", async () => {
    await open(own);
    await gateway?.stop();
    gateway = null;
    const { isolated } = gatewayFolders(state);
    const said = JSON.parse(await readFile(join(isolated, "gateway.json"), "utf8")) as Record<string, unknown>;
    await writeFile(join(isolated, "gateway.json"), JSON.stringify({ ...said, pid: process.pid, startTime: null }));
    expect(readIdentity(isolated)).toBeNull();
    const precious = join(directory, "precious");
    await writeFile(precious, "as it was", { mode: 0o600 });
    for (const name of ["gateway.json", "gateway.log"]) {
      await rm(join(isolated, name), { force: true });
      await symlink(precious, join(isolated, name));
    }
    await open(own);
    expect(await readFile(precious, "utf8")).toBe("as it was");
    expect((await stat(precious)).uid).toBe(0);
  });
});
