/** No bytes may crash a reader, and whatever is refused is refused with a place in the file. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonProblem } from "../../../src/adapters/manifest/document/json-scan.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { readYamlText } from "../../../src/adapters/manifest/document/yaml-document.ts";
import { createFakeObjects } from "../../fakes/objects.ts";
import { plainDialect, smallRepository, versionText } from "../../support/small-repository.ts";
import { runs } from "../../support/thorough.ts";

const files: Readonly<Record<string, string>> = {
  ...smallRepository(),
  "environments/production/quarantine.yaml": "quarantine: []\n",
  "processes/called/versions/1.0.0.yaml": versionText(
    "1.0.0",
    "c100",
    "tags: &t [a, b]\nchangelog:\n  - { type: added, description: d, impact: feature, affectedComponents: *t }\n",
  ),
};

interface Damage {
  readonly at: number;
  readonly cut: number;
  readonly insert: Uint8Array;
}

const sign = fc.constantFrom(
  "\t",
  "\n",
  "{",
  "}",
  "[",
  "]",
  "&a ",
  "*a ",
  "? ",
  ": ",
  "- ",
  "|\n",
  "!!x ",
  "%",
  "---\n",
  "'",
  '"',
  "#",
  ",",
  "\0",
  "~",
  "1e999",
  "__proto__: ",
  "<<: ",
);
const insert = fc.oneof(
  sign.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 6 }),
);
const damage: fc.Arbitrary<Damage> = fc.record({ at: fc.nat(600), cut: fc.oneof(fc.constant(0), fc.nat(30), fc.constant(10_000)), insert });

function mangle(text: string, damages: readonly Damage[]): Uint8Array {
  let bytes = Buffer.from(text);
  for (const { at, cut, insert: more } of damages) {
    const where = at % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, where), more, bytes.subarray(where + cut)]);
  }
  return bytes;
}

describe("hostile files", () => {
  it("never crash the reader", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.keys(files)), fc.array(damage, { minLength: 1, maxLength: 3 }), async (path, damages) => {
        const objects = createFakeObjects();
        const commit = objects.commit({ ...files, [path]: mangle(files[path] ?? "", damages) });
        const { findings } = await validateRepository({ objects, commit, dialects: [plainDialect] });
        for (const found of findings) {
          expect(found.line).toBeGreaterThan(0);
          expect(found.column).toBeGreaterThan(0);
          expect(found.message).not.toBe("");
        }
      }),
      runs(150),
    );
  });

  it.each([
    ["a million commas", `a: [${",".repeat(1_000_000)}]`],
    ["a million list items", "- a\n".repeat(250_000)],
    ["a hundred thousand keys", Array.from({ length: 90_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["a deep list", "- ".repeat(100_000)],
    ["a text that never ends", `a: "${"x".repeat(1_000_000)}`],
    ["anchors that nothing needs", "&a ".repeat(300_000)],
  ])("%s cannot be read, and says so", (_, text) => {
    expect(readYamlText(text, "file.yaml").kind).toBe("refused");
  });

  it.each([
    ["a: &x [1]\nb: *x\n", { a: [1], b: [1] }],
    ["a: yes\nb: 10\nc: 2026-11-21\nd: 12:30:45\ne: on\n", { a: "yes", b: 10, c: "2026-11-21", d: "12:30:45", e: "on" }],
  ])("%j is read as %j", (text, value) => {
    const reading = readYamlText(text, "file.yaml");
    expect(reading.kind === "document" ? reading.document.value : reading.findings).toEqual(value);
  });

  it.each([
    ["a: !!binary aGk=\n", "yaml/tag", 1],
    ["a: .inf\n", "yaml/number", 1],
    ["%YAML 1.1\n---\na: 1\n", "yaml/directive", 1],
    ["a: 1\n? [b]\n: c\n", "yaml/key", 2],
    ["a: 1\n__proto__: 2\n", "yaml/key", 2],
    ["a: &x [1]\nb: &y [*x]\nc: *y\n", "limit/aliases", 2],
    ["a: *x\n", "yaml/syntax", 1],
    ["# nothing\n", "yaml/empty", 1],
  ])("%j is refused with %s", (text, code, line) => {
    const reading = readYamlText(text, "file.yaml");
    const found = reading.kind === "refused" ? reading.findings.map((each) => [each.code, each.line]) : reading.document.value;
    expect(found).toEqual([[code, line]]);
  });
});

it.each([
  [20, []],
  [21, ["limit/aliases"]],
])("%i aliases in one file are found to be %j", (count, codes) => {
  const text = `a: &x 1\nlist: [${Array.from({ length: count }, () => "*x").join(", ")}]\n`;
  const reading = readYamlText(text, "file.yaml");
  expect(reading.kind === "refused" ? reading.findings.map(({ code }) => code) : []).toEqual(codes);
});

describe("the first problem of a JSON text", () => {
  it("is one of syntax exactly when JSON.parse refuses it", () => {
    const json = fc.json().chain((text) =>
      fc.oneof(
        fc.constant(text),
        damage.map((each) => Buffer.from(mangle(text, [each])).toString()),
      ),
    );
    fc.assert(
      fc.property(json, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        const code = jsonProblem(text)?.code;
        // Numbers and keys that JSON allows are refused where they stand, whatever follows.
        if (isJson) expect(code).not.toBe("json/syntax");
        else expect(code).toBeDefined();
      }),
      runs(1000),
    );
  });

  it.each([
    ['{"a": [1, 2,]}', 12],
    ["{a: 1}", 1],
    ['{"a": 1', 7],
    ['"a\nb"', 2],
    ["[1] 2", 4],
    ["", 0],
  ])("of %j is at %i", (text, offset) => {
    expect(jsonProblem(text)).toMatchObject({ code: "json/syntax", offset });
  });

  it("is its depth when there are too many levels", () => {
    expect(jsonProblem("[".repeat(100_000))).toMatchObject({ code: "limit/depth", offset: 64 });
  });
});
