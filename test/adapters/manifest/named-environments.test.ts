/** What pinion.yaml says of an environment that the repository does not have holds nowhere, and is told. */

import { describe, expect, it } from "vitest";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";
import { plainDialect, smallRepository } from "../../support/small-repository.ts";

async function toldOf(lines: string) {
  const { permits } = parseControllerConfig(`repository: { url: https://git.example.com/shop.git }\n${lines}`, "pinion.yaml");
  const objects = createFakeObjects();
  const manifests = createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect], permits });
  const { findings } = await manifests.snapshot(objects.commit(smallRepository()), 0);
  return findings.map(({ file, line, column, severity, code, message, hint }) => ({ file, line, column, severity, code, message, hint }));
}

describe("an environment that pinion.yaml names and the repository does not have", () => {
  it.each<[string, string, number, number]>([
    ["an engine's", "engines:\n  prodution: { kind: node-red, allow: { nodes: [function] } }\n", 3, 3],
    ["what it may name", "environments:\n  prodution: { secrets: { env: [SHOP_KEY] } }\n", 3, 3],
    ["in the list of those that are looked after", "environments: [staging, prodution]\n", 2, 25],
    ["in that list, with secrets", "environments:\n  - { name: prodution, secrets: { env: [SHOP_KEY] } }\n", 3, 13],
    ["its own address", "gateway: { environments: { prodution: { port: 8001 } } }\n", 2, 28],
    [
      "that a receiver is told of",
      "notifications:\n  - { name: chat, type: slack, url: { env: CHAT }, environments: [staging, prodution] }\n",
      3,
      76,
    ],
    [
      "in the process_deployer document",
      "process_deployer:\n  environment_management:\n    environments:\n      - { environment: prodution, validation_level: basic }\n",
      5,
      24,
    ],
  ])("is a warning at its place: %s", async (_, lines, line, column) => {
    expect(await toldOf(lines)).toEqual([
      {
        file: "pinion.yaml",
        line,
        column,
        severity: "warning",
        code: "config/unknown-environment",
        message: "the settings of prodution have no effect: the repository has no environment of this name",
        hint: "Did you mean production?",
      },
    ]);
  });

  it("is none of those that it has, nor the engine of all others", async () => {
    const lines =
      "engines: { default: { kind: node-red }, production: { kind: node-red } }\nenvironments: { staging: { secrets: { env: [SHOP_KEY] } } }\n";
    expect(await toldOf(lines)).toEqual([]);
  });
});
