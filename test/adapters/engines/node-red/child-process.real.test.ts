import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adoptOrStart, type ChildOptions, type RunningChild } from "../../../../src/adapters/engines/node-red/child-process.ts";
import { findByWords, isAlive, terminate } from "../../../../src/adapters/engines/node-red/os-process.ts";
import { readRecord } from "../../../../src/adapters/engines/node-red/instance-files.ts";

/** What a child does in place of Node-RED. `port`, `tokenDigest` and the like are what it was told. */
const told = `const told = JSON.parse(require("node:fs").readFileSync(0, "utf8")); process.on("SIGTERM", () => {});`;
const serve = (answer: string) =>
  `${told} require("node:http").createServer((request, response) => { ${answer} }).listen(told.port, "127.0.0.1");`;
const healthy = serve('response.setHeader("content-type", "application/json"); response.end(JSON.stringify({ pid: process.pid }));');

describe("a child that does not behave", () => {
  let directory: string;
  const folder = () => join(directory, "node-red-1");
  const entry = () => join(directory, "entry.cjs");
  const options = (startTimeoutMs = 60_000): ChildOptions => ({
    directory: folder(),
    entry: entry(),
    maxMemoryMb: null,
    drainMs: 0,
    startTimeoutMs,
    isOneOfMany: false,
  });
  const running = () => findByWords([entry(), folder()]);
  const start = (over = options(), signal = new AbortController().signal): Promise<RunningChild> => adoptOrStart(over, signal);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-child-"));
  });
  afterEach(async () => {
    await Promise.all((await running()).map((each) => terminate(each, 0)));
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    ["never listens", `${told} setInterval(() => {}, 1000);`],
    ["takes connections and says nothing", serve("")],
    ["answers with something else", serve('response.end("hello");')],
    ["knows another token", serve("response.statusCode = 401; response.end();")],
    ["stops itself", `${told} process.kill(process.pid, "SIGSTOP");`],
  ])("is ended when it %s, and leaves nothing running", async (_how, script) => {
    await writeFile(entry(), script);
    await expect(start(options(400))).rejects.toThrow("it did not answer within 400 ms");
    expect(await running()).toEqual([]);
  });

  it("is found and ended when its record is lost, before another one is started", async () => {
    await writeFile(entry(), healthy);
    const first = await start();
    await rm(join(folder(), "instance.json"));
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await isAlive(first.process)).toBe(false);
    expect((await running()).map(({ pid }) => pid)).toEqual([second.process.pid]);
  });

  it("is ended and replaced when it fell silent while no controller was there", async () => {
    await writeFile(entry(), healthy);
    const first = await start();
    process.kill(first.process.pid, "SIGSTOP");
    const second = await start();
    expect([second.adopted, second.process.pid === first.process.pid, await isAlive(first.process)]).toEqual([false, false, false]);
  });

  it("is not believed that it is another process, which would be ended in its place", async () => {
    await writeFile(
      entry(),
      healthy
        .replace("pid: process.pid", "pid: global.lie ?? process.pid")
        .replace("response.setHeader", `if (request.url === "/lie") global.lie = ${process.pid}; response.setHeader`),
    );
    const first = await start();
    await fetch(`http://127.0.0.1:${first.record.port}/lie`);
    const second = await start();
    expect([second.adopted, second.process]).toEqual([true, first.process]);
    // Also where nobody knows any more which process it was.
    await writeFile(join(folder(), "instance.json"), JSON.stringify({ ...first.record, process: null }));
    const third = await start();
    expect([third.adopted, third.process.pid === process.pid, await isAlive(first.process)]).toEqual([false, false, false]);
    expect((await readRecord(folder()))?.process).toEqual(third.process);
  });

  it("that is starting when nobody wants it any more is on record, so that it can be ended", async () => {
    await writeFile(entry(), `${told} setInterval(() => {}, 1000);`);
    const enough = new AbortController();
    const starting = start(options(), enough.signal);
    while (!(await readRecord(folder()))?.process) await new Promise((resolve) => setTimeout(resolve, 5));
    enough.abort();
    await expect(starting).rejects.toThrow(/abort/i);
    expect((await running()).map(({ pid }) => pid)).toEqual([(await readRecord(folder()))?.process?.pid]);
  });

  it("is told what it must know through a pipe, and never by a file", async () => {
    await writeFile(entry(), healthy);
    const { record } = await start();
    expect((await readdir(folder())).toSorted()).toEqual(["at-work.json", "data", "instance.json", "node-red.log"]);
    expect(record.token).toMatch(/^.{32}$/);
    expect(await readdir(join(folder(), "data"))).toEqual([]);
  });
});
