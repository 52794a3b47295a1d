import { describe, expect, it } from "vitest";
import { createScreen } from "../../../src/surfaces/demo/screen.ts";

function written(isTerminal: boolean) {
  const texts: string[] = [];
  return { screen: createScreen({ write: (text) => texts.push(text) }, isTerminal), texts };
}

describe("on a terminal", () => {
  it("draws over what was drawn before", () => {
    const { screen, texts } = written(true);
    screen.draw(["a", "b"]);
    screen.draw(["c"]);
    expect(texts).toEqual(["a\nb\n", "\u001B[2A\r\u001B[0Jc\n"]);
  });

  it("keeps a printed line above what is drawn next", () => {
    const { screen, texts } = written(true);
    screen.draw(["a"]);
    screen.print("stays");
    screen.draw(["b"]);
    expect(texts).toEqual(["a\n", "\u001B[1A\r\u001B[0Jstays\n", "b\n"]);
  });
});

describe("elsewhere", () => {
  it("prints only the lines that are new, without commanding anything", () => {
    const { screen, texts } = written(false);
    screen.draw(["a", "", "b"]);
    screen.draw(["a", "c"]);
    expect(texts).toEqual(["a\n", "b\n", "c\n"]);
  });
});
