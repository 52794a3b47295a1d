/** Hostile config repositories by chance: files of up to 5 MB, put together from pieces that are hard to read. The same seed is the same files. */

import type { FakeFiles } from "../test/fakes/objects.ts";

/** 0 to below 1. */
type Random = () => number;
type Text = (random: Random, bytes: number) => string;

const most = 5 * 1024 * 1024 - 200;

/** Small repeatable generator (mulberry32). */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
const count = (random: Random, limit: number): number => 1 + Math.floor(random() * limit);
const repeat = (piece: string, bytes: number): string => piece.repeat(Math.max(1, Math.floor(bytes / piece.length)));

/** Each piece different: `make` gets its number. */
function series(bytes: number, make: (index: number) => string, between = "\n"): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < bytes; index++) {
    const part = make(index);
    parts.push(part);
    length += part.length + between.length;
  }
  return parts.join(between);
}

const word: Text = (random, bytes) => repeat(pick(random, ["a", "ä", "x ", "\\n", "'", "- ", "a.b-", "0", "😀", "<<", "${A}"]), bytes);
const scalar = (random: Random): string =>
  pick(random, [
    "1",
    "a",
    '"\\u0041\\n"',
    "'it''s'",
    "1.10",
    "0012345",
    "~",
    "*a",
    "&a b",
    "!t c",
    "|",
    ">-",
    "{}",
    "[]",
    "? a",
    "<<",
    "9e99",
  ]);
const key = (random: Random, index: number): string =>
  pick(random, [
    `k${index}`,
    "same",
    `"q${index}"`,
    `? k${index}`,
    `&a${index} k${index}`,
    `${"long".repeat(count(random, 300))}${index}`,
    `${index}`,
  ]);

const yaml: readonly Text[] = [
  (random, bytes) => series(bytes, (index) => `${key(random, index)}: ${scalar(random)}`),
  (random, bytes) => `a: [${repeat(`${scalar(random)},`, bytes)}1]`,
  (random, bytes) => `a: {${series(bytes, (index) => `k${index}: ${scalar(random)}`, ",")}}`,
  (random, bytes) => `a: ${pick(random, ["|", ">", "|-", ">+", "|2"])}\n${repeat(`  ${word(random, count(random, 200))}\n`, bytes)}`,
  (random, bytes) => `a: ${pick(random, ['"', "'", ""])}${word(random, bytes)}`,
  (random, bytes) =>
    repeat(pick(random, ["---\na: 1\n", "...\n", "# comment\n", "%YAML 1.2\n", "\t\n", "\r\n", "\r", "- \n", "? \n", ": \n"]), bytes),
  (random, bytes) => `a: &a [1]\n${series(bytes, (index) => `k${index}: ${pick(random, ["*a", "[*a, *a]", "{<<: *a}"])}`)}`,
  (random, bytes) => repeat(pick(random, ["[", "{a: ", "- ", "? ", "[[]", "{}", "!a ", "&a "]), bytes),
  (random, bytes) => series(Math.min(bytes, 400_000), (index) => `${" ".repeat(index % count(random, 900))}k${index}:`),
  (random, bytes) =>
    series(bytes, (index) => `- { name: n${index}, type: ${scalar(random)}, items: [${repeat("1, ", count(random, 60))}1] }`),
  (random, bytes) => repeat(String.fromCharCode(count(random, 0x7f), count(random, 0x7f), count(random, 0x300)), bytes),
];

const value = (random: Random, index: number): unknown =>
  pick<unknown>(random, [
    index,
    `s${index}`,
    null,
    [],
    {},
    [index, [index]],
    { a: { b: index } },
    "x".repeat(count(random, 400)),
    1e300,
    "\u0001\ud800",
  ]);

const wires = (random: Random, index: number): readonly (readonly string[])[] =>
  Array.from({ length: count(random, 3) }, () =>
    Array.from({ length: count(random, 12) }, (_, wire) => pick(random, [`n${(index * 7 + wire) % 900}`, `zz${wire}`, "t", ""])),
  );

function nodeOf(random: Random, kinds: readonly string[], index: number): object {
  const type = pick(random, kinds);
  const id = pick(random, [`n${index}`, `n${index}`, `n${index}`, "same", "", "i".repeat(count(random, 300))]);
  const links = { links: [`n${index + 1}`, `n${(index * 3) % 500}`], g: `n${index}`, scope: [`n${index}`], nodes: [`n${index}`, "t"] };
  return {
    id,
    type,
    z: pick(random, ["t", "t", `n${index}`, "nowhere"]),
    x: 1,
    y: 1,
    wires: wires(random, index),
    ...links,
    [`f${index % count(random, 3000)}`]: value(random, index),
  };
}

const types = [
  "debug",
  "function",
  "http in",
  "link in",
  "link out",
  "link call",
  "mqtt in",
  "mqtt-broker",
  "subflow",
  "subflow:n1",
  "tab",
  "group",
  "tls-config",
  "comment",
  "",
];

const json: readonly Text[] = [
  (random, bytes) => {
    const kinds = types.filter(() => random() < 0.4).concat("debug");
    const nodes: object[] = [{ id: "t", type: "tab", label: "t" }];
    for (let length = 0; length < bytes;) {
      const node = nodeOf(random, kinds, nodes.length);
      nodes.push(node);
      length += JSON.stringify(node).length;
    }
    return JSON.stringify(nodes);
  },
  (random, bytes) => `[{"id":"a","type":"function","func":"${repeat(pick(random, ["a", "\\n", "\\u0041", "ä", "msg;\\n"]), bytes)}"}]`,
  (random, bytes) => repeat(pick(random, ["[", '{"a":', "[[],", "[{},", " "]), bytes),
  (random, bytes) =>
    `[${series(bytes, (index) => `{"id":"n${index}","type":"http in","url":"/${pick(random, ["a", ":a", "*", "(a|b)", "a?"])}${index % count(random, 800)}","method":"get"}`, ",")}]`,
  (random, bytes) =>
    `[{"id":"a","type":"b","x":{${series(bytes, (index) => `"k${index}":${pick(random, ["1", "{}", '""', "[]", "1e9"])}`, ",")}}}]`,
  (random, bytes) => `[${repeat(pick(random, ["1,", '"a",', "null,", "{},", "[[]],", "1.10,"]), bytes)}1]`,
];

const pinLines: readonly Text[] = [
  (_random, bytes) => series(bytes, (index) => `process-${index}: 1.0.0`),
  (random, bytes) => repeat(pick(random, ["p: 1.0.0\n", "p : 1\n", "#\n", "\n", "p: 1.0.0 # x\r\n", ":\n", "\tp: 1\n"]), bytes),
  (random, bytes) => `p: ${word(random, bytes)}`,
  (random, bytes) => series(bytes, (index) => `p${"-a".repeat(count(random, 120))}${index}: ${"1".repeat(count(random, 250))}`),
];

const quarantined: Text = (random, bytes) =>
  `quarantine:\n${series(bytes, (index) => `  - { process: p${index}, version: 1.0.0, digest: "sha256:${"a".repeat(64)}", reason: ${scalar(random)}, since: 2026-01-01T00:00:00Z }`)}`;

const dependencies: Text = (random, bytes) =>
  `version: 1.0.0\ntitle: p\ndefinition: { nodes: [] }\ndependencies:\n${series(bytes, (index) => `  - { type: workflow, name: q${index}, version: "${repeat(pick(random, ["^1 || ", ">=1 ", "1 - 2 || ", "x.", "~1"]), count(random, 200))}" }`)}`;

const graph: Text = (random, bytes) =>
  `version: 1.0.0\ntitle: p\ndefinition:\n  nodes:\n${series(bytes, (index) => `    - { id: n${index}, type: ${pick(random, ["debug", "http in", "function"])}, config: { url: /a${index} } }`)}\n  connections:\n${series(bytes / 4, (index) => `    - { from: { node: n${index} }, to: { node: n${index + count(random, 9)} } }`)}`;

/** Which file, and what it may hold. */
const places: readonly (readonly [string, readonly Text[]])[] = [
  ["processes/p/versions/1.0.0.flow.json", json],
  ["processes/p/versions/1.0.0.flow.json", json],
  ["processes/p/versions/1.0.0.yaml", [...yaml, dependencies, graph]],
  ["processes/p/process.yaml", yaml],
  ["environments/dev/environment.yaml", yaml],
  ["environments/dev/quarantine.yaml", [...yaml, quarantined]],
  ["environments/dev/pins.yaml", [...pinLines, ...yaml]],
];

/** One file of a repository that is hostile, most of them just below a bound. */
export function randomFiles(seed: number): FakeFiles {
  const random = randomOf(seed);
  const [path, texts] = pick(random, places);
  const bytes = Math.floor(pick(random, [60_000, 300_000, 1_000_000, most]) * (0.5 + random() / 2));
  const text = pick(random, texts)(random, bytes);
  return { [path]: Buffer.from(text).subarray(0, most) };
}

const signs: readonly number[] = [...Buffer.from('{}[],:\n"&*-?#1a ')];

/** Some bytes of a file are others, as a second commit has it. */
export function withSlips(seed: number, files: FakeFiles): FakeFiles {
  const random = randomOf(seed + 1_000_000);
  const slips = Object.entries(files).map(([path, content]) => {
    const bytes = Buffer.from(content as Uint8Array);
    for (let slip = count(random, 20); slip > 0 && bytes.length > 0; slip--)
      bytes[Math.floor(random() * bytes.length)] = pick(random, signs);
    return [path, bytes] as const;
  });
  return Object.fromEntries(slips);
}
