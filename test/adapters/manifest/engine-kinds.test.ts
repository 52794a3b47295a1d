/** Each process runs in the kind of engine that its process.yaml names, where the environment has one. */

import { describe, expect, it } from "vitest";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import type { PinionError } from "../../../src/domain/errors.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";
import { plainDialect, smallRepository } from "../../support/small-repository.ts";

/** `called` is pinned in staging; its process.yaml has this line about its engine. */
function read(engine: string, engines: string) {
  const { permits } = parseControllerConfig(`repository: { url: https://git.example.com/shop.git }\nengines: ${engines}\n`, "pinion.yaml");
  const objects = createFakeObjects();
  const files = smallRepository();
  const processFile = "processes/called/process.yaml";
  const commit = objects.commit({ ...files, [processFile]: String(files[processFile]).replace(/^engine: .*\n/m, engine) });
  const about = { objects, dialects: [plainDialect, { ...plainDialect, engine: "other" }], permits };
  return {
    snapshot: () => createManifests({ ...about, cache: createFakeParseCache() }).snapshot(commit, 0),
    validate: async () => (await validateRepository({ ...about, commit })).findings,
  };
}

describe("the kind of engine of a process", () => {
  it.each([
    ["engine: other\n", "other"],
    ["engine: node-red\n", "node-red"],
    ["", "node-red"],
  ])("is the one that process.yaml names, or node-red: %j", async (line, engine) => {
    const snapshot = await read(line, "{ default: { also: [{ kind: other }] } }").snapshot();
    expect(snapshot.findings).toEqual([]);
    expect(snapshot.environments.get("staging")?.pins.get("called")).toMatchObject({ kind: "runnable", summary: { engine } });
  });

  it("must be one that the environment has: else it is found, at the line of the pin, with what to do", async () => {
    const finding = {
      file: "environments/staging/pins.yaml",
      line: 1,
      code: "pin/engine-missing",
      severity: "error",
      message: "called needs an engine of kind other, and staging has none; it has node-red",
      hint: "Add an engine of this kind under `engines` in pinion.yaml, or pin the process elsewhere.",
    };
    const reading = read("engine: other\n", "{ default: { also: [{ kind: other }] }, staging: { kind: node-red } }");
    expect(await reading.validate()).toMatchObject([finding]);
    expect((await reading.snapshot()).environments.get("staging")?.pins.get("called")).toMatchObject({
      kind: "broken",
      findings: [finding],
    });
  });
});

describe("the engines of an environment", () => {
  const remote = (kind: string, url: string) => `{ kind: ${kind}, mode: remote, url: "${url}", token: { env: T } }`;
  const findingsOf = (engines: string): readonly unknown[] => {
    try {
      parseControllerConfig(`repository: { url: https://git.example.com/shop.git }\nengines:\n  production: ${engines}\n`, "pinion.yaml");
      return [];
    } catch (error) {
      return (error as PinionError).findings;
    }
  };
  const also = (first: string, second: string) => `${first.slice(0, -1)}, also: [${second}] }`;

  it.each([
    [
      "two remote ones at one host and port",
      remote("one", "http://10.0.0.1:1880/admin"),
      remote("two", "http://10.0.0.1:1880"),
      "10.0.0.1:1880",
    ],
    ["a port that need not be written", remote("one", "https://engine"), remote("two", "https://ENGINE:443/x"), "engine"],
    ["a host that is called like a child", "{ kind: one, instances: 3 }", remote("two", "http://one-3"), "one-3"],
  ])("must not have instances of one name: %s", (_, first, second, name) => {
    expect(findingsOf(also(first, second))).toMatchObject([
      {
        code: "config/instance-twice",
        file: "pinion.yaml",
        line: 3,
        pointer: "/engines/production/also/0/url",
        message: `in production an instance of one and one of two would both be called ${name}`,
      },
    ]);
  });

  it.each([
    ["two at two ports", remote("one", "http://10.0.0.1:1880"), remote("two", "http://10.0.0.1:1881")],
    ["children of two kinds", "{ kind: one, instances: 3 }", "{ kind: two, instances: 3 }"],
    ["a host that is called like a child that there is not", "{ kind: one, instances: 2 }", remote("two", "http://one-3")],
  ])("may be %s", (_, first, second) => {
    expect(findingsOf(also(first, second))).toEqual([]);
  });
});
