import { describe, expect, it } from "vitest";
import { createScreen } from "../../src/demo/screen.ts";

function written(columns: number | null) {
  const texts: string[] = [];
  const terminal = { columns };
  return { screen: createScreen({ write: (text) => texts.push(text) }, () => terminal.columns), texts, terminal };
}

describe("on a terminal", () => {
  it("draws over what was drawn before, line by line, and clears only what is below", () => {
    const { screen, texts } = written(80);
    screen.draw(["a", "b"]);
    screen.draw(["c"]);
    expect(texts).toEqual(["a\u001B[K\nb\u001B[K\n\u001B[0J", "\u001B[2A\rc\u001B[K\n\u001B[0J"]);
  });

  it("keeps a printed line above what is drawn next", () => {
    const { screen, texts } = written(80);
    screen.draw(["a"]);
    screen.print("stays");
    screen.draw(["b"]);
    expect(texts).toEqual(["a\u001B[K\n\u001B[0J", "\u001B[1A\rstays\u001B[K\n\u001B[0J", "b\u001B[K\n\u001B[0J"]);
  });

  it("finds the beginning again after the terminal was made narrower and broke the lines", () => {
    const { screen, texts, terminal } = written(80);
    screen.draw([`\u001B[1m${"x".repeat(60)}\u001B[22m`, "short", ""]);
    terminal.columns = 25;
    screen.draw(["y"]);
    expect(texts[1]?.startsWith("\u001B[5A\r")).toBe(true);
  });
});

describe("elsewhere", () => {
  it("prints only the lines that are new, without commanding anything", () => {
    const { screen, texts } = written(null);
    screen.draw(["a", "", "b"]);
    screen.draw(["a", "c"]);
    expect(texts).toEqual(["a\n", "b\n", "c\n"]);
  });
});
