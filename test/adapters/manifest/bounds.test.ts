/** Whatever a repository sends is bounded before work is done for it. */

import { describe, expect, it } from "vitest";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { definitionFindings } from "../../../src/adapters/manifest/process/definition-rules.ts";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { atOnce } from "../../../src/domain/slices.ts";
import { nearest } from "../../../src/adapters/manifest/document/suggest.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";
import { plainDialect, processText, smallRepository, versionText } from "../../support/small-repository.ts";

const times = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index));

async function validate(files: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
  const objects = createFakeObjects();
  const commit = objects.commit({ ...smallRepository(), ...files });
  return (await validateRepository({ objects, commit, dialects: [plainDialect] })).findings;
}

/** How often a text is compared with others, counted by its length being asked for. */
function countedWords(words: readonly string[]): { readonly words: Iterable<string>; readonly count: () => number } {
  let count = 0;
  return {
    words: (function* () {
      for (const word of words) {
        count += 1;
        yield word;
      }
    })(),
    count: () => count,
  };
}

describe("a definition", () => {
  it("with 9,000 wires to nowhere has a hundred findings, and is looked for in vain a few times only", () => {
    let located = 0;
    const definition: Definition = {
      nodes: times(900, (index) => ({ id: `n${index}`, type: "x", config: {} })),
      connections: times(9000, (index) => ({ from: { node: "n0", port: 0 }, to: { node: `zz${index}`, port: 0 } })),
      config: {},
    };
    const locate = (pointer: string) => {
      located += 1;
      return { file: "f", line: 1, column: 1, pointer };
    };
    const findings = atOnce(definitionFindings(definition, locate));
    expect(findings).toHaveLength(100);
    expect(located).toBe(100);
    expect(findings.filter(({ hint }) => hint.startsWith("Did you mean")).length).toBeLessThanOrEqual(10);
  });

  it.each([
    ["id", "x".repeat(300), "b"],
    ["type", "a", "x".repeat(300)],
  ])("has no node with an endless %s", (part, id, type) => {
    const definition: Definition = { nodes: [{ id, type, config: {} }], connections: [], config: {} };
    const findings = atOnce(definitionFindings(definition, (pointer) => ({ file: "f", line: 1, column: 1, pointer })));
    expect(findings).toMatchObject([{ code: "limit/name", pointer: `/nodes/0/${part}` }]);
    expect(findings[0]?.message.length).toBeLessThan(200);
  });
});

describe("a suggestion", () => {
  it("is found among many names", () => {
    const names = times(9000, (index) => `process-${index}-of-the-shop`);
    expect(nearest("helo", [...names, "hello"])).toBe("hello");
  });

  it("is not looked for any more after a bounded amount of work", () => {
    const { words, count } = countedWords(times(15_000, (index) => `${"a".repeat(50)}${index}`));
    nearest(`${"a".repeat(40)}bbbbb1`, words);
    expect(count()).toBeLessThan(1000);
  });

  it("is not looked for when the word is endless", () => {
    const { words, count } = countedWords(["hello"]);
    expect(nearest("h".repeat(1000), words)).toBeNull();
    expect(count()).toBe(0);
  });
});

describe("pins", () => {
  it("of a great many processes that do not exist give one finding for all but the first", async () => {
    const pins = times(200_000, (index) => `nowhere-${index}: 1.0.0`).join("\n");
    const findings = (await validate({ "environments/staging/pins.yaml": pins })).filter(({ file }) =>
      file.startsWith("environments/staging"),
    );
    expect(findings.filter(({ code }) => code === "pin/unknown-process")).toHaveLength(100);
    expect(findings.filter(({ code }) => code === "limit/pins")).toMatchObject([
      { line: 101, message: expect.stringContaining("200000 pins") as unknown },
    ]);
  });

  it("of one process on every line are counted up to a hundred", async () => {
    const findings = await validate({ "environments/staging/pins.yaml": "called: 1.0.0\n".repeat(100_000) });
    expect(findings.filter(({ code }) => code === "pin/twice")).toHaveLength(100);
  });

  it("still work where there are as many processes", async () => {
    expect(await validate({ "environments/staging/pins.yaml": "called: 1.1.0\ncaller: 1.0.0\nothr: 1.0.0\n" })).toMatchObject([
      { code: "pin/unknown-process", line: 3, hint: "Did you mean other?" },
    ]);
  });
});

describe("a commit", () => {
  const many = Object.fromEntries(times(2500, (index) => [`processes/p${index}/process.yaml`, "no: process\n"]));

  it("has so many findings at most, and says how many are missing", async () => {
    const findings = await validate(many);
    expect(findings).toHaveLength(2001);
    expect(findings.at(-1)).toMatchObject({ code: "limit/findings", severity: "error" });
  });

  it("that is too much to read is an error, the one before stays in force, and what was read is not read again", async () => {
    const objects = createFakeObjects();
    const cache = createFakeParseCache();
    let steps = 0;
    const good = objects.commit(smallRepository());
    const manifests = createManifests({ objects, cache, dialects: [plainDialect], budgetMs: 1500, now: () => (steps += 1) });
    await manifests.snapshot(good, 0);
    const files: Record<string, string> = { ...smallRepository() };
    for (let index = 0; index < 600; index++) {
      files[`processes/new-${index}/process.yaml`] = processText(`new-${index}`, { "1.0.0": null });
      files[`processes/new-${index}/versions/1.0.0.yaml`] = versionText("1.0.0", "new");
    }
    const large = objects.commit(files);
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 200 && outcomes.at(-1) !== "read"; attempt++) {
      outcomes.push(await manifests.snapshot(large, 0).then(() => "read", String));
      if (outcomes.length === 1) expect((await manifests.version("called", "1.0.0")).version).toBe("1.0.0");
    }
    expect(outcomes[0]).toContain("too much to read in 2 s; the last good commit stays in use");
    expect(outcomes.at(-1)).toBe("read");
    expect(outcomes.length).toBeGreaterThan(2);
  });
});

describe("a circle of many processes", () => {
  it("is told by its beginning", async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 200; index++) {
      const needs = `dependencies:\n  - { type: workflow, name: c${(index + 1) % 200}, version: ^1.0.0 }\n`;
      files[`processes/c${index}/process.yaml`] = processText(`c${index}`, { "1.0.0": null });
      files[`processes/c${index}/versions/1.0.0.yaml`] = versionText("1.0.0", "c", needs);
    }
    const pins = times(200, (index) => `c${index}: 1.0.0`).join("\n");
    const circles = (await validate({ ...files, "environments/staging/pins.yaml": pins })).filter(
      ({ code }) => code === "dependency/cycle",
    );
    expect(circles).toHaveLength(200);
    expect(circles[0]?.message).toContain("… (200 processes in all)");
  });
});

describe("an export", () => {
  const read = async (text: string): Promise<readonly Finding[]> => {
    const objects = createFakeObjects();
    const commit = objects.commit({ ...smallRepository(), "processes/other/versions/1.0.0.flow.json": text });
    const { findings } = await validateRepository({ objects, commit, dialects: [nodeRedDialect] });
    return findings.filter(({ file }) => file.endsWith(".json"));
  };

  it.each([
    ["a list of lists", `[${"[],".repeat(300_000)}[]]`, "more than 200000 values"],
    ["one node with too much in it", `[{"id":"a","type":"b","x":[${"1,".repeat(30_000)}1]}]`, "one node contains more than 20000 values"],
    [
      "keys of all kinds",
      `[${times(60, (node) => `{"id":"n${node}","type":"b",${times(100, (key) => `"k${node}-${key}":1`).join()}}`).join()}]`,
      "different keys",
    ],
    ["an endless key", `[{"${"k".repeat(2000)}":1}]`, "a key of more than 1000 characters"],
    ["a key of JavaScript's own", '[{"id":"a","type":"b","\\u005f_proto__":1}]', "__proto__ cannot be a key"],
  ])("of %s is refused", async (_, text, message) => {
    expect(await read(text)).toMatchObject([{ severity: "error", message: expect.stringContaining(message) as unknown }]);
  });

  it("of eight thousand nodes is read", async () => {
    const nodes = times(8000, (index) => ({ id: `n${index}`, type: "debug", name: "", active: true, x: index, y: 1, wires: [] }));
    const found = (await read(JSON.stringify([{ id: "t", type: "tab", label: "t" }, ...nodes]))).filter(
      ({ code }) => code !== "version/digest-mismatch",
    );
    expect(found).toEqual([]);
  });
});
