import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mutations } from "./mutations.ts";

const root = join(import.meta.dirname, "../..");

function timesFound(file: string, find: string): number {
  return readFileSync(join(root, file), "utf8").split(find).length - 1;
}

describe("rules broken on purpose", () => {
  it.each(mutations)("can be broken in the source as it is: $what", ({ file, find }) => {
    expect(timesFound(file, find)).toBe(1);
  });

  it("are each another one, under a name of its own", () => {
    const names = mutations.map(({ what }) => what);
    const places = mutations.map(({ file, find, put }) => [file, find, put].join("\0"));
    expect(names).toEqual([...new Set(names)]);
    expect(places).toEqual([...new Set(places)]);
  });
});
