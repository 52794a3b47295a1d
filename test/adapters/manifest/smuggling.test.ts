/** What a committer may try in order to name a secret, leave the repository, or change what every object has: refused at its place in the file. */

import { describe, expect, it } from "vitest";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { createFakeObjects } from "../../fakes/objects.ts";
import { plainDialect, smallRepository } from "../../support/small-repository.ts";

const environment = "environments/production/environment.yaml";
const pins = "environments/production/pins/a.yaml";
const version = "processes/called/versions/1.0.0.yaml";

async function errors(change: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const objects = createFakeObjects();
  const commit = objects.commit({ ...smallRepository(), ...change });
  const { findings } = await validateRepository({ objects, commit, dialects: [plainDialect] });
  expect("polluted" in {}).toBe(false);
  return findings.filter(({ severity }) => severity === "error").map(({ file, code }) => `${file} ${code}`);
}

const inEnvironment = (text: string) => errors({ [environment]: `${smallRepository()[environment] ?? ""}\n${text}\n` });

/** What is tried, in which words, and as what it is refused. */
const smuggled: readonly (readonly [string, string, string])[] = [
  ["a key that every object has", 'variables: { __proto__: { polluted: "yes" } }', "yaml/key"],
  ["a secret under such a key", "secrets: { __proto__: { env: PINION_GIT_TOKEN } }", "yaml/key"],
  ["a tag that makes a program of a value", 'secrets: { A: !!js/function "x" }', "yaml/syntax"],
  ["a tag that reads a variable", "secrets: { A: !env PINION_GIT_TOKEN }", "yaml/syntax"],
  ["a merge key", "secrets: { <<: { A: { env: PINION_GIT_TOKEN } } }", "yaml/key"],
  ["a secret with two places", "secrets: { A: { env: SHOP_KEY, file: /etc/shadow } }", "schema/range"],
  ["a list for a name", "secrets: { A: { env: [PINION_GIT_TOKEN] } }", "schema/type"],
  ["a name with a blank", 'secrets: { A: { env: "SHOP_KEY " } }', "schema/pattern"],
  ["a name that is an assignment", 'secrets: { A: { env: "SHOP=x" } }', "schema/pattern"],
  ["a variable that is an assignment", 'variables: { "A=B": x }', "schema/pattern"],
  ["a variable that is a command", 'variables: { "$(id)": x }', "schema/pattern"],
  ...["//evil.example/", "/..%2f__admin", "/.%2e/x", "http://evil.example/", "/;/../__admin", "/\\\\evil.example"].map(
    (path) => [`the health path ${path}`, `validation: { healthCheck: { endpoint: "${path}" } }`, "schema/pattern"] as const,
  ),
];

describe("in environment.yaml", () => {
  it.each(smuggled)("%s is refused", async (_what, text, code) => {
    expect(await inEnvironment(text)).toContain(`${environment} ${code}`);
  });
});

describe("elsewhere", () => {
  it.each([
    "/etc/passwd",
    "../../../../etc/passwd.json",
    "./../../../.git/config.json",
    "..\\x.json",
    "file:///etc/passwd.json",
    "%2e%2e/x.json",
  ])("a definition from %s is refused", async (from) => {
    const found = await errors({ [version]: `version: 1.0.0\ntitle: A version\ndefinitionFrom: ${JSON.stringify(from)}\n` });
    expect(found).toContain(`${version} definition/outside-folder`);
  });

  it("pins of what every object has are pins of unknown processes", async () => {
    const found = await errors({ [pins]: `${smallRepository()[pins] ?? ""}__proto__: 1.0.0\nconstructor: 1.0.0\n` });
    expect(found.filter((each) => each.startsWith(pins))).toHaveLength(2);
  });

  it.each(["__proto__", "..", "-rf", "a b", "A"])("a process or an environment called %s is refused", async (name) => {
    const found = await errors({ [`processes/${name}/process.yaml`]: "id: x\n", [`environments/${name}/environment.yaml`]: "name: x\n" });
    expect(found).toEqual(
      expect.arrayContaining([`processes/${name} process/invalid-name`, `environments/${name} environment/invalid-name`]),
    );
  });
});
