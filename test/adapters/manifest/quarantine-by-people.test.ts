/** What people write into quarantine.yaml holds, and a file that cannot be read holds everything back: unknown is not nothing. */

import { describe, expect, it } from "vitest";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { createFakeObjects, createFakeParseCache, type FakeFile, type FakeFiles } from "../../fakes/objects.ts";
import { plainDialect, smallDigest, smallRepository } from "../../support/small-repository.ts";

const file = "environments/production/quarantine.yaml";
const entry = (version: string, answer: string) =>
  `{ process: called, version: ${version}, digest: ${smallDigest(answer)}, reason: it loses orders, since: 2026-11-21T10:00:00Z }`;

const called = (version: string, answer: string) => ({ process: "called", version, digest: smallDigest(answer) });
const other = `{ process: other, version: 1.0.0, digest: ${smallDigest("o100")}, reason: it is slow, since: 2026-11-21T10:00:00Z }`;

function reader() {
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect] });
  return async (quarantine: FakeFile | null, files: FakeFiles = {}) => {
    const text = quarantine === null ? files : { ...files, [file]: quarantine };
    const { environments } = await manifests.snapshot(objects.commit({ ...smallRepository(), ...text }), 0);
    const kinds = (name: string) =>
      Object.fromEntries([...(environments.get(name)?.pins ?? [])].map(([process, pinned]) => [process, pinned.kind]));
    const { findings = [], quarantine: entries = [] } = environments.get("production") ?? {};
    return { production: kinds("production"), staging: kinds("staging"), findings, entries };
  };
}

/** What is said of the file by itself. */
async function toldOf(line: string, files: FakeFiles = {}) {
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect] });
  const { findings } = await manifests.snapshot(
    objects.commit({ ...smallRepository(), ...files, [file]: `quarantine:\n  - ${line}\n` }),
    0,
  );
  return findings.filter((found) => found.file === file);
}

const free = { called: "runnable", caller: "runnable", other: "runnable" };

describe("quarantine.yaml", () => {
  it("that nobody has written holds nothing back", async () => {
    expect((await reader()(null)).production).toEqual(free);
  });

  it("by a person holds back what it names, in its environment", async () => {
    const seen = await reader()(`quarantine:\n  - ${entry("1.0.0", "c100")}\n`);
    expect(seen.production["called"]).toBe("broken");
    expect(seen.production["other"]).toBe("runnable");
    expect(seen.staging).toEqual(free);
  });

  it("holds back the definition under whatever number it comes", async () => {
    const seen = await reader()(`quarantine:\n  - ${entry("0.9.0", "c100")}\n`);
    expect(seen.production).toEqual({ ...free, called: "broken" });
    expect(seen.staging).toEqual(free);
  });

  it("holds back everything that it names, not the first alone, and every entry is known", async () => {
    const seen = await reader()(`quarantine:\n  - ${entry("1.1.0", "c110")}\n  - ${entry("1.0.0", "c100")}\n  - ${other}\n`);
    expect(seen.production).toEqual({ called: "broken", caller: "runnable", other: "broken" });
    expect(seen.entries).toEqual([
      called("1.1.0", "c110"),
      called("1.0.0", "c100"),
      { process: "other", version: "1.0.0", digest: smallDigest("o100") },
    ]);
  });

  it("is read at each commit: another entry instead of the one before, and one taken out", async () => {
    const read = reader();
    const kinds = async (line: string) => (await read(line)).production;
    expect(await kinds(`quarantine:\n  - ${entry("1.0.0", "c100")}\n`)).toMatchObject({ called: "broken", other: "runnable" });
    expect(await kinds(`quarantine:\n  - ${other}\n`)).toMatchObject({ called: "runnable", other: "broken" });
    expect(await kinds(`quarantine:\n  - ${other}\n  - ${entry("1.0.0", "c100")}\n`)).toMatchObject({ called: "broken", other: "broken" });
    expect(await kinds("quarantine: []\n")).toEqual(free);
  });

  it.each([
    ["of another version", entry("1.1.0", "c110")],
    ["of another content of that version", entry("1.0.0", "else")],
    ["of another process with the same content", entry("1.0.0", "c100").replace("called", "caller")],
  ])("holds nothing else back: an entry %s", async (_, line) => {
    expect((await reader()(`quarantine:\n  - ${line}\n`)).production).toEqual(free);
  });

  it.each([
    [
      "of a process that is none",
      entry("1.0.0", "c100").replace("called", "caled"),
      "the process caled does not exist",
      "Did you mean called?",
    ],
    [
      "of another digest than that of the definition",
      entry("1.0.0", "else"),
      `digest of its definition is ${smallDigest("c100")}`,
      "Write the digest",
    ],
  ])("says that an entry holds nothing back: %s", async (_, line, message, hint) => {
    expect(await toldOf(line)).toMatchObject([
      { severity: "warning", line: 2, message: expect.stringContaining(message), hint: expect.stringContaining(hint) },
    ]);
  });

  it("says nothing of entries that hold, of versions that nobody has read, and of a draft that has changed since", async () => {
    expect(await toldOf(entry("1.0.0", "c100"))).toEqual([]);
    expect(await toldOf(entry("9.9.9", "else"))).toEqual([]);
    const pinned = { "environments/production/pins/a.yaml": "called: 2.0.0\ncaller: 1.0.0\n" };
    expect(await toldOf(entry("2.0.0", "else"), pinned)).toEqual([]);
  });

  it.each([
    ["with broken YAML", `quarantine:\n  - ${entry("1.0.0", "c100").slice(0, -2)}\n`],
    ["with a word that nobody knows", `quarantined:\n  - ${entry("1.0.0", "c100")}\n`],
    [
      "with an entry without its digest",
      "quarantine:\n  - { process: called, version: 1.0.0, reason: bad, since: 2026-11-21T10:00:00Z }\n",
    ],
    ["that is empty", ""],
    ["that is larger than anybody reads", `# ${"x".repeat(1024 * 1024)}\nquarantine: []\n`],
    ["that is a link", { kind: "symlink" } as const],
    ["that is a submodule", { kind: "submodule" } as const],
    ["in Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"],
  ])("%s holds everything back, and says so", async (_, text) => {
    const read = reader();
    const seen = await read(text);
    expect(seen.production).toEqual({ called: "broken", caller: "broken", other: "broken" });
    expect(seen.staging).toEqual(free);
    expect(seen.findings.filter(({ severity }) => severity === "error")).not.toEqual([]);
    expect((await read("quarantine: []\n")).production).toEqual(free);
    expect((await read(text)).production["other"]).toBe("broken");
  });

  it.each([
    ["in a file of a name that nobody reads", "quarantine.yml"],
    ["in capitals", "Quarantine.yaml"],
    ["in a folder", "quarantine.yaml/production.yaml"],
    ["in a folder of its own", "quarantine/called.yaml"],
  ])("%s holds everything back, since it is not known what it holds back", async (_, name) => {
    const line = `quarantine:\n  - ${entry("1.0.0", "c100")}\n`;
    const seen = await reader()(null, { [`environments/production/${name}`]: line });
    expect(seen.production).toEqual({ called: "broken", caller: "broken", other: "broken" });
    expect(seen.findings.filter(({ severity }) => severity === "error")).not.toEqual([]);
  });

  it("is not meant by a note beside it", async () => {
    expect((await reader()(null, { "environments/production/quarantine.md": "# How to lift one" })).production).toEqual(free);
  });

  it("that stands behind more files than anybody reads holds everything back", async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => [`environments/production/plans/${index}.txt`, ""] as const);
    const seen = await reader()(`quarantine:\n  - ${entry("1.0.0", "c100")}\n`, Object.fromEntries(many));
    expect(seen.production["called"]).toBe("broken");
  });
});
