/** Changes that would wait for each other are findings at their pins, beside those of the files. */

import { describe, expect, it } from "vitest";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";

interface Draft {
  readonly paths: readonly string[];
  readonly needs?: string;
}

/** Versions of a and b by number, all of them drafts, and the one that is pinned. */
function repository(a: Readonly<Record<string, Draft>>, b: Readonly<Record<string, Draft>>, pinned: string): Record<string, string> {
  return {
    ...filesOf("a", a),
    ...filesOf("b", b),
    "environments/production/environment.yaml": "name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n",
    "environments/production/pins.yaml": `# both\na: ${pinned}\nb: ${pinned}\n`,
  };
}

function filesOf(process: string, versions: Readonly<Record<string, Draft>>): Record<string, string> {
  const lines = Object.keys(versions).map((version) => `  - { version: ${version}, status: draft }\n`);
  const files = Object.entries(versions).map(([version, { paths, needs }]) => [
    `processes/${process}/versions/${version}.yaml`,
    `version: ${version}\ntitle: T\n${needsText(needs)}definition:\n  nodes:\n${paths.map(nodeText).join("")}`,
  ]);
  return {
    [`processes/${process}/process.yaml`]: `id: ${process}\ntitle: T\nowner: team\nengine: node-red\nversions:\n${lines.join("")}`,
    ...(Object.fromEntries(files) as Record<string, string>),
  };
}

function needsText(range: string | undefined): string {
  return range === undefined ? "" : `dependencies:\n  - { type: workflow, name: a, version: "${range}" }\n`;
}

function nodeText(path: string, index: number): string {
  return `    - { id: n${index}, type: http in, config: { method: get, url: ${path} } }\n`;
}

/** What `validate` and `plan` find of going from 1.0.0 to this version, each as place, code and severity. */
async function found(taker: Draft, to = "2.0.0") {
  const a = { "1.0.0": { paths: ["/x", "/a"] }, [to]: { paths: ["/a"] } };
  const b = { "1.0.0": { paths: ["/b"] }, [to]: taker };
  const objects = createFakeObjects();
  const from = objects.commit(repository(a, b, "1.0.0"));
  const commit = objects.commit(repository(a, b, to));
  const about = { objects, dialects: [nodeRedDialect], cache: createFakeParseCache() };
  const base = await createManifests(about).snapshot(from, 0);
  const manifests = createManifests(about);
  await manifests.snapshot(commit, 0);
  const [planned, { findings: validated }] = [manifests.findingsSince(base), await validateRepository({ ...about, commit, base })];
  expect(validated).toEqual(planned);
  return planned.map(({ file, line, column, code, severity, message }) => ({ at: `${file}:${line}:${column}`, code, severity, message }));
}

describe("a change in which two would wait for each other", () => {
  it("is an error at both pins", async () => {
    const message =
      "a 2.0.0 and b 2.0.0 wait for each other: b 2.0.0 waits for a 2.0.0, which it calls; a 2.0.0 gives GET /x up only when b 2.0.0 is ready";
    const about = { code: "pin/deadlock", severity: "error", message };
    expect(await found({ paths: ["/b", "/x"], needs: "^2.0.0" })).toEqual([
      { ...about, at: "environments/production/pins.yaml:2:4" },
      { ...about, at: "environments/production/pins.yaml:3:4" },
    ]);
  });

  it("is a warning where it may be a way back", async () => {
    const all = await found({ paths: ["/b", "/x"], needs: "<1.0.0" }, "0.9.0");
    expect(all.map(({ code, severity }) => `${severity} ${code}`)).toEqual(["warning pin/deadlock", "warning pin/deadlock"]);
  });

  it.each([
    ["it needs no newer one", { paths: ["/b", "/x"], needs: ">=1.0.0" }],
    ["it takes another path", { paths: ["/b", "/y"], needs: "^2.0.0" }],
  ])("is none where %s", async (_case, taker) => {
    expect(await found(taker)).toEqual([]);
  });
});
