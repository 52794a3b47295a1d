import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { createKeptLog } from "../../../support/log.ts";

const holder = fileURLToPath(new URL("./journal-holder.ts", import.meta.url));
let folder: ReturnType<typeof temporaryFolder>;
let children: ChildProcess[];

interface Child {
  readonly process: ChildProcess;
  /** The next line it prints; null when it has ended. */
  line(): Promise<string | null>;
}

function start(mode: "hold" | "append"): Child {
  const child = spawn(process.execPath, ["--import", "tsx", holder, folder.path, mode], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { process: child, line: async () => ((await lines.next()) as { value?: string }).value ?? null };
}

async function killHard(child: Child): Promise<void> {
  const gone = once(child.process, "exit");
  child.process.kill("SIGKILL");
  await gone;
}

beforeEach(() => {
  folder = temporaryFolder();
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  folder.remove();
});

describe("the store's single writer", () => {
  it("is refused at once to a second process, which is told who has it", async () => {
    const first = start("hold");
    expect(await first.line()).toBe("open");
    expect(await start("hold").line()).toBe(`store/locked ${folder.path} is in use by process ${first.process.pid}`);
  });

  it("is free again when its holder was killed", async () => {
    const first = start("hold");
    expect(await first.line()).toBe("open");
    await killHard(first);
    expect(await start("hold").line()).toBe("open");
  });
});

describe("the journal after SIGKILL", () => {
  it.each([1, 40, 400])("holds everything that was acknowledged, killed after %i records", async (enough) => {
    const child = start("append");
    expect(await child.line()).toBe("open");
    let acknowledged = -1;
    while (acknowledged < enough) acknowledged = Number((await child.line())?.split(" ")[1]);
    await killHard(child);
    for (let line = await child.line(); line?.startsWith("acknowledged"); line = await child.line())
      acknowledged = Number(line.split(" ")[1]);

    const log = createKeptLog();
    const store = openStore({ directory: folder.path, log });
    try {
      const state = await store.journal.state("production");
      const history = await store.journal.history({ limit: 100_000 });
      const recorded = state.processes.size;
      expect(recorded).toBeGreaterThanOrEqual(acknowledged + 1);
      expect(state.owed).toHaveLength(recorded);
      expect(history).toHaveLength(recorded);
      expect(await store.journal.pendingEvents(100_000)).toHaveLength(recorded);
      expect([...state.processes.keys()].toSorted()).toEqual(Array.from({ length: recorded }, (_, number) => `p${number}`).toSorted());
      expect(log.lines).toEqual([]);
    } finally {
      store.close();
    }
  });
});
