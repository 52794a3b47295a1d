import { describe, expect, it } from "vitest";
import { keysIn } from "../../src/composition/keys.ts";

describe("keys of a terminal", () => {
  it.each<[string, readonly string[]]>([
    ["jk", ["j", "k"]],
    ["\u001b[A\u001bOB", ["up", "down"]],
    ["\u001b[5~\u001b[6~q", ["page-up", "page-down", "q"]],
    ["\u001b[H\u001b[F\u001b[1~\u001b[4~", ["home", "end", "home", "end"]],
    ["\u001b[1;5A", [""]],
    ["\u0003", ["\u0003"]],
    ["", []],
  ])("%j", (text, keys) => {
    expect(keysIn(text)).toEqual(keys);
  });
});
