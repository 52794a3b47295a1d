import { describe, expect, it } from "vitest";
import { storeOf } from "../../src/composition/store.ts";
import { endLeftOvers } from "../../src/composition/down.ts";
import type { StoreAdapter } from "../../src/ports/store-adapter.ts";
import { failureOf } from "../support/failure.ts";
import { temporaryFolder } from "../support/git.ts";
import { PinionError } from "../../src/domain/errors.ts";

/** What a new kind is: an adapter, and its line in the list of them. */
function madeUp(kind: string): StoreAdapter {
  return {
    kind,
    open: () => Promise.reject(new Error(`${kind} was opened`)),
    lock: () => Promise.reject(new PinionError("store/locked", `${kind} is locked`)),
    holder: () => null,
  };
}

describe("the store of a controller", () => {
  const [one, two] = [madeUp("one"), madeUp("two")];

  it("is of the kind that pinion.yaml names", () => {
    expect(storeOf({ kind: "one" }, [one, two])).toBe(one);
    expect(storeOf({ kind: "two" }, [one, two])).toBe(two);
    expect(storeOf({ kind: "sqlite" }).kind).toBe("sqlite");
  });

  it("is refused where its kind is unknown", () => {
    expect(() => storeOf({ kind: "three" }, [one, two])).toThrow('the kind of store "three" is unknown');
  });

  it("says to `pinion down` whether a controller has the folder", async () => {
    const folder = temporaryFolder();
    expect(await failureOf(endLeftOvers(folder.path, two))).toMatchObject({ code: "store/locked", message: "two is locked" });
    folder.remove();
  });
});
