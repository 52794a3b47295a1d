import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { identify, isAlive, terminate } from "../../../../src/adapters/engines/node-red/os-process.ts";

describe("an operating-system process", () => {
  const children: ReturnType<typeof spawn>[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

  async function start(script: string): Promise<ReturnType<typeof spawn>> {
    const child = spawn(process.execPath, ["-e", `${script}; setInterval(() => {}, 1000); process.stdout.write("up")`], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(child);
    if (child.stdout) await once(child.stdout, "data");
    return child;
  }

  it("is known by its pid and when it started, so that a later owner of the pid is not taken for it", async () => {
    const self = await identify(process.pid);
    expect(await isAlive(self)).toBe(true);
    expect(await isAlive({ ...self, startTime: "1" })).toBe(false);
  });

  it("ends when it is asked to, and is made to when it does not listen", async () => {
    const [polite, deaf] = [await start(""), await start("process.on('SIGTERM', () => {})")];
    const [one, two] = [await identify(polite.pid!), await identify(deaf.pid!)];
    const ended = Promise.all([once(polite, "exit"), once(deaf, "exit")]);
    await Promise.all([terminate(one, 60_000), terminate(two, 30)]);
    expect((await ended).map((exit) => String(exit[1]))).toEqual(["SIGTERM", "SIGKILL"]);
    expect([await isAlive(one), await isAlive(two)]).toEqual([false, false]);
    await terminate(one, 1_000);
  });

  it("is left alone when its pid belongs to somebody else now", async () => {
    const child = await start("");
    await terminate({ pid: child.pid!, startTime: "1" }, 1_000);
    expect(await isAlive(await identify(child.pid!))).toBe(true);
  });
});
