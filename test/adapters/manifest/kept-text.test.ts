/** A start from the text of a commit must be the same as one from the files, and a text that cannot be believed changes nothing. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createManifests, type ManifestsOptions } from "../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache, type FakeFiles } from "../../fakes/objects.ts";
import { change, plain } from "../../support/small-changes.ts";
import { plainDialect, processText, smallRepository, versionText } from "../../support/small-repository.ts";
import { folderChange, withFile } from "./folder-changes.ts";
import { runs } from "../../support/thorough.ts";

/** Keeps the newest commit as a text; others keep none. */
const keeping = { program: "build-1" };
const anyChange = fc.oneof(change.map(withFile), folderChange);
const textKey = "commit";
const pinsFile = "environments/production/pins/a.yaml";
const environmentFile = "environments/production/environment.yaml";

function createMemory(): NonNullable<ManifestsOptions["memory"]> {
  let kept: string | null = null;
  return { read: () => kept, write: (text) => void (kept = text) };
}

/** One state folder, in which controllers are started one after the other. */
function installation(objects = createFakeObjects()) {
  const cache = createFakeParseCache();
  const memory = createMemory();
  const startAnew = (more: Partial<ManifestsOptions> = {}) =>
    createManifests({ objects, cache, memory, dialects: [plainDialect], ...more });
  const start = (more: Partial<ManifestsOptions> = {}) => startAnew({ ...keeping, ...more });
  return { objects, cache, memory, start, startAnew };
}

/** Of a state folder in which a controller has kept its newest commit. */
async function kept(files: FakeFiles = smallRepository()) {
  const place = installation();
  const commit = place.objects.commit(files);
  const reader = place.start();
  const snapshot = await reader.snapshot(commit, 0);
  await reader.keep();
  return { ...place, commit, snapshot, text: place.cache.rows.get(textKey) ?? "" };
}

describe("a start from the text", () => {
  it("is the same as one from the files, and as no start at all, whatever has changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 6 }), async (changes) => {
        const { objects, start } = installation();
        const others = installation(objects);
        const running = others.startAnew();
        let files: FakeFiles = smallRepository();
        let started = start();
        for (const each of [null, ...changes]) {
          files = each === null ? files : each(files);
          const commit = objects.commit(files);
          const expected = plain(await running.snapshot(commit, 0));
          expect(plain(await started.snapshot(commit, 0))).toEqual(expected);
          await started.keep();
          started = start();
          objects.forgetReads();
          const again = await started.snapshot(commit, 0);
          expect(objects.reads).toEqual({ directories: 0, files: 0, sizes: 0 });
          expect(plain(again)).toEqual(expected);
          expect(plain(await others.startAnew({ cache: createFakeParseCache() }).snapshot(commit, 0))).toEqual(expected);
          const workTree = { ...objects, root: async () => commit };
          const told = await validateRepository({ objects: workTree, dialects: [plainDialect] });
          expect(told.findings).toEqual(expect.arrayContaining(again.findings.filter(({ code }) => code !== "version/republished")));
        }
      }),
      runs(40),
    );
  });

  it("reads nothing, and then only what a commit touches", async () => {
    const { objects, commit, start, snapshot } = await kept();
    const reader = start();
    objects.forgetReads();
    expect(plain(await reader.snapshot(commit, 0))).toEqual(plain(snapshot));
    expect(objects.reads).toEqual({ directories: 0, files: 0, sizes: 0 });
    const moved = { ...smallRepository(), "environments/staging/pins.yaml": "called: 1.0.0\ncaller: 1.0.0\nother: 1.0.0\n" };
    await reader.snapshot(objects.commit({ ...moved, "environments/staging/pins.yaml": "called: 1.1.0\n" }), 0);
    expect(objects.reads.files).toBe(1);
  });

  it("gives whole versions, as one from the files does", async () => {
    const { commit, start, startAnew } = await kept();
    const [reader, other] = [start(), startAnew()];
    await Promise.all([reader.snapshot(commit, 0), other.snapshot(commit, 0)]);
    expect(await reader.version("called", "1.1.0")).toEqual(await other.version("called", "1.1.0"));
  });

  it("keeps what an author calls like a mark of the text", async () => {
    const named = "name: production\ntype: production\nvariables: { x: { '~map': [[1, 2]], '~~map': '~map' } }\n";
    const { commit, start, snapshot } = await kept({ ...smallRepository(), [environmentFile]: named });
    expect(snapshot.environments.get("production")?.spec?.variables).toEqual({ x: { "~map": [[1, 2]], "~~map": "~map" } });
    expect(plain(await start().snapshot(commit, 0))).toEqual(plain(snapshot));
  });
});

describe("a text that cannot be believed", () => {
  const broken: Readonly<Record<string, (text: string) => string>> = {
    "has lost its end": (text) => text.slice(0, -7),
    "has lost its beginning": (text) => text.slice(7),
    "is empty": () => "",
    "has another pin in it": (text) => text.replaceAll("1.0.0", "1.1.0"),
    "is of another program": (text) => text.replace('"program":"build-1"', '"program":"build-0"'),
    "is of another format": (text) => text.replace('"format":1', '"format":0'),
    "is of another commit": (text) => text.replace(/"commit":"[0-9a-f]{4}/u, '"commit":"dead'),
  };
  it.each(Object.entries(broken))("is written anew when it %s", async (_name, damage) => {
    const { objects, cache, commit, start, snapshot, text } = await kept();
    expect(damage(text)).not.toBe(text);
    cache.rows.set(textKey, damage(text));
    objects.forgetReads();
    const reader = start();
    expect(plain(await reader.snapshot(commit, 0))).toEqual(plain(snapshot));
    expect(objects.reads.files).toBeGreaterThan(0);
    await reader.keep();
    expect(cache.rows.get(textKey)).toBe(text);
  });

  it.each<[string, Partial<ManifestsOptions>]>([
    ["the folder", { path: "elsewhere" }],
    ["the kinds of engine", { engines: ["node-red", "other"] }],
    [
      "what the operator allows",
      {
        permits: {
          secrets: new Map(),
          own: { env: new Set(), paths: [] },
          engines: () => ["other"],
          flows: () => null,
          metricSources: [],
          named: [],
        },
      },
    ],
  ])("is not used when %s is another", async (_name, settings) => {
    const { objects, commit, start } = await kept();
    objects.forgetReads();
    const expected = await installation(objects).startAnew(settings).snapshot(commit, 0);
    const before = objects.reads.directories;
    expect(plain(await start(settings).snapshot(commit, 0))).toEqual(plain(expected));
    expect(objects.reads.directories).toBeGreaterThan(before);
  });

  it("is not used where what was published is not remembered as it says", async () => {
    const { objects, commit, start, memory } = await kept();
    memory.write("");
    objects.forgetReads();
    await start().snapshot(commit, 0);
    expect(objects.reads.files).toBeGreaterThan(0);
  });
});

describe("a cache that has lost what the text leaves to it", () => {
  const lose = (rows: Map<string, string>): void => {
    for (const key of rows.keys()) if (key !== textKey) rows.delete(key);
  };

  it("is filled anew by the commit that needs it", async () => {
    const { objects, cache, commit, start } = await kept();
    lose(cache.rows);
    const reader = start();
    await reader.snapshot(commit, 0);
    const files = { ...smallRepository(), [pinsFile]: "called: 1.1.0\n" };
    const moved = objects.commit({
      ...files,
      "processes/called/process.yaml": processText("called", { "1.0.0": "c100", "1.1.0": "c110", "1.2.0": "c120" }),
      "processes/called/versions/1.2.0.yaml": versionText("1.2.0", "c120"),
    });
    const expected = await installation(objects).start().snapshot(moved, 0);
    expect(plain(await reader.snapshot(moved, 0))).toEqual(plain(expected));
  });

  it("is filled anew by a version that is asked for", async () => {
    const { cache, commit, start } = await kept();
    lose(cache.rows);
    const reader = start();
    await reader.snapshot(commit, 0);
    expect(await reader.version("called", "1.1.0")).toMatchObject({ version: "1.1.0" });
  });
});
