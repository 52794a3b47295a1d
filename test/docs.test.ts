/** What the pages promise is there: links lead somewhere, every error code and every command is explained. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderReasonsPage } from "../scripts/reasons-page.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const namesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));

const named: readonly string[] = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "example-repo/README.md"];
const pages = named.concat(namesIn("docs", ".md").map((name) => `docs/${name}`));

/** Links to places in the repository, without what is quoted as code. */
function linksOf(page: string): readonly string[] {
  const prose = read(page)
    .replaceAll(/^\s*```[\s\S]*?^\s*```/gmu, "")
    .replaceAll(/`[^`\n]*`/gu, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, link = ""]) => link);
  return links.filter((link) => !/^[a-z]+:/u.test(link));
}

/** The names by which headings are linked to, as forges make them. */
function anchorsOf(page: string): readonly string[] {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gmu)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Files of the house that a page names: from the root, from `src/`, or from its own folder. */
function filesNamedIn(page: string): readonly string[] {
  const names = [...read(page).matchAll(/`((?:\.\.\/|[\w-]+\/)[\w./-]*\.(?:ts|cjs|mjs))`/gu)].map(([, name = ""]) => name);
  return names.filter((name) => name.startsWith("../") || layers.has(name.split("/")[0] ?? ""));
}

const layers: ReadonlySet<string> = new Set(["src", "test", "bench", "scripts", ...readdirSync(join(root, "src"))]);

function isThere(page: string, name: string): boolean {
  const places = name.startsWith("../") ? [join(dirname(page), name)] : [name, `src/${name}`];
  return places.some((place) => existsSync(join(root, place)));
}

function isBroken(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

describe("the pages", () => {
  it("link to what is there", () => {
    expect(pages.length).toBeGreaterThan(15);
    expect(pages.flatMap((page) => linksOf(page).flatMap((link) => (isBroken(page, link) ? [`${page}: ${link}`] : [])))).toEqual([]);
  });

  it("name files that are there", () => {
    const inside = namesIn("src", "README.md").map((name) => `src/${name}`);
    const named = [...pages, ...inside].flatMap((page) => filesNamedIn(page).map((name) => ({ page, name })));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ page, name }) => !isThere(page, name))).toEqual([]);
  });

  it("are all in the index", () => {
    const index = read("docs/README.md");
    expect(readdirSync(join(root, "docs")).filter((name) => name !== "README.md" && !index.includes(`](${name})`))).toEqual([]);
  });

  it("explain every error code", () => {
    const codes = [...read("src/domain/errors.ts").matchAll(/^ {2}"([a-z]+\/[a-z-]+)": \{/gmu)].map(([, code = ""]) => code);
    const page = read("docs/troubleshooting.md");
    const explained = [...page.slice(page.indexOf("## Error codes"), page.indexOf("## Findings")).matchAll(/^\| `([^`]+)`/gmu)];
    expect(codes.length).toBeGreaterThan(30);
    expect(explained.map(([, code = ""]) => code).toSorted()).toEqual(codes.toSorted());
  });

  it("say of every finding what to do, as the program does", () => {
    const page = read("docs/findings.md");
    const codes = [...read("src/adapters/manifest/document/findings.ts").matchAll(/^ {2}"([a-z]+\/[a-z-]+)":/gmu)].map(
      ([, code = ""]) => code,
    );
    const rows = [...page.matchAll(/^\| `([a-z]+\/[a-z-]+)` \| (.+) \|$/gmu)];
    const source = read("src/adapters/manifest/document/findings.ts").replaceAll(String.raw`\"`, '"');
    expect(codes.length).toBeGreaterThan(100);
    expect(rows.map(([, code = ""]) => code)).toEqual(codes);
    expect(rows.filter(([, , hint = ""]) => !source.includes(`"${hint.replaceAll(String.raw`\|`, "|")}"`)).map(([row]) => row)).toEqual([]);
  });

  it("list every reason", () => {
    expect(read("docs/reasons.md")).toBe(renderReasonsPage());
  });

  it("explain every status word", () => {
    const words = [...read("src/domain/journal/status.ts").matchAll(/^export type \w+ = (.*);$/gmu)].flatMap(([, union = ""]) =>
      union.split(" | "),
    );
    const page = read("docs/troubleshooting.md");
    expect(words.length).toBe(15);
    expect(words.map((word) => word.replaceAll('"', "")).filter((word) => !page.includes(`| \`${word}\` |`))).toEqual([]);
  });

  it("name every command", () => {
    const sources = namesIn("src/surfaces/cli/commands", ".ts").map((name) => read(`src/surfaces/cli/commands/${name}`));
    const commands = sources.flatMap((source) => [...source.matchAll(/\.command\("([a-z]+)/gu)].map(([, name = ""]) => name));
    expect(commands).toContain("run");
    expect(commands.filter((name) => !new RegExp(`^\\|.*\`(pinion )?${name}\\b`, "mu").test(read("README.md")))).toEqual([]);
  });
});
