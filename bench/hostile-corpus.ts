/** Config repositories of at most 5 MB that try to hold the controller up: each is a kind of file that once did, or would. */

import type { FakeFiles } from "../test/fakes/objects.ts";
import type { HostileCase } from "./hostile-case.ts";
import { randomFiles, withSlips } from "./hostile-random.ts";
import { conversations } from "./hostile-callers.ts";
import { journals } from "./hostile-journal.ts";
import { attackWith } from "./hostile-reading.ts";
import { shapesIn } from "./hostile-shapes.ts";
import { surfaces } from "./hostile-surfaces.ts";

type Files = FakeFiles;

const megabyte = 1024 * 1024;

/** A process `p` with version 1.0.0, pinned in one environment; the files given come on top. */
function repository(files: Files): Files {
  return {
    "processes/p/process.yaml": "id: p\ntitle: p\nowner: team\nengine: node-red\nversions:\n  - { version: 1.0.0, status: draft }\n",
    "processes/p/versions/1.0.0.yaml": "version: 1.0.0\ntitle: p\ndefinitionFrom: ./1.0.0.flow.json\n",
    "processes/p/versions/1.0.0.flow.json": JSON.stringify(flow(2)),
    "environments/dev/environment.yaml": "name: dev\ntype: development\n",
    "environments/dev/pins.yaml": "p: 1.0.0\n",
    ...files,
  };
}

function flow(count: number, more: (index: number) => object = () => ({})): readonly object[] {
  const nodes = Array.from({ length: count }, (_, index) => ({
    id: `n${index}`,
    type: "debug",
    z: "t",
    x: 1,
    y: 1,
    wires: [],
    ...more(index),
  }));
  return [{ id: "t", type: "tab", label: "t" }, ...nodes];
}

const asExport = (text: string): Files => repository({ "processes/p/versions/1.0.0.flow.json": text });
const asVersion = (text: string): Files => repository({ "processes/p/versions/1.0.0.yaml": text });
const asPins = (text: string): Files => repository({ "environments/dev/pins.yaml": text });
const asQuarantine = (text: string): Files => repository({ "environments/dev/quarantine.yaml": text });
const asEnvironment = (text: string): Files => repository({ "environments/dev/environment.yaml": text });

/** As many copies as fit. */
function fill(piece: string, length: number): string {
  return piece.repeat(Math.floor(length / piece.length));
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

const exports: Readonly<Record<string, () => string>> = {
  "9,000 wires to nowhere": () =>
    JSON.stringify(flow(900, (index) => ({ wires: [lines(10, (wire) => `zz${index}-${wire}`).split("\n")] }))),
  "5 MB of lists": () => `[${fill("[],", 5 * megabyte - 10)}[]]`,
  "5 MB of one node": () => `[{"id":"a","type":"b","x":[${fill("1,", 5 * megabyte - 100)}1]}]`,
  "5 MB of small nodes": () => JSON.stringify(flow(20_000, () => ({ name: "x".repeat(160) }))),
  "5 MB of small nodes, too many": () => JSON.stringify(flow(60_000)),
  "5 MB of settings": () =>
    JSON.stringify(
      flow(5000, (index) =>
        Object.fromEntries(
          lines(40, (key) => `k${key}-${index}`)
            .split("\n")
            .map((key) => [key, "value"]),
        ),
      ),
    ),
  "5 MB of functions": () =>
    JSON.stringify(flow(20, () => ({ type: "function", func: fill("msg.payload = msg.payload + 1;\n", megabyte / 5) }))),
  "5 MB of one function": () => JSON.stringify(flow(1, () => ({ type: "function", func: fill("msg.a = 1;\n", 4.5 * megabyte) }))),
  "5 MB of one id": () => JSON.stringify(flow(1, () => ({ id: fill("x", 5 * megabyte - 500) }))),
  "5 MB of escapes": () => JSON.stringify(flow(1, () => ({ func: fill("\u0001", 800_000) }))),
  "5 MB of white space": () => fill(" \n", 5 * megabyte),
  "5 MB of digits": () => `[${fill("1", 5 * megabyte - 10)}]`,
  "5 MB of keys": () => `[{"id":"a","type":"b",${lines(250_000, (index) => `"k${index}":"",`).replaceAll("\n", "")}"z":1}]`,
  "250,000 wires": () => JSON.stringify(flow(500, (index) => ({ wires: [lines(500, (wire) => `n${(index + wire) % 500}`).split("\n")] }))),
  "20,000 equal ids": () => JSON.stringify(flow(20_000, () => ({ id: "same" }))),
  "long ids": () => JSON.stringify(flow(40, (index) => ({ id: `${index}`.padEnd(100_000, "x") }))),
  "20,000 dangling references": () => JSON.stringify(flow(15_000, (index) => ({ type: "mqtt in", broker: `b${index}`.padEnd(60, "a") }))),
  "20,000 similar ids": () =>
    JSON.stringify(
      flow(15_000, (index) => ({ id: `${"a".repeat(50)}${index}`, type: "mqtt in", broker: `${"a".repeat(40)}bbbbb${index}` })),
    ),
};

const graph = "version: 1.0.0\ntitle: p\ndefinition:\n  nodes:\n";

const versions: Readonly<Record<string, () => string>> = {
  "1 MB of list items": () => `a: [${fill("1,", megabyte - 100)}]`,
  "1 MB of nodes": () => graph + fill("    - { id: a, type: b }\n", megabyte - 100),
  "2,500 nodes": () => graph + lines(2500, (index) => `    - { id: n${index}, type: b }`),
  brackets: () => `a: [${fill("[[[[[[[[1]]]]]]]],", 60_000)}]`,
  "30,000 unknown options": () => lines(30_000, (index) => `k${index}: 1`),
  "bad escapes": () => `a: "${fill("\\q", megabyte - 100)}"`,
  errors: () => `a: [${fill("}", 90_000)}]`,
  "blank lines in a text": () => `a: |\n  x\n${fill("\n", megabyte - 100)}`,
  "90,000 lines of text": () => `a: |\n${fill("  x\n", 4 * 90_000)}`,
  tags: () => `a: [${fill("!a 1,", 100_000)}]`,
  "explicit keys": () => fill("? a\n", 60_000),
  "numbers that lose digits": () => `a: [${fill("12345678901234567890,", 400_000)}]`,
  "6,000 dependencies": () =>
    `version: 1.0.0\ntitle: p\ndependencies:\n${lines(6000, (index) => `  - { type: workflow, name: q${index}, version: ^1.0.0 }`)}\n`,
  "a range of 500 KB": () =>
    `version: 1.0.0\ntitle: p\ndefinition: { nodes: [] }\ndependencies: [{ type: workflow, name: q, version: "${fill("1 || ", 500_000)}1" }]\n`,
};

const environments: Readonly<Record<string, () => string>> = {
  "5,000 processes with settings": () =>
    `name: dev\ntype: development\nprocesses:\n${lines(5000, (index) => `  q${index}: { strategy: { type: recreate } }`)}\n`,
  "10,000 variables": () => `name: dev\ntype: development\nvariables:\n${lines(10_000, (index) => `  V${index}: v`)}\n`,
};

const held = (index: number): string =>
  `  - { process: p${index}, version: 1.0.0, digest: sha256-${"a".repeat(64)}, reason: it failed, since: 2026-01-01T00:00:00Z }`;

const quarantines: Readonly<Record<string, () => string>> = {
  "1 MB of entries": () => `quarantine:\n${lines(6_000, held)}\n`,
  "1,500 entries": () => `quarantine:\n${lines(1_500, held)}\n`,
  "5 MB of entries": () => `quarantine:\n${lines(33_000, held)}\n`,
};

const pins: Readonly<Record<string, () => string>> = {
  "200,000 unknown pins": () => lines(200_000, (index) => `process-${index}: 1.0.0`),
  "500,000 pins of one process": () => fill("p: 1.0.0\n", 5 * megabyte - 10),
  "5 MB of nothing": () => fill("x\n", 5 * megabyte - 10),
  "one line of 5 MB": () => fill("x-", 5 * megabyte - 10),
};

function circle(size: number): Files {
  const files: Record<string, string> = {};
  for (let index = 0; index < size; index++) {
    files[`processes/c${index}/process.yaml`] =
      `id: c${index}\ntitle: c\nowner: t\nengine: node-red\nversions:\n  - { version: 1.0.0, status: draft }\n`;
    files[`processes/c${index}/versions/1.0.0.yaml`] =
      `version: 1.0.0\ntitle: c\ndependencies: [{ type: workflow, name: c${(index + 1) % size}, version: ^1.0.0 }]\ndefinition: { nodes: [] }\n`;
  }
  return repository({ ...files, "environments/dev/pins.yaml": lines(size, (index) => `c${index}: 1.0.0`) });
}

/** Many names, deep folders and long names: what a tree of git's can hold in 5 MB. */
const folders: Readonly<Record<string, () => Files>> = {
  "100,000 processes without a file": () => many(100_000, (index) => `processes/p${index}/x`),
  "100,000 files of a process": () => many(100_000, (index) => `processes/p/versions/${index}.yaml`),
  "100,000 stray files": () => many(100_000, (index) => `processes/p${index}.yaml`),
  "100,000 environments": () => many(100_000, (index) => `environments/e${index}/x`),
  "10,000 environments with pins": () => many(10_000, (index) => `environments/e${index}/pins.yaml`),
  "9,000 pins files": () => many(9_000, (index) => `environments/dev/pins/${index}.yaml`),
  "a path of 1,000 folders": () => repository({ [`environments/dev/${"a/".repeat(1000)}x`]: "" }),
  "10,000 names of 250 characters": () => many(10_000, (index) => `processes/${"n".repeat(240)}${index}/process.yaml`),
};

function many(size: number, path: (index: number) => string): Files {
  return repository(Object.fromEntries(Array.from({ length: size }, (_, index) => [path(index), "p: 1.0.0\n"])));
}

function cases(kind: string, texts: Readonly<Record<string, () => string>>, place: (text: string) => Files): readonly HostileCase[] {
  return Object.entries(texts).map(([name, text]) => ({ name: `${kind}: ${name}`, prepare: () => attackWith(place(text())) }));
}

/** All of them. */
export const corpus: readonly HostileCase[] = [
  ...cases("export", exports, asExport),
  ...cases("version", versions, asVersion),
  ...cases("environment", environments, asEnvironment),
  ...cases("quarantine", quarantines, asQuarantine),
  ...cases("pins", pins, asPins),
  { name: "5,000 processes that need each other in a circle", prepare: () => attackWith(circle(5000)) },
  ...Object.entries(folders).map(([name, files]) => ({ name: `folders: ${name}`, prepare: () => attackWith(files()) })),
  ...surfaces,
  ...journals,
  ...conversations,
  ...shapesIn(repository),
];

/** One by chance: a file, and then the same with slips of the pen. */
export function randomCase(seed: number): HostileCase {
  const files = randomFiles(seed);
  const [path = ""] = Object.keys(files);
  return { name: `seed ${seed} (${path})`, prepare: () => attackWith(repository(files), repository(withSlips(seed, files))) };
}
