/** Every way to break a config repository that we know of: each has a finding at the right place, and spoils nothing else. */

import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManifests } from "../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../src/adapters/manifest/validate-repository.ts";
import { plainly } from "../../src/adapters/work-tree/attributes.ts";
import { createWorkTree } from "../../src/adapters/work-tree/work-tree.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { createFakeParseCache } from "../fakes/objects.ts";
import { plainDialect, processText, smallVersionDigest, smallRepository, versionText } from "../support/small-repository.ts";
import type { BrokenCopy } from "./broken-copy.ts";
import { brokenFiles } from "./broken-files.ts";
import { brokenMeanings } from "./broken-meanings.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pinion-broken-"));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function build(copy: BrokenCopy): Promise<void> {
  for (const [path, content] of Object.entries({ ...smallRepository(), ...copy.files })) if (content !== null) await put(path, content);
  for (const [path, target] of Object.entries(copy.links ?? {})) {
    await rm(join(root, path), { recursive: true, force: true });
    await symlink(target, join(root, path));
  }
  for (const [path, size] of Object.entries(copy.sizes ?? {})) await truncate(join(root, path), size);
}

const options = () => ({ objects: createWorkTree(root, () => plainly), dialects: [plainDialect] });
const brief = (found: Finding): string => `${found.severity} ${found.code} ${found.file}:${found.line}`;

describe("a broken copy", () => {
  it.each([...brokenFiles, ...brokenMeanings])("$name", async (copy) => {
    await build(copy);
    const { findings } = await validateRepository(options());
    expect(findings.map(brief)).toEqual(copy.expected);
    for (const found of findings) {
      expect(found.message).not.toBe("");
      expect(found.hint).not.toBe("");
      expect(found.column).toBeGreaterThan(0);
    }

    const snapshot = await createManifests({ ...options(), cache: createFakeParseCache() }).snapshot("", 0);
    const runnable = [...snapshot.environments].flatMap(([name, { pins }]) =>
      [...pins].flatMap(([process, pinned]) => (pinned.kind === "runnable" ? [`${name} ${process} ${pinned.summary.version}`] : [])),
    );
    expect(runnable.sort()).toEqual(copy.runnable);
  });

  it("is none when nothing is broken", async () => {
    await build({ name: "whole", files: {}, expected: [], runnable: [] });
    expect((await validateRepository(options())).findings).toEqual([]);
  });
});

describe("tampering", () => {
  it("shows the digest expected and the one computed", async () => {
    await build({ name: "", files: { "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "evil") }, expected: [], runnable: [] });
    const { findings } = await validateRepository(options());
    const [found] = findings;
    expect(found?.message).toContain(smallVersionDigest("1.0.0", "c100"));
    expect(found?.message).toContain(smallVersionDigest("1.0.0", "evil"));
  });

  it("is also a catalogue that changes with the content after publication", async () => {
    await build({ name: "", files: {}, expected: [], runnable: [] });
    let objects = createWorkTree(root);
    const manifests = createManifests({
      dialects: [plainDialect],
      cache: createFakeParseCache(),
      objects: {
        root: (c) => objects.root(c),
        directory: (id) => objects.directory(id),
        size: (id) => objects.size(id),
        file: (id) => objects.file(id),
      },
    });
    await manifests.snapshot("a", 0);
    await put("processes/called/process.yaml", processText("called", { "1.0.0": "evil", "1.1.0": "c110", "2.0.0": null }));
    await put("processes/called/versions/1.0.0.yaml", versionText("1.0.0", "evil"));
    objects = createWorkTree(root);
    for (const commit of ["b", "c"]) {
      const snapshot = await manifests.snapshot(commit, 0);
      expect(snapshot.findings.map(brief)).toEqual(["error version/republished processes/called/process.yaml:8"]);
      expect(snapshot.environments.get("production")?.pins.get("called")?.kind).toBe("broken");
      expect(snapshot.environments.get("staging")?.pins.get("called")?.kind).toBe("runnable");
      await expect(manifests.version("called", "1.0.0")).rejects.toMatchObject({ code: "manifest/invalid" });
    }
    await build({ name: "", files: {}, expected: [], runnable: [] });
    objects = createWorkTree(root);
    expect((await manifests.snapshot("d", 0)).findings).toEqual([]);
  });
});
