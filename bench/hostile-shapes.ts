/** Files of every kind in odd shapes: each shape as each file that the controller reads, as long as is read of it. */

import { parseControllerConfig } from "../src/adapters/manifest/operator/controller-config.ts";
import type { FakeFiles } from "../test/fakes/objects.ts";
import type { HostileCase } from "./hostile-case.ts";
import { attackWith } from "./hostile-reading.ts";

const fill = (piece: string, bytes: number): string => piece.repeat(Math.floor(bytes / piece.length));

function series(bytes: number, line: (index: number) => string): string {
  const lines: string[] = [];
  for (let [length, index] = [0, 0]; length < bytes; index++) length += lines[lines.push(`${line(index)}\n`) - 1]?.length ?? 0;
  return lines.slice(0, -1).join("");
}

/** Texts of at most so many bytes. */
const shapes: Readonly<Record<string, (bytes: number) => string>> = {
  "aliases that grow": (bytes) =>
    `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${series(bytes, (index) => `a${index + 1}: &a${index + 1} [${fill(`*a${index}, `, 70)}x]`)}`,
  anchors: (bytes) => series(bytes, (index) => `k${index}: &a${index} x`),
  keys: (bytes) => series(bytes, (index) => `k${index}: 1`),
  "one line": (bytes) => `a: ${fill("x", bytes - 10)}`,
  "one key": (bytes) => `${fill("x", bytes - 10)}: 1`,
  "huge numbers": (bytes) => series(bytes, (index) => `k${index}: ${fill("9", 1000)}`),
  tags: (bytes) => series(bytes, (index) => `k${index}: !!binary ${fill("A", 40)}`),
  "the same key": (bytes) => fill("same: 1\n", bytes),
  "steps to the right": (bytes) =>
    Array.from({ length: Math.floor(Math.sqrt(bytes * 2)) - 3 }, (_, index) => `${" ".repeat(index)}a:\n`).join(""),
  "merge keys": (bytes) => `a: &a {x: 1}\n${series(bytes - 20, (index) => `k${index}: {<<: *a}`)}`,
  comments: (bytes) => `a: 1\n${fill("# a comment\n", bytes - 10)}`,
  "blank lines": (bytes) => `a: 1\n${fill("\n", bytes - 10)}`,
  texts: (bytes) => series(bytes, (index) => `k${index}: |\n  x\n  y`),
  "a quote that never ends": (bytes) => `a: "${fill("x\n", bytes - 10)}`,
  "quotes within quotes": (bytes) => `a: '${fill("''", bytes - 10)}'`,
  escapes: (bytes) => `a: "${fill("\\U0001F600", bytes - 10)}"`,
  "lines of Windows": (bytes) => series(bytes, (index) => `k${index}: 1\r`),
  "zero bytes": (bytes) => fill("a\0: 1\n", bytes),
  documents: (bytes) => fill("---\n", bytes),
  "explicit keys": (bytes) => series(bytes, (index) => `? k${index}\n: 1`),
  "keys that are lists": (bytes) => fill("? [a, b]\n: 1\n", bytes),
  "a mapping on one line": (bytes) => `{${series(bytes - 10, (index) => `k${index}: 1,`).replaceAll("\n", "")}}`,
  commas: (bytes) => `[${fill(",", bytes - 10)}]`,
  colons: (bytes) => fill(":", bytes),
  dashes: (bytes) => fill("- ", bytes),
  tabs: (bytes) => `a:\n${fill("\t", bytes - 10)}b: 1`,
};

const megabyte = 1024 * 1024 - 50;
const largest: Readonly<Record<string, number>> = { "environments/dev/pins.yaml": 5 * megabyte };
const files = [
  "processes/p/process.yaml",
  "processes/p/versions/1.0.0.yaml",
  "environments/dev/environment.yaml",
  "environments/dev/pins.yaml",
  "environments/dev/quarantine.yaml",
];

async function read(text: string): Promise<string> {
  return new Promise((resolve) => resolve(parseControllerConfig(text, "pinion.yaml"))).then(() => "taken", String);
}

/** Each with everything else as it should be. */
export function shapesIn(repository: (files: FakeFiles) => FakeFiles): readonly HostileCase[] {
  const all = Object.entries(shapes);
  return [
    ...files.flatMap((file) =>
      all.map(([name, text]) => ({
        name: `${file}: ${name}`,
        prepare: () => attackWith(repository({ [file]: text(largest[file] ?? megabyte) })),
      })),
    ),
    ...all.map(([name, text]) => ({
      name: `pinion.yaml: ${name}`,
      prepare: () => {
        const written = text(megabyte);
        return () => read(written);
      },
    })),
  ];
}
