/** What is written arrives as it is written, or is refused at its place: nothing loses digits on the way. */

import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { parseControllerConfig } from "../../../src/adapters/manifest/operator/controller-config.ts";
import { jsonProblem } from "../../../src/adapters/manifest/document/json-scan.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { readYamlText } from "../../../src/adapters/manifest/document/yaml-document.ts";
import { createFakeObjects } from "../../fakes/objects.ts";
import { smallRepository, versionText } from "../../support/small-repository.ts";

async function findingsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const objects = createFakeObjects();
  const commit = objects.commit({ ...smallRepository(), ...files });
  const { findings } = await validateRepository({ objects, commit, dialects: [nodeRedDialect] });
  return findings
    .filter(({ code }) => code === "yaml/not-as-written")
    .map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
}

describe("a plain scalar of YAML", () => {
  it.each([
    ["1.10", "1.1"],
    ["0012345", "12345"],
    ["12345678901234567890", "12345678901234567000"],
    ["10.00", "10"],
    ["1e5", "100000"],
    ["0o17", "15"],
    ["0x1F", "31"],
    ["+5", "5"],
    [".5", "0.5"],
    ["-0", "0"],
    ["0.10000000000000000555", "0.1"],
    ["True", "true"],
    ["NULL", "null"],
  ])("%s is refused, since it would become %s", (written, becomes) => {
    const reading = readYamlText(`a: 1\nb:  ${written}\n`, "file.yaml");
    const found = reading.kind === "refused" ? reading.findings : [];
    expect(found).toMatchObject([
      { code: "yaml/not-as-written", line: 2, column: 5, message: `this would become ${becomes}: put it in quotes` },
    ]);
  });

  it.each([
    "1.1",
    "-3",
    "0",
    "0.5",
    "1e+21",
    "12345",
    "true",
    "null",
    "~",
    '"1.10"',
    "'0012345'",
    "no",
    "on",
    "1_000",
    "2026-11-21",
    "v1.10",
    "1.2.30",
  ])("%s is read", (written) => {
    expect(readYamlText(`a: ${written}\n`, "file.yaml").kind).toBe("document");
  });

  it.each(["b: #ff0000", "b:   #ff0000 # red", "b: &c #ff0000"])("that is taken for a comment is refused: %s", (line) => {
    const reading = readYamlText(`a: 1\n${line}\nd: 2\n`, "file.yaml");
    const message = "#ff0000 is a comment, and nothing is written here: put it in quotes";
    expect(reading).toMatchObject({ kind: "refused", findings: [{ code: "yaml/not-as-written", line: 2, message }] });
  });

  it.each(["b: # none yet", "b:\n  #c: 1", "b: #a list\n  - 1", "b: ~ #none", "b: 1 #one", "b: ## heading", "b: '#ff0000'"])(
    "is not when a comment is what it looks like: %s",
    (line) => expect(readYamlText(`a: 1\n${line}\nd: 2\n`, "file.yaml").kind).toBe("document"),
  );

  it("is no merge key: what is written below another name would not arrive", () => {
    const reading = readYamlText("a: &a { x: 1 }\nb:\n  <<: *a\n  y: 2\n", "file.yaml");
    const message = "merge keys (<<) are not read";
    expect(reading).toMatchObject({ kind: "refused", findings: [{ code: "yaml/key", line: 3, column: 3, message }] });
    expect(readYamlText('a: { "<<": 1 }\n', "file.yaml").kind).toBe("document");
  });

  it("is refused as a key, too, and in a list", () => {
    const reading = readYamlText("010: a\nb: [1, 2.50]\n", "file.yaml");
    const found = reading.kind === "refused" ? reading.findings.map(({ line, column, message }) => [line, column, message]) : [];
    expect(found).toEqual([
      [1, 1, "this would become 10: put it in quotes"],
      [2, 8, "this would become 2.5: put it in quotes"],
    ]);
  });
});

describe("a number that would change is an error", () => {
  it("in the variables of an environment", async () => {
    const environment = "name: production\ntype: production\nvariables:\n  API_VERSION: 1.10\n  ACCOUNT: 12345678901234567890\n";
    expect(await findingsOf({ "environments/production/environment.yaml": environment })).toEqual([
      "environments/production/environment.yaml:4:16: this would become 1.1: put it in quotes",
      "environments/production/environment.yaml:5:12: this would become 12345678901234567000: put it in quotes",
    ]);
  });

  it("in a node's settings and in what a check expects", async () => {
    const checks = "checks:\n  - name: c\n    request: { path: /hello }\n    expect: { status: 200, json: { rate: 10.00 } }\n";
    const version = versionText("1.0.0", "0123", checks);
    expect(await findingsOf({ "processes/called/versions/1.0.0.yaml": version })).toEqual([
      "processes/called/versions/1.0.0.yaml:6:42: this would become 10: put it in quotes",
      "processes/called/versions/1.0.0.yaml:10:58: this would become 123: put it in quotes",
    ]);
  });

  it("in pinion.yaml", () => {
    const text = "repository:\n  url: https://git.example.com/shop/config.git\n  branch: 1.10\n";
    expect(() => parseControllerConfig(text, "pinion.yaml")).toThrow("pinion.yaml:3:11: this would become 1.1: put it in quotes");
  });
});

describe("a number of an export", () => {
  it("that stands under a key which is there twice is lost, and refused", () => {
    const message = 'the key "payload" is there twice';
    expect(jsonProblem('[{"a": {"payload": 1}, "payload": 2,\n"payload": 3}]')).toEqual({ code: "json/key", offset: 37, message });
    expect(jsonProblem('[{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}, {"a": 3}]')).toBeNull();
  });

  it.each(["12345678901234567890", "0.12345678901234567890", "1e400", "1e-400", "9007199254740993"])(
    "%s is refused, since it loses digits",
    (written) => {
      expect(jsonProblem(`[{"a": ${written}}]`)).toMatchObject({ code: "json/number", offset: 7 });
    },
  );

  it.each(["1.10", "1e5", "100000000000000000000", "123456789012345", "0.1", "-0", "1.7976931348623157e308", "true", "false", "null"])(
    "%s is read",
    (written) => {
      expect(jsonProblem(`[${written}]`)).toBeNull();
    },
  );
});
