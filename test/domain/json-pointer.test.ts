/** One way to write a place in a document. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeKey, isPointer, keysOfPointer } from "../../src/domain/json-pointer.ts";

describe("a JSON pointer", () => {
  it("gives back the keys that it was made of", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("~", "/", "0", "1", "a") })), (keys) => {
        const pointer = keys.map((key) => `/${escapeKey(key)}`).join("");
        expect(isPointer(pointer)).toBe(true);
        expect(keysOfPointer(pointer)).toEqual(keys);
      }),
    );
  });

  it.each(["a", "/~", "/~2", "a/b"])("is not %j", (text) => expect(isPointer(text)).toBe(false));
});
