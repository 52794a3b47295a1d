/** Reading only what changed must give the same as reading everything, whatever the change. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPace } from "../../../src/adapters/manifest/document/slices.ts";
import { createManifests, toReading } from "../../../src/adapters/manifest/manifests.ts";
import { type ReadCommit, readCommit } from "../../../src/adapters/manifest/repository-reader.ts";
import type { Objects } from "../../../src/ports/objects.ts";
import { createFakeObjects, createFakeParseCache, type FakeFiles } from "../../fakes/objects.ts";
import { plainDialect, smallDigest, smallRepository } from "../../support/small-repository.ts";
import { type Change, folderChange, withFile } from "./folder-changes.ts";
import { change, plain, quarantineFile, quarantineText } from "../../support/small-changes.ts";
import { runs } from "../../support/thorough.ts";

function store() {
  const objects = createFakeObjects();
  const cache = createFakeParseCache();
  return { objects, cache, manifests: () => createManifests({ objects, cache, dialects: [plainDialect] }) };
}

function plainProcesses({ processes: { treeId, entries, records, findings } }: ReadCommit): unknown {
  const known = new Map(Array.from(records, ([process, record]) => [process, { ...record, versions: null }]));
  return { treeId, entries, records: known, findings: new Map(Array.from(findings, ([process, found]) => [process, new Set(found)])) };
}

const anyChange: fc.Arbitrary<Change> = fc.oneof(change.map(withFile), folderChange);

describe("an incremental snapshot", () => {
  it("is the same as one read from nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 8 }), async (changes) => {
        const { objects, manifests } = store();
        const incremental = manifests();
        let files: FakeFiles = smallRepository();
        await incremental.snapshot(objects.commit(files), 0);
        for (const each of changes) {
          files = each(files);
          const commit = objects.commit(files);
          const seen = await incremental.snapshot(commit, 0);
          // Memory of what was published is what a fresh reader cannot have.
          if (seen.findings.some(({ code }) => code === "version/republished")) return;
          expect(plain(seen)).toEqual(plain(await manifests().snapshot(commit, 0)));
          expect(plain(seen)).toEqual(
            plain(await createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect] }).snapshot(commit, 0)),
          );
        }
      }),
      runs(40),
    );
  });

  it("is made of processes that are the same, whichever were published, renamed and deleted", async () => {
    const outcomes = { patched: 0, whole: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(folderChange, { minLength: 1, maxLength: 8 }), async (changes) => {
        const { objects } = store();
        const difference = async (before: string, after: string) => {
          const found = (await objects.difference?.(before, after)) ?? null;
          outcomes[found ? "patched" : "whole"] += 1;
          return found;
        };
        const read = (from: Objects, commit: string, before: ReadCommit | null) => {
          const about = { objects: from, cache: createFakeParseCache(), dialects: [plainDialect] };
          return readCommit(toReading(about, createPace(Infinity)), commit, before);
        };
        let files: FakeFiles = smallRepository();
        let newest = await read({ ...objects, difference }, objects.commit(files), null);
        for (const each of changes) {
          files = each(files);
          const commit = objects.commit(files);
          newest = await read({ ...objects, difference }, commit, newest);
          expect(plainProcesses(newest)).toEqual(plainProcesses(await read(objects, commit, null)));
        }
      }),
      runs(60),
    );
    expect(Math.min(outcomes.patched, outcomes.whole), JSON.stringify(outcomes)).toBeGreaterThan(0);
  });

  it("tells what is in quarantine, pinned or not, until it is lifted", async () => {
    const { objects, manifests } = store();
    const reader = manifests();
    const quarantineOf = async (files: FakeFiles) =>
      (await reader.snapshot(objects.commit(files), 0)).environments.get("production")?.quarantine;
    const files = smallRepository();
    const entry = (content: string) => ({ process: "called", version: "1.0.0", digest: smallDigest(content) });
    expect(await quarantineOf(files)).toEqual([]);
    expect(await quarantineOf({ ...files, [quarantineFile]: quarantineText("c100") })).toEqual([entry("c100")]);
    expect(await quarantineOf({ ...files, [quarantineFile]: quarantineText("else") })).toEqual([entry("else")]);
    expect(await quarantineOf({ ...files, [quarantineFile]: "quarantine: []\n" })).toEqual([]);
  });

  it("reads an environment as it was at an earlier commit, beside the newest", async () => {
    const { objects, manifests } = store();
    const reader = manifests();
    const files = smallRepository();
    const first = objects.commit(files);
    const before = (await manifests().snapshot(first, 0)).environments.get("production");
    const broken = objects.commit({ ...files, "environments/production/environment.yaml": "name: [" });
    expect((await reader.snapshot(broken, 0)).environments.get("production")?.spec).toBeNull();
    expect(await reader.earlier(first, "production")).toEqual(before);
    expect(await reader.earlier(first, "elsewhere")).toBeNull();
    expect((await reader.snapshot(broken, 0)).environments.get("production")?.spec).toBeNull();
  });

  it("reads nothing but the pins file when one pin moves", async () => {
    const { objects, manifests } = store();
    const reader = manifests();
    const files = smallRepository();
    await reader.snapshot(objects.commit({ ...files, "environments/staging/pins.yaml": "called: 1.0.0\ncaller: 1.0.0\n" }), 0);
    const before = await reader.snapshot(objects.commit(files), 0);
    const commit = objects.commit({
      ...files,
      "environments/staging/pins.yaml": 'called: 1.0.0\ncaller: 1.0.0 # with a comment\nother: "1.0.0"\n',
    });
    objects.forgetReads();
    const after = await reader.snapshot(commit, 0);
    expect(objects.reads.files).toBe(1);
    expect(after.environments.get("production")).toBe(before.environments.get("production"));
    expect(after.environments.get("staging")?.pins.get("called")).toMatchObject({ kind: "runnable", summary: { version: "1.0.0" } });
  });

  it("reads no process at all when the cache knows them", async () => {
    const { objects, manifests } = store();
    const commit = objects.commit(smallRepository());
    await manifests().snapshot(commit, 0);
    objects.forgetReads();
    const again = await manifests().snapshot(commit, 0);
    // Two environments with three pins files.
    expect(objects.reads.files).toBe(5);
    expect(again.findings).toEqual([]);
  });

  it("reads anew what is damaged in the cache", async () => {
    const { objects, cache, manifests } = store();
    const commit = objects.commit(smallRepository());
    const first = await manifests().snapshot(commit, 0);
    for (const key of cache.rows.keys()) cache.rows.set(key, "{]");
    expect(plain(await manifests().snapshot(commit, 0))).toEqual(plain(first));
  });

  it("parses only versions that are pinned", async () => {
    const { objects, manifests } = store();
    const broken = { ...smallRepository(), "processes/called/versions/2.0.0.yaml": "not: [a version" };
    expect((await manifests().snapshot(objects.commit(broken), 0)).findings).toEqual([]);
  });

  it("keeps the newest snapshot when an object is missing", async () => {
    const { objects, manifests } = store();
    const reader = manifests();
    await reader.snapshot(objects.commit(smallRepository()), 0);
    await expect(reader.snapshot("f".repeat(40), 0)).rejects.toMatchObject({ code: "git/object-missing" });
    expect((await reader.version("called", "1.0.0")).version).toBe("1.0.0");
  });
});
