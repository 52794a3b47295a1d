import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeRedDialect } from "../../src/adapters/engines/node-red/dialect.ts";
import type * as manifestsThread from "../../src/adapters/manifest/thread/manifests-thread.ts";
import type * as readingThread from "../../src/composition/reading-thread.ts";
import type { Permits } from "../../src/domain/config/permits.ts";
import { createFakeParseCache } from "../fakes/objects.ts";
import { createBareRepository, temporaryFolder } from "../support/git.ts";
import { smallRepository } from "../support/small-repository.ts";

const dist = pathToFileURL(join(import.meta.dirname, "../../dist/")).href;
const load = async <T>(file: string): Promise<T> => (await import(new URL(file, dist).href)) as T;
/** As they were built: a thread runs what is on the disk. */
const { readInThread, startThread } = await load<typeof readingThread>("composition/reading-thread.js");
const { createManifestsThread } = await load<typeof manifestsThread>("adapters/manifest/thread/manifests-thread.js");

const permits: Permits = {
  secrets: new Map(),
  own: { env: new Set(), paths: [] },
  engines: () => ["node-red"],
  flows: () => null,
  metricSources: [],
  named: [{ name: "production", place: { file: "pinion.yaml", line: 1, column: 1, pointer: "" } }],
};
function toldIn(told: string[]) {
  const tell = (fields: Readonly<Record<string, unknown>>, message: string) => void told.push(`${message}: ${String(fields["why"])}`);
  return { info: tell, warn: tell, error: tell };
}

function closing(reader: manifestsThread.ManifestsThread): manifestsThread.ManifestsThread {
  onTestFinished(() => reader.close());
  return reader;
}

/** A thread that does this when anything is asked of it. */
function threadThat(work: string, told: string[], limitMs: number): manifestsThread.ManifestsThread {
  const text = `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { ${work} });`;
  const program = new URL(`data:text/javascript,${encodeURIComponent(text)}`);
  return closing(
    createManifestsThread({
      log: toldIn(told),
      start: (listener) => startThread({ program, data: null, megabytes: 48 }, listener),
      onMissing: () => undefined,
      limitMs,
      watchEveryMs: 20,
    }),
  );
}

describe("the thread that reads the repository", () => {
  it("hands over snapshots and versions, and goes on after an object that is missing", async () => {
    const folder = temporaryFolder();
    onTestFinished(() => folder.remove());
    const repository = createBareRepository(join(folder.path, "config.git"));
    const first = repository.commit(smallRepository());
    const [told, missed, cache]: [string[], string[], ReturnType<typeof createFakeParseCache>] = [[], [], createFakeParseCache()];
    let published: string | null = null;
    const memory = { read: () => published, write: (text: string) => void (published = text) };
    const reading: Parameters<typeof readInThread>[0] = {
      about: { cache, memory, permits, program: "p", path: "", dialects: [nodeRedDialect] },
      log: toldIn(told),
      repository: { directory: repository.path, suspect: () => void missed.push("one"), log: () => Promise.resolve("") },
    };
    const reader = closing(readInThread(reading));
    const before = (await reader.snapshot(first, 7)).environments.get("production");
    expect(before?.pins.get("called")).toMatchObject({ kind: "runnable", summary: { version: "1.0.0" } });
    expect((await reader.version("called", "1.0.0")).definition.nodes).toHaveLength(2);
    await expect(reader.snapshot("f".repeat(40), 8)).rejects.toMatchObject({ code: "git/object-missing" });
    const second = repository.commit({ "environments/staging/pins.yaml": "called: 1.0.0\n" });
    const after = await reader.snapshot(second, 9);
    expect(after.environments.get("production")).toBe(before);
    expect(after.environments.get("staging")?.pins.size).toBe(1);
    expect([told, missed]).toEqual([[], ["one"]]);
    await reader.keep();
    expect(cache.rows.has("commit")).toBe(true);
    expect(cache.rows.size).toBe(4);
    // Another start finds what was kept, and needs no git for it.
    const next = closing(readInThread({ ...reading, repository: { ...reading.repository, directory: "/nowhere" } }));
    expect((await next.snapshot(second, 9)).environments.get("production")).toEqual(before);
  });

  it("is ended when it reads for ever, and holds up nobody meanwhile", async () => {
    const told: string[] = [];
    const reader = threadThat("for (;;);", told, 5);
    await expect(reader.snapshot("c", 0)).rejects.toMatchObject({ code: "manifest/too-much" });
    await expect(reader.version("p", "1.0.0")).rejects.toMatchObject({ code: "manifest/too-much" });
    expect(told).toEqual(["what reads the repository has ended; it is started again: it was ended, since it took too long"]);
  });

  it("is replaced once when it takes too much memory, and then the commit is too much", async () => {
    const told: string[] = [];
    const eat = "for (const eaten = []; ; ) eaten.push(Array.from({ length: 1_000_000 }, (_, index) => index + 0.5));";
    const reader = threadThat(eat, told, 60_000);
    await expect(reader.snapshot("c", 0)).rejects.toMatchObject({ code: "manifest/too-much" });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain("memory");
  });
});
