import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInOrder, treeDifference } from "../../../../src/adapters/git/mirror/tree-difference.ts";
import { createTreeDifferences } from "../../../../src/adapters/git/mirror/tree-differences.ts";
import { atOnce } from "../../../../src/domain/slices.ts";
import type { TreeEntry } from "../../../../src/ports/objects.ts";
import { asTreeObject } from "../../../fakes/objects.ts";
import { runs } from "../../../support/thorough.ts";

const idOf = (content: number): string => content.toString(16).padStart(2, "0").repeat(20);
/** Ids hold any bytes: those that end a name and a mode, too. */
const content = fc.constantFrom(0x00, 0x20, 0x2f, 0x34, 0x61, 0xff);
const directories = fc.dictionary(fc.constantFrom("a", "a-b", "a0", "a.b", "aa", "b", "b-", "c", "d", "e"), content);
const folder = (name: string, of: number): TreeEntry => ({ name, kind: "directory", id: idOf(of) });

function treeOf(folders: Readonly<Record<string, number>>, others: readonly TreeEntry[] = []): Uint8Array {
  return asTreeObject([...Object.entries(folders).map(([name, of]) => folder(name, of)), ...others]);
}

const compare = (before: Uint8Array, after: Uint8Array) => atOnce(treeDifference(before, after, 20));
const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

describe("the difference between two directories", () => {
  it("is what is new, what has another content, and what is gone", () => {
    fc.assert(
      fc.property(directories, directories, (before, after) => {
        const found = compare(treeOf(before), treeOf(after));
        const expected = Object.entries(after).flatMap(([name, of]) => (before[name] === of ? [] : [folder(name, of)]));
        expect(found?.changed.toSorted(byName)).toEqual(expected.toSorted(byName));
        expect(found?.gone.toSorted()).toEqual(
          Object.keys(before)
            .filter((name) => !(name in after))
            .toSorted(),
        );
      }),
      runs(2000),
    );
  });

  it.each<[string, TreeEntry]>([
    ["a file", { name: "b", kind: "file", id: idOf(1) }],
    ["a link", { name: "b", kind: "symlink", id: idOf(1) }],
    ["a submodule", { name: "b", kind: "submodule", id: idOf(1) }],
    ["a name that is not ASCII", { name: "größe", kind: "directory", id: idOf(1) }],
  ])("is not told where %s is new, gone, or another", (_, odd) => {
    const [without, other] = [treeOf({ a: 1, c: 1 }), treeOf({ a: 1, c: 1 }, [{ ...odd, id: idOf(2) }])];
    const withOdd = treeOf({ a: 1, c: 1 }, [odd]);
    expect(compare(without, withOdd)).toBeNull();
    expect(compare(withOdd, without)).toBeNull();
    expect(compare(withOdd, other)).toBeNull();
    expect(compare(withOdd, treeOf({ a: 1, c: 2 }, [odd]))).toEqual({ changed: [folder("c", 2)], gone: [] });
  });

  it("is not told where what is new is out of order, or stands there twice", () => {
    const raw = (...names: readonly string[]) => Buffer.concat(names.map((name) => asTreeObject([folder(name, 1)])));
    expect(compare(raw("a", "d"), raw("a", "c", "b", "d"))).toBeNull();
    expect(compare(raw("a", "d"), raw("a", "c", "c", "d"))).toBeNull();
    expect(compare(raw("b"), raw("b", "b"))).toBeNull();
    expect(compare(raw("a", "d"), raw("a", "b", "c", "d"))).not.toBeNull();
  });

  it("is refused of a tree that ends in the middle of an entry", () => {
    expect(() => compare(treeOf({ a: 1 }), treeOf({ a: 2, b: 1 }).subarray(0, 40))).toThrow("in the middle");
  });
});

describe("a tree", () => {
  const inOrder = (bytes: Uint8Array) => atOnce(isInOrder(bytes, 20));

  it("is in order by its names, where a folder has a slash at its end, and each is there once", () => {
    expect(inOrder(treeOf({ a: 1, "a-b": 1, a0: 1 }, [{ name: "a.b", kind: "file", id: idOf(1) }]))).toBe(true);
    const two = (first: string, second: string) => Buffer.concat([asTreeObject([folder(first, 1)]), asTreeObject([folder(second, 1)])]);
    expect(inOrder(two("a-b", "a"))).toBe(true);
    expect(inOrder(two("a", "a-b"))).toBe(false);
    expect(inOrder(two("a", "a"))).toBe(false);
  });
});

describe("comparing directories", () => {
  it("asks for the earlier one only where it is not the one that was compared last, and not at all for one out of order", async () => {
    const trees: Readonly<Record<string, Uint8Array>> = {
      [idOf(1)]: treeOf({ a: 1 }),
      [idOf(2)]: treeOf({ a: 2 }),
      [idOf(3)]: treeOf({ a: 2, b: 1 }),
      [idOf(4)]: Buffer.concat([treeOf({ b: 1 }), treeOf({ a: 1 })]),
    };
    const asked: string[] = [];
    const difference = createTreeDifferences(async (id) => {
      asked.push(id);
      return trees[id] ?? new Uint8Array();
    });
    expect(await difference(idOf(1), idOf(2))).toEqual({ changed: [folder("a", 2)], gone: [] });
    expect(await difference(idOf(2), idOf(3))).toEqual({ changed: [folder("b", 1)], gone: [] });
    expect(asked).toEqual([1, 2, 3].map(idOf));
    expect(await difference(idOf(2), idOf(1))).toEqual({ changed: [folder("a", 1)], gone: [] });
    expect(await difference(idOf(4), idOf(1))).toBeNull();
  });
});
