/** The house's import rules hold over all of src/, and the judge of them is not blind. */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { judgeArchitecture } from "./support/architecture.ts";
import { branchesIn, judgeMirror } from "./support/mirrored.ts";
import { importsOf, mutableStateIn } from "./support/source-text.ts";

const root = join(import.meta.dirname, "..");

function sources(): ReadonlyMap<string, string> {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  return new Map(files.map((file) => [`src/${file}`, readFileSync(join(root, "src", file), "utf8")]));
}

describe("the house", () => {
  it("keeps its rules", () => {
    expect(judgeArchitecture(sources())).toEqual([]);
  });

  it("is really looked at", () => {
    const imports = [...sources().values()].flatMap(importsOf);
    expect(sources().size).toBeGreaterThan(20);
    expect(imports.length).toBeGreaterThan(sources().size);
  });
});

const header = "/** For the test. */\n";

describe("the judge refuses", () => {
  it.each([
    ["Node in the domain", "src/domain/a.ts", `import { join } from "node:path";`],
    ["Node in the domain, in types", "src/domain/a.ts", `import type { Stats } from "node:fs";`],
    ["a package in the domain", "src/domain/a.ts", `import { parse } from "yaml";`],
    ["a port in the domain", "src/domain/a.ts", `import type { Clock } from "../ports/clock.ts";`],
    ["an adapter in a strategy", "src/domain/strategies/a.ts", `import { x } from "../../adapters/git/x.ts";`],
    ["a value in a port", "src/ports/a.ts", `import { assertNever } from "../domain/names.ts";`],
    ["a mixed import in a port", "src/ports/a.ts", `import { type Digest, assertNever } from "../domain/names.ts";`],
    ["a package in a port", "src/ports/a.ts", `import type { Logger } from "pino";`],
    ["an adapter in the controller", "src/controller/a.ts", `import { open } from "../adapters/store/a.ts";`],
    ["an adapter in the controller, later", "src/controller/a.ts", `const git = await import("../adapters/git/a.ts");`],
    ["an adapter in the controller, over lines", "src/controller/a.ts", `import {\n  type A,\n  b,\n} from\n  "../adapters/git/a.ts";`],
    ["a surface in the controller", "src/controller/a.ts", `import "../surfaces/cli/a.ts";`],
    ["the controller in an adapter", "src/adapters/git/a.ts", `import type { Step } from "../../controller/a.ts";`],
    ["another adapter in an adapter", "src/adapters/git/a.ts", `import { open } from "../store/a.ts";`],
    ["another engine in an engine", "src/adapters/engines/n8n/a.ts", `import { compile } from "../node-red/compile.ts";`],
    ["an engine's inside in the registry", "src/adapters/engines/registry.ts", `import { x } from "./n8n/compile.ts";`],
    ["a registry in an engine", "src/adapters/engines/n8n/a.ts", `import { engineAdapters } from "../registry.ts";`],
    ["a router in the composition root", "src/composition/a.ts", `import { x } from "../adapters/routers/gateway/x.ts";`],
    ["a store in the composition root, in types", "src/composition/a.ts", `import type { X } from "../adapters/store/sqlite/x.ts";`],
    ["an adapter in the platform", "src/platform/a.ts", `import { x } from "../adapters/git/x.ts";`],
    ["an adapter in a surface", "src/surfaces/cli/a.ts", `import { open } from "../../adapters/store/a.ts";`],
    ["composing in a surface", "src/surfaces/cli/a.ts", `import { x } from "../../composition/run.ts";`],
    ["composing in the controller", "src/controller/a.ts", `import type { X } from "../composition/run.ts";`],
    ["the composition root in a surface", "src/surfaces/cli/a.ts", `import { main } from "../../main.ts";`],
    ["the composition root in the library", "src/index.ts", `import { main } from "./main.ts";`],
    ["what is outside of src", "src/domain/a.ts", `import { fake } from "../../test/fakes/clock.ts";`],
    ["a new floor of the house", "src/things/a.ts", `import { x } from "../domain/names.ts";`],
    ["a barrel", "src/domain/all.ts", `export * from "./names.ts";`],
    ["a barrel of types", "src/domain/all.ts", `export type { Digest } from "./names.ts";`],
    ["a file that is named like a barrel", "src/domain/index.ts", ``],
    ["a vague name", "src/domain/plan-utils.ts", ``],
    ["a vague folder", "src/adapters/common/a.ts", ``],
    ["a changeable variable at module level", "src/domain/a.ts", `let count = 0;`],
    ["a changeable collection at module level", "src/domain/a.ts", `const cache = new Map<string, number>();`],
    ["a long file", "src/domain/a.ts", "const x = 1;\n".repeat(300)],
  ])("%s", (_what, file, text) => {
    expect(judgeArchitecture(new Map([[file, header + text]]))).toEqual([expect.stringContaining(file)]);
  });

  it("a file without a header", () => {
    expect(judgeArchitecture(new Map([["src/domain/a.ts", "export const a = 1;"]]))).toEqual([expect.stringContaining("header")]);
  });

  it("a cycle", () => {
    const circle = new Map([
      ["src/domain/a.ts", `${header}import { b } from "./b.ts";`],
      ["src/domain/b.ts", `${header}import { c } from "./c.ts";`],
      ["src/domain/c.ts", `${header}import { a } from "./a.ts";`],
    ]);
    expect(judgeArchitecture(circle)).toEqual(["cycle: src/domain/a.ts -> src/domain/b.ts -> src/domain/c.ts -> src/domain/a.ts"]);
  });
});

describe("the judge of folders refuses", () => {
  it("two that import each other, by whatever files", () => {
    const circle = new Map([
      ["src/controller/a/a.ts", `${header}import type { B } from "../b/b.ts";`],
      ["src/controller/b/b.ts", header],
      ["src/controller/b/other.ts", `${header}import type { C } from "../a/c.ts";`],
      ["src/controller/a/c.ts", header],
    ]);
    expect(judgeArchitecture(circle)).toEqual(["folders in a circle: src/controller/a -> src/controller/b -> src/controller/a"]);
  });

  it("a floor of the domain that looks up, and one that is not in the house", () => {
    const files = new Map([
      ["src/domain/desired/a.ts", `${header}import type { B } from "../decision/b.ts";`],
      ["src/domain/attic/a.ts", `${header}import type { B } from "../names.ts";`],
    ]);
    expect(judgeArchitecture(files)).toEqual([
      expect.stringContaining("src/domain/decision is above src/domain/desired"),
      expect.stringContaining("src/domain/attic has no floor"),
    ]);
  });
});

describe("the judge accepts", () => {
  it.each([
    ["the domain in the domain", "src/domain/strategies/a.ts", `import { assertNever } from "../names.ts";`],
    ["semver in the domain", "src/domain/a.ts", `import semver from "semver";`],
    ["types in a port", "src/ports/a.ts", `import { type Digest } from "../domain/names.ts";`],
    ["engines in their registry", "src/adapters/engines/registry.ts", `import { n8n } from "./n8n/adapter.ts";`],
    ["a registry in the composition root", "src/composition/a.ts", `import { storeAdapters } from "../adapters/store/registry.ts";`],
    ["an engine's own files", "src/adapters/engines/node-red/a.ts", `import { b } from "./flows/b.ts";\nimport { join } from "node:path";`],
    [
      "everything in the composition root",
      "src/main.ts",
      `import { b } from "./adapters/git/b.ts";\nimport { run } from "./surfaces/cli/run.ts";`,
    ],
    [
      "imports that are only talked about",
      "src/domain/a.ts",
      `// import { x } from "node:fs";\n/* import "yaml"; */\nconst text = 'import { x } from "node:fs"';`,
    ],
    ["a regular expression with a quote", "src/domain/a.ts", `const quote = /["'\`]/;\nimport { b } from "./b.ts";`],
    ["changes inside of a function", "src/domain/a.ts", `function f() {\nlet n = 0;\nconst seen = new Set();\n}`],
    ["an empty list that stays so", "src/domain/a.ts", `const none: readonly string[] = [];`],
    ["an empty table that stays so", "src/domain/a.ts", `const none: ReadonlyMap<string, string> = new Map();`],
    ["a constant table", "src/domain/a.ts", `const known = new Set(["a", "b"]);`],
  ])("%s", (_what, file, text) => {
    expect(judgeArchitecture(new Map([[file, header + text]]))).toEqual([]);
  });
});

describe("the reader of sources", () => {
  it("finds the imports after a template with quotes in it", () => {
    expect(importsOf('const a = `it\'s ${"x"}`;\nimport type { B } from "./b.ts";')).toEqual([
      { specifier: "./b.ts", isTypeOnly: true, isReexport: false },
    ]);
  });

  it("names the line of module-level state", () => {
    expect(mutableStateIn("const a = {\n  b: 1,\n};\nexport let c = 2;\n")).toEqual([4]);
  });
});

describe("tests mirror what decides", () => {
  it("file by file", () => {
    expect(judgeMirror(sources(), (test) => existsSync(join(root, test)))).toEqual([]);
  });

  const deciding = Array.from({ length: 10 }, () => "if (a) b();").join("\n");
  const policy = new Map([["src/domain/gates/a.ts", deciding]]);
  const nothing = (): boolean => false;

  it.each<[string, ReadonlyMap<string, string>, (test: string) => boolean, Readonly<Record<string, string>>, readonly string[]]>([
    ["a file with a test of its path is fine", policy, (test) => test === "test/domain/gates/a.test.ts", {}, []],
    ["one without is named", policy, nothing, {}, ["src/domain/gates/a.ts: has no test/domain/gates/a.test.ts"]],
    ["one that hardly decides needs none", new Map([["src/domain/gates/a.ts", "if (a) b();"]]), nothing, {}, []],
    ["one of another folder needs none", new Map([["src/surfaces/a.ts", deciding]]), nothing, {}, []],
    [
      "one of the controller does",
      new Map([["src/controller/x/a.ts", deciding]]),
      nothing,
      {},
      ["src/controller/x/a.ts: has no test/controller/x/a.test.ts"],
    ],
    [
      "one that a listed test plays through is fine",
      policy,
      (test) => test === "test/b.test.ts",
      { "src/domain/gates/a.ts": "test/b.test.ts" },
      [],
    ],
    [
      "a listed test that is gone is named",
      policy,
      nothing,
      { "src/domain/gates/a.ts": "test/b.test.ts" },
      ["src/domain/gates/a.ts: is listed as played through by test/b.test.ts, which is not there"],
    ],
    [
      "an entry that is not needed is named",
      policy,
      () => true,
      { "src/domain/gates/a.ts": "test/b.test.ts", "src/domain/gates/gone.ts": "test/b.test.ts" },
      [
        "src/domain/gates/a.ts: is listed as played through, and has a test of its own",
        "src/domain/gates/gone.ts: is listed as played through, and decides nothing there",
      ],
    ],
  ])("%s", (...[, files, isThere, played, complaints]) => {
    expect(judgeMirror(files, isThere, played)).toEqual(complaints);
  });

  it("and comments decide nothing", () => {
    expect(branchesIn("/** if (a) ? b && c */\n// if (a)\nif (a) return b ? c : d;")).toBe(2);
  });
});
