/** The import rules of the house, as a function from source texts to complaints. */

import { posix } from "node:path";
import { type Import, importsOf, mutableStateIn } from "./source-text.ts";

/** Text by path from the root of the checkout, with forward slashes: `src/domain/plan/plan.ts`. */
export type Sources = ReadonlyMap<string, string>;

interface Rule {
  /** The layers of src/ that may be imported; a layer followed by `!` in types only. */
  readonly layers: readonly string[];
  /** Package names, `node:` for Node's own, `*` for any. */
  readonly packages: readonly string[];
}

const rules: Readonly<Record<string, Rule>> = {
  domain: { layers: ["domain"], packages: ["semver"] },
  ports: { layers: ["domain!", "ports!"], packages: [] },
  platform: { layers: ["platform", "domain"], packages: ["node:"] },
  schemas: { layers: ["schemas", "domain"], packages: ["typebox"] },
  api: { layers: ["api", "platform", "ports!", "domain", "generated", "schemas!"], packages: ["*", "node:"] },
  gateway: { layers: ["gateway", "platform", "ports!", "domain", "generated", "schemas!"], packages: ["*", "node:"] },
  demo: { layers: ["demo", "surfaces", "api", "controller", "ports!", "domain"], packages: ["*", "node:"] },
  controller: { layers: ["controller", "api!", "ports!", "domain"], packages: ["p-limit"] },
  adapters: { layers: ["adapters", "gateway", "platform", "ports!", "domain", "generated", "schemas!"], packages: ["*", "node:"] },
  surfaces: { layers: ["surfaces", "api", "controller", "ports!", "domain", "generated", "schemas!"], packages: ["*", "node:"] },
  library: { layers: ["library", "api", "controller", "ports!", "domain", "generated!"], packages: ["semver", "node:"] },
  generated: { layers: ["generated"], packages: [] },
  composition: {
    layers: ["adapters", "api", "composition", "controller", "demo", "domain", "gateway", "library", "platform", "ports", "surfaces"],
    packages: ["*", "node:"],
  },
  main: { layers: ["adapters", "api", "composition", "controller", "domain", "ports", "surfaces"], packages: ["*", "node:"] },
  index: { layers: ["api!", "composition", "controller", "domain", "library"], packages: [] },
};

/** Folders of src/adapters/ whose folders are the adapters. */
const families = new Set(["engines", "routers", "forges", "notifiers"]);

/** Folders of src/domain/ from the ground up: each may import those before it. The domain's own files are the ground. */
const floors: readonly string[] = [
  "src/domain",
  "src/domain/analysis",
  "src/domain/desired",
  "src/domain/changes",
  "src/domain/paths",
  "src/domain/observed",
  "src/domain/journal",
  "src/domain/config",
  "src/domain/strategies",
  "src/domain/validation",
  "src/domain/gates",
  "src/domain/status",
  "src/domain/rollback",
  "src/domain/events",
  "src/domain/commands",
  "src/domain/decision",
  "src/domain/plan",
];

/** Folders of src/adapters/ that have a registry: nobody outside names one of what is in it. */
const registered = new Set(["engines", "routers", "store"]);

const maxLines = 300;

/** Every way in which the sources break the house's rules, each with its file. */
export function judgeArchitecture(sources: Sources): readonly string[] {
  const files = [...sources].flatMap(([file, text]) => judgeFile(file, text));
  return [...files, ...cyclesIn(sources), ...folderCirclesIn(sources)];
}

function judgeFile(file: string, text: string): readonly string[] {
  const imports = importsOf(text);
  return [
    ...imports.flatMap((found) => judgeImport(file, found)),
    ...judgeBarrel(file, imports),
    ...judgeName(file),
    ...judgeHeader(file, text),
    ...mutableStateIn(text).map((line) => `${file}:${line}: state at module level`),
    ...(layerOf(file) !== "generated" && lineCount(text) > maxLines ? [`${file}: more than ${maxLines} lines`] : []),
  ];
}

function judgeImport(file: string, found: Import): readonly string[] {
  const layer = layerOf(file);
  const rule = rules[layer];
  if (rule === undefined) return [`${file}: src/${layer} is no layer of the house`];
  const reason = found.specifier.startsWith(".") ? judgeRelative(file, rule, found) : judgePackage(rule, found.specifier);
  return reason === null ? [] : [`${file}: must not import ${found.specifier}: ${reason}`];
}

function judgeAdapter(file: string, target: string): string | null {
  return adapterOf(file) === adapterOf(target) || isListed(file, target) ? null : "an adapter does not know another adapter";
}

/** A registry names the adapters of its own family, by the one file that stands for each, and nothing else. */
function isListed(file: string, target: string): boolean {
  const family = posix.dirname(file);
  return (
    posix.basename(file) === "registry.ts" && posix.basename(target) === "adapter.ts" && posix.dirname(posix.dirname(target)) === family
  );
}

function judgeRelative(file: string, rule: Rule, found: Import): string | null {
  const target = resolve(file, found.specifier);
  if (!target.startsWith("src/")) return "it is outside of src";
  const [from, to] = [layerOf(file), layerOf(target)];
  if (rule.layers.includes(`${to}!`)) return found.isTypeOnly ? null : `${from} takes only types from ${to}`;
  if (!rule.layers.includes(to)) return `${from} does not know ${to}`;
  if (to === "domain" && from === "domain") return judgeFloor(posix.dirname(file), posix.dirname(target));
  if (to !== "adapters") return null;
  return from === "adapters" ? judgeAdapter(file, target) : judgeChoice(target);
}

function judgeChoice(target: string): string | null {
  const [, , family = "", name = ""] = target.split("/");
  return registered.has(family) && name !== "registry.ts" ? `what ${family} there are is the registry's to know` : null;
}

function judgeFloor(from: string, to: string): string | null {
  const [lower, upper] = [floors.indexOf(to), floors.indexOf(from)];
  if (upper === -1) return `${from} has no floor in the house`;
  return lower <= upper ? null : `${to} is above ${from}`;
}

function judgePackage(rule: Rule, specifier: string): string | null {
  const name = specifier.startsWith("node:")
    ? "node:"
    : specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
  if (rule.packages.includes(name) || (name !== "node:" && rule.packages.includes("*"))) return null;
  return name === "node:" ? "this layer does not know Node" : "this layer does not know that package";
}

function judgeBarrel(file: string, imports: readonly Import[]): readonly string[] {
  if (file === "src/index.ts") return [];
  const complaints = imports
    .filter((found) => found.isReexport)
    .map((found) => `${file}: exports from ${found.specifier}; only src/index.ts does`);
  return posix.basename(file) === "index.ts" ? [...complaints, `${file}: is named like a barrel`] : complaints;
}

function judgeName(file: string): readonly string[] {
  const words = file.toLowerCase().split(/[^a-z]+/u);
  const vague = words.find((word) => /^(utils?|helpers?|common|managers?|misc)$/u.test(word));
  return vague === undefined ? [] : [`${file}: "${vague}" says nothing; name what it is for`];
}

/** A port's docstring is on its interface. */
function judgeHeader(file: string, text: string): readonly string[] {
  const isExempt = layerOf(file) === "ports" || layerOf(file) === "generated";
  return isExempt || /^(#![^\n]*\n)?\s*\/\*\*/u.test(text) ? [] : [`${file}: has no header comment that says what it is for`];
}

function cyclesIn(sources: Sources): readonly string[] {
  const targets = (file: string): readonly string[] =>
    importsOf(sources.get(file) ?? "").flatMap(({ specifier }) => (specifier.startsWith(".") ? [resolve(file, specifier)] : []));
  return circlesIn(sources.keys(), targets).map((circle) => `cycle: ${circle}`);
}

/** Folders that import each other: neither can be understood without the other. */
function folderCirclesIn(sources: Sources): readonly string[] {
  const graph = new Map<string, Set<string>>();
  for (const [file, text] of sources) {
    const from = posix.dirname(file);
    const known = graph.get(from) ?? new Set();
    graph.set(from, known);
    for (const { specifier } of importsOf(text)) {
      const to = posix.dirname(resolve(file, specifier));
      if (specifier.startsWith(".") && to !== from) known.add(to);
    }
  }
  return circlesIn(graph.keys(), (folder) => [...(graph.get(folder) ?? [])]).map((circle) => `folders in a circle: ${circle}`);
}

/** `a -> b -> a` of each. */
function circlesIn(all: Iterable<string>, targets: (one: string) => readonly string[]): readonly string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (one: string, path: readonly string[]): void => {
    if (path.includes(one)) circles.push([...path.slice(path.indexOf(one)), one].join(" -> "));
    if (done.has(one) || path.includes(one)) return;
    for (const target of targets(one)) visit(target, [...path, one]);
    done.add(one);
  };
  for (const one of all) visit(one, []);
  return circles;
}

function resolve(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

/** `src/domain/plan/plan.ts` is in `domain`, `src/main.ts` is `main`. */
function layerOf(file: string): string {
  return (file.split("/")[1] ?? "").replace(/\.ts$/u, "");
}

function adapterOf(file: string): string {
  const [, , first = "", second = ""] = file.split("/");
  return families.has(first) ? `${first}/${second}` : first;
}

function lineCount(text: string): number {
  return text.trimEnd().split("\n").length;
}
