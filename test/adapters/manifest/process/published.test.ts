/** What was published once never changes: not across a restart, not without a journal, not in a single commit. */

import { describe, expect, it } from "vitest";
import type { History } from "../../../../src/adapters/manifest/history.ts";
import { createManifests } from "../../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache, type FakeObjects } from "../../../fakes/objects.ts";
import {
  plainDialect,
  processText,
  smallDigest,
  smallRepository,
  smallVersionDigest,
  versionText,
} from "../../../support/small-repository.ts";

const good = smallRepository();
const evil = {
  ...good,
  "processes/called/process.yaml": processText("called", { "1.0.0": "evil", "1.1.0": "c110", "2.0.0": null }),
  "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "evil"),
};
const tags = "tags: [other]\n";
const calledFile = "processes/called/process.yaml";
const versionFile = "processes/called/versions/1.0.0.yaml";
/** Another content that its catalogue does not know, and one that it lists. */
const changedTags = { ...good, [versionFile]: versionText("1.0.0", "c100", tags) };
const otherTags = { ...changedTags, [calledFile]: listed(smallVersionDigest("1.0.0", "c100", tags)) };
/** As older releases wrote it: digests of definitions only. */
const old = { ...good, [calledFile]: listed(smallDigest("c100")) };
const oldOtherTags = { ...changedTags, [calledFile]: listed(smallDigest("c100")) };
const oldEvil = { ...evil, [calledFile]: listed(smallDigest("evil")) };
/** The same meaning in another layout. */
const reformatted = {
  ...good,
  [versionFile]: versionText("1.0.0", "c100").replace("title: A version", '# the first one\ntitle: "A version"'),
};
const otherStatus = {
  ...good,
  "processes/called/process.yaml": (good["processes/called/process.yaml"] ?? "").replace("status: published", "status: deprecated"),
};

/** The catalogue with this digest of version 1.0.0. */
function listed(digest: string): string {
  return (good[calledFile] ?? "").replace(smallVersionDigest("1.0.0", "c100"), digest);
}

const common = { dialects: [plainDialect] };

/** Commits from the newest to the oldest, of which each changed every catalogue. */
function historyOf(objects: FakeObjects, commits: readonly string[]): History {
  const files = ["called", "caller", "other"].map((process) => `processes/${process}/process.yaml`);
  return { objects, path: "", log: async () => commits.flatMap((commit) => [`commit ${commit}`, "", ...files]).join("\n") };
}

const republished = (findings: readonly { readonly code: string; readonly message: string }[]): readonly string[] =>
  findings.filter(({ code }) => code === "version/republished").map(({ message }) => message);

describe("a controller that is started again", () => {
  it("still refuses what was published again before, and takes it when it is put back", async () => {
    const objects = createFakeObjects();
    let kept: string | null = null;
    const memory = { read: () => kept, write: (text: string) => void (kept = text) };
    const start = () => createManifests({ objects, cache: createFakeParseCache(), memory, ...common });
    const first = start();
    await first.snapshot(objects.commit(good), 0);
    expect(republished((await first.snapshot(objects.commit(evil), 0)).findings)).toHaveLength(1);

    const second = start();
    const again = await second.snapshot(objects.commit(evil), 0);
    expect(republished(again.findings)).toHaveLength(1);
    expect(again.environments.get("production")?.pins.get("called")?.kind).toBe("broken");
    expect((await second.snapshot(objects.commit(good), 0)).findings).toEqual([]);
  });

  it("without its journal finds it in the history", async () => {
    const objects = createFakeObjects();
    const [before, now] = [objects.commit(good), objects.commit(evil)];
    const manifests = createManifests({ objects, cache: createFakeParseCache(), history: historyOf(objects, [now, before]), ...common });
    const snapshot = await manifests.snapshot(now, 0);
    expect(republished(snapshot.findings)).toHaveLength(1);
    expect(snapshot.environments.get("production")?.pins.get("called")?.kind).toBe("broken");
    await expect(manifests.version("called", "1.0.0")).rejects.toMatchObject({ code: "manifest/invalid" });
  });
});

/** What is found of version 1.0.0 after one commit and then another. */
async function codesAfter(...commits: readonly (typeof good)[]): Promise<readonly string[]> {
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: createFakeParseCache(), ...common });
  let codes: readonly string[] = [];
  for (const files of commits) codes = (await manifests.snapshot(objects.commit(files), 0)).findings.map(({ code }) => code);
  return codes;
}

describe("a published version", () => {
  it.each([
    ["its tags with its digest", otherTags, ["version/republished"]],
    ["its tags alone", changedTags, ["version/digest-mismatch"]],
    ["its definition", evil, ["version/republished"]],
    ["its status", otherStatus, ["pin/deprecated"]],
    ["its layout", reformatted, []],
    ["its digest, to the older format", old, ["version/digest-format"]],
    ["its tags and its digest, to the older format", oldOtherTags, ["version/republished"]],
    ["nothing", good, []],
  ])("changes %s", async (_, files, expected) => {
    expect(await codesAfter(good, files)).toEqual(expected);
  });

  it.each([
    ["nothing: that is only told", old, ["version/digest-format"]],
    ["its digest, to the format of today", good, []],
    ["its tags and its digest, to the format of today", otherTags, ["version/republished"]],
    ["its tags alone", oldOtherTags, ["version/republished"]],
    ["its definition with its digest", oldEvil, ["version/republished"]],
    ["its definition, and its digest to the format of today", evil, ["version/republished"]],
  ])("with a digest of an older release changes %s", async (_, files, expected) => {
    expect(await codesAfter(old, files)).toEqual(expected);
  });

  it("is what it was published as with its older digest, also after that was rewritten and its layout changed", async () => {
    expect(await codesAfter(old, good, reformatted)).toEqual([]);
    expect(await codesAfter(old, good, otherTags)).toEqual(["version/republished"]);
    expect(await codesAfter(old, otherTags, good)).toEqual([]);
  });

  it("is compared when its digest was rewritten, pinned or not", async () => {
    const unpinned = (files: typeof good) => ({ ...files, "environments/production/pins/a.yaml": "# nothing\n" });
    const pinned = (files: typeof good) => files;
    expect(await codesAfter(unpinned(old), unpinned(good), pinned(reformatted))).toEqual([]);
    expect(await codesAfter(unpinned(old), unpinned(otherTags), pinned(otherTags))).toEqual(["version/republished"]);
  });
});

describe("a store of an older installation", () => {
  it("does not make every version look published again when the digests are rewritten", async () => {
    const objects = createFakeObjects();
    const before = objects.commit(old);
    let kept: string | null = JSON.stringify({ commit: before, published: [] });
    const memory = { read: () => kept, write: (text: string) => void (kept = text) };
    const manifests = createManifests({ objects, cache: createFakeParseCache(), memory, ...common });
    const codes = async (commit: string) => (await manifests.snapshot(commit, 0)).findings.map(({ code }) => code);
    expect(await codes(before)).toEqual(["version/digest-format"]);
    expect(await codes(objects.commit(good))).toEqual([]);
  });

  it("keeps what it remembers of a broken promise", async () => {
    const objects = createFakeObjects();
    const now = objects.commit(oldEvil);
    const published = [["called", [["1.0.0", { digest: smallDigest("c100"), file: "f" }]]]];
    const memory = { read: () => JSON.stringify({ commit: now, published }), write: () => undefined };
    const manifests = createManifests({ objects, cache: createFakeParseCache(), memory, ...common });
    expect(republished((await manifests.snapshot(now, 0)).findings)).toHaveLength(1);
  });
});

describe("validate", () => {
  const validate = async (now: typeof good, earlier: readonly (typeof good)[]) => {
    const objects = createFakeObjects();
    const commits = earlier.map((files) => objects.commit(files));
    const { findings } = await validateRepository({
      objects,
      commit: objects.commit(now),
      history: historyOf(objects, commits),
      ...common,
    });
    return republished(findings);
  };

  it("refuses content and digest that were changed in one commit", async () => {
    expect(await validate(evil, [evil, good])).toMatchObject([
      expect.stringContaining("was published with the digest version-sha256-") as unknown,
    ]);
  });

  it("refuses checks, metadata and dependencies that were changed", async () => {
    expect(await validate(otherTags, [good])).toHaveLength(1);
  });

  it("takes what is as it was published, a new status, and a digest that was never true", async () => {
    const wrong = { ...good, "processes/called/process.yaml": evil["processes/called/process.yaml"] };
    expect(await validate(good, [evil, good])).toEqual([]);
    expect(await validate(otherStatus, [good])).toEqual([]);
    expect(await validate(good, [wrong])).toEqual([]);
    expect(await validate(reformatted, [good])).toEqual([]);
  });

  it("reads a history with digests of older releases", async () => {
    expect(await validate(good, [good, old])).toEqual([]);
    expect(await validate(reformatted, [good, old])).toEqual([]);
    expect(await validate(old, [good, old])).toEqual([]);
    expect(await validate(otherTags, [otherTags, old])).toHaveLength(1);
    expect(await validate(oldOtherTags, [oldOtherTags, old])).toHaveLength(1);
    expect(await validate(evil, [evil, old])).toHaveLength(1);
    expect(await validate(oldOtherTags, [good])).toHaveLength(1);
  });

  it.each([
    ["a repository that git refuses", { unreadable: "fatal: dubious ownership" }, "history/unreadable", "warning"],
    ["files that git ignores", { ignored: ["processes/called/versions/1.0.0.yaml"] }, "file/ignored", "warning"],
    ["files whose filter fails", { unfiltered: ["processes/called/versions/1.0.0.yaml"] }, "file/unfiltered", "warning"],
    ["a sparse work tree", { notCheckedOut: ["processes/called/process.yaml"] }, "file/not-checked-out", "error"],
  ])("says of %s that a controller sees something else", async (_, beside, code, severity) => {
    const objects = createFakeObjects();
    expect((await validateRepository({ objects, commit: objects.commit(good), ...common, ...beside })).findings).toMatchObject([
      { code, severity },
    ]);
  });

  it("says that a shallow clone does not show everything", async () => {
    const objects = createFakeObjects();
    const options = { objects, commit: objects.commit(good), history: historyOf(objects, []), isShallow: true, ...common };
    expect((await validateRepository(options)).findings).toMatchObject([{ code: "history/shallow", severity: "warning" }]);
  });
});
