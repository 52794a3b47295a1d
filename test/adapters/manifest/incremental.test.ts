/** Reading only what changed must give the same as reading everything, whatever the change. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPace } from "../../../src/adapters/manifest/document/slices.ts";
import { createManifests, toReading } from "../../../src/adapters/manifest/manifests.ts";
import { type ReadCommit, readCommit } from "../../../src/adapters/manifest/repository-reader.ts";
import type { Snapshot } from "../../../src/domain/desired/snapshot.ts";
import type { Objects } from "../../../src/ports/objects.ts";
import { createFakeObjects, createFakeParseCache, type FakeFiles } from "../../fakes/objects.ts";
import { plainDialect, processText, smallDefinition, smallDigest, smallRepository, versionText } from "../../support/small-repository.ts";
import { type Change, folderChange, withFile } from "./folder-changes.ts";
import { runs } from "../../support/thorough.ts";

function store() {
  const objects = createFakeObjects();
  const cache = createFakeParseCache();
  return { objects, cache, manifests: () => createManifests({ objects, cache, dialects: [plainDialect] }) };
}

/** Comparable, whatever order maps were filled in. */
function plain(snapshot: Snapshot): unknown {
  const sorted = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    findings: snapshot.findings,
    environments: sorted(snapshot.environments).map(([name, environment]) => [name, { ...environment, pins: sorted(environment.pins) }]),
  };
}

function plainProcesses({ processes: { treeId, entries, records, findings } }: ReadCommit): unknown {
  const known = new Map(Array.from(records, ([process, record]) => [process, { ...record, versions: null }]));
  return { treeId, entries, records: known, findings: new Map(Array.from(findings, ([process, found]) => [process, new Set(found)])) };
}

const needs = (name: string, range: string): string => `dependencies:\n  - { type: workflow, name: ${name}, version: "${range}" }\n`;
const pinFile = fc.constantFrom(
  "environments/production/pins/a.yaml",
  "environments/production/pins/b.yaml",
  "environments/staging/pins.yaml",
);
const pinLine = fc.constantFrom(
  "called: 1.0.0",
  "called: 1.1.0",
  "called: 2.0.0",
  "caller: 1.0.0",
  "other: 1.0.0",
  "nobody: 1.0.0",
  "# note",
  "",
  "?",
);
const processFileText = fc.constantFrom(
  processText("called", { "1.0.0": "c100", "1.1.0": "c110", "2.0.0": null }),
  processText("called", { "1.0.0": "c100" }),
  processText("called", { "1.0.0": "x", "1.1.0": "c110" }).replace("published", "archived"),
  "id: called\n",
);
const versionFileText = fc.constantFrom(
  versionText("1.0.0", "c100"),
  versionText("1.0.0", "x"),
  versionText("1.0.0", "c100", needs("caller", "^1.0.0")),
  versionText("1.0.0", "c100", needs("other", ">=2.0.0")),
  "version: [",
);
const environmentText = fc.constantFrom(
  "name: production\ntype: production\n",
  "name: production\ntype: staging\n",
  "name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n",
  "name: production\ntype: production\nprocesses: { called: {}, caled: {} }\n",
  "name: production\ntype: production\nvalidation: { healthCheck: { endpoint: /health } }\n",
  "name: x\n",
);
function answeringAt(path: string): string {
  const node = `    - { id: way-in, type: address, config: { path: '${path}' } }\n`;
  return versionText("1.0.0", "c100").replace("  connections:", `${node}  connections:`);
}

function exportAnsweringAt(path: string): string {
  const { nodes, ...rest } = smallDefinition("o100");
  return JSON.stringify({ ...rest, nodes: [...nodes, { id: "way-in", type: "address", config: { path } }] });
}

const quarantineFile = "environments/production/quarantine.yaml";

function quarantineText(content: string): string {
  return `quarantine:\n  - { process: called, version: 1.0.0, digest: ${smallDigest(content)}, reason: bad, since: 2026-11-21T10:00:00Z }\n`;
}

const change: fc.Arbitrary<readonly [string, string | null]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(
      pinFile,
      fc.array(pinLine, { maxLength: 5 }).map((lines) => `${lines.join("\n")}\n`),
    ),
  },
  fc.tuple(fc.constant("processes/called/process.yaml"), processFileText),
  fc.tuple(fc.constant("processes/called/versions/1.0.0.yaml"), versionFileText),
  fc.tuple(
    fc.constantFrom(..."called caller".split(" ").map((process) => `processes/${process}/versions/1.0.0.yaml`)),
    fc.constantFrom("/x", "/x/:id", String.raw`/x/:id(\d+)`, "/X/", "/bad|", "/health").map(answeringAt),
  ),
  fc.tuple(
    fc.constant("processes/other/versions/1.0.0.flow.json"),
    fc.constantFrom("/x/:other", "/x", "/y", "/health").map((path) => exportAnsweringAt(path)),
  ),
  fc.tuple(fc.constant("environments/production/environment.yaml"), environmentText),
  fc.tuple(fc.constant(quarantineFile), fc.constantFrom(quarantineText("c100"), quarantineText("x"), "quarantine: []\n", "?", null)),
  fc.tuple(
    fc.constantFrom("processes/called/process.yaml", "processes/caller/process.yaml", "environments/staging/pins.yaml"),
    fc.constant(null),
  ),
);

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
