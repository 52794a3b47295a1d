/** What was published once never changes: not across a restart, not without a journal, not in a single commit. */

import { describe, expect, it } from "vitest";
import type { History } from "../../../src/adapters/manifest/history.ts";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { createSchemas } from "../../../src/adapters/manifest/schemas.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache, type FakeObjects } from "../../fakes/objects.ts";
import { plainDialect, processText, smallRepository, versionText } from "../../support/small-repository.ts";

const schemas = createSchemas();
const good = smallRepository();
const evil = {
  ...good,
  "processes/called/process.yaml": processText("called", { "1.0.0": "evil", "1.1.0": "c110", "2.0.0": null }),
  "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "evil"),
};
const otherTags = { ...good, "processes/called/versions/1.0.0.yaml": versionText("1.0.0", "c100", "tags: [other]\n") };
const otherStatus = {
  ...good,
  "processes/called/process.yaml": (good["processes/called/process.yaml"] ?? "").replace("status: published", "status: deprecated"),
};

const common = { dialects: [plainDialect], schemas };

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

describe("a published version", () => {
  it("may not change in anything but its status", async () => {
    const objects = createFakeObjects();
    const manifests = createManifests({ objects, cache: createFakeParseCache(), ...common });
    await manifests.snapshot(objects.commit(good), 0);
    expect(republished((await manifests.snapshot(objects.commit(otherTags), 0)).findings)).toEqual([
      "the file of version 1.0.0 is no longer the one that was published; only its status may change",
    ]);
    expect((await manifests.snapshot(objects.commit(good), 0)).findings).toEqual([]);
    expect(republished((await manifests.snapshot(objects.commit(otherStatus), 0)).findings)).toEqual([]);
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
    expect(await validate(evil, [evil, good])).toMatchObject([expect.stringContaining("was published with the digest sha256-") as unknown]);
  });

  it("refuses checks, metadata and dependencies that were changed", async () => {
    expect(await validate(otherTags, [good])).toHaveLength(1);
  });

  it("takes what is as it was published, a new status, and a digest that was never true", async () => {
    const wrong = { ...good, "processes/called/process.yaml": evil["processes/called/process.yaml"] };
    expect(await validate(good, [evil, good])).toEqual([]);
    expect(await validate(otherStatus, [good])).toEqual([]);
    expect(await validate(good, [wrong])).toEqual([]);
  });

  it("says that a shallow clone does not show everything", async () => {
    const objects = createFakeObjects();
    const options = { objects, commit: objects.commit(good), history: historyOf(objects, []), isShallow: true, ...common };
    expect((await validateRepository(options)).findings).toMatchObject([{ code: "history/shallow", severity: "warning" }]);
  });
});
