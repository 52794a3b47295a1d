/** What people write into quarantine.yaml holds, and a file that cannot be read holds everything back: unknown is not nothing. */

import { describe, expect, it } from "vitest";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { createSchemas } from "../../../src/adapters/manifest/schemas.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";
import { plainDialect, smallDigest, smallRepository } from "../../support/small-repository.ts";

const schemas = createSchemas();
const file = "environments/production/quarantine.yaml";
const entry = (version: string, answer: string) =>
  `{ process: called, version: ${version}, digest: ${smallDigest(answer)}, reason: it loses orders, since: 2026-11-21T10:00:00Z }`;

function reader() {
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect], schemas });
  return async (quarantine: string | null) => {
    const text = quarantine === null ? {} : { [file]: quarantine };
    const { environments } = await manifests.snapshot(objects.commit({ ...smallRepository(), ...text }), 0);
    const kinds = (name: string) =>
      Object.fromEntries([...(environments.get(name)?.pins ?? [])].map(([process, pinned]) => [process, pinned.kind]));
    return { production: kinds("production"), staging: kinds("staging"), findings: environments.get("production")?.findings ?? [] };
  };
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

  it.each([
    ["of another version", entry("1.1.0", "c110")],
    ["of another content of that version", entry("1.0.0", "else")],
  ])("holds nothing else back: an entry %s", async (_, line) => {
    expect((await reader()(`quarantine:\n  - ${line}\n`)).production).toEqual(free);
  });

  it.each([
    ["with broken YAML", `quarantine:\n  - ${entry("1.0.0", "c100").slice(0, -2)}\n`],
    ["with a word that nobody knows", `quarantined:\n  - ${entry("1.0.0", "c100")}\n`],
    [
      "with an entry without its digest",
      "quarantine:\n  - { process: called, version: 1.0.0, reason: bad, since: 2026-11-21T10:00:00Z }\n",
    ],
    ["that is empty", ""],
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
});
