import { describe, expect, it } from "vitest";
import { pinnedVersions, withPin } from "../../../../src/adapters/git/writer/pin-text.ts";

const move = { from: "1.5.0", to: "1.4.2" };

describe("putting a pin back in a pins file", () => {
  it.each<[string, string, string]>([
    ["a bare line", "a: 1.5.0\nb: 2.0.0\n", "a: 1.4.2\nb: 2.0.0\n"],
    ["a comment behind it", "a:   1.5.0   # see 1.5.0\n", "a:   1.4.2   # see 1.5.0\n"],
    ["comments and blank lines around it", "# a: 1.5.0\n\na: 1.5.0\n\n# end", "# a: 1.5.0\n\na: 1.4.2\n\n# end"],
    ["no newline at the end", "a: 1.5.0", "a: 1.4.2"],
    ["Windows' line ends", "b: 1.5.0\r\na: 1.5.0\r\nc: 1.5.0\r\n", "b: 1.5.0\r\na: 1.4.2\r\nc: 1.5.0\r\n"],
    ["double quotes", 'a: "1.5.0" # x\n', 'a: "1.4.2" # x\n'],
    ["single quotes", "a: '1.5.0'\n", "a: '1.4.2'\n"],
    ["a byte order mark", "\u00ef\u00bb\u00bfa: 1.5.0\n", "\u00ef\u00bb\u00bfa: 1.4.2\n"],
    ["bytes that are no UTF-8", "# \u00e9\u00ff\na: 1.5.0 # \u00fc\n", "# \u00e9\u00ff\na: 1.4.2 # \u00fc\n"],
    ["a quoted key", '"a": 1.5.0\n', '"a": 1.4.2\n'],
    ["flow style", "{a: 1.5.0, b: 1.5.0}\n", "{a: 1.4.2, b: 1.5.0}\n"],
    ["flow style over lines", '{\n  "a": "1.5.0", # why\n  b: 1.5.0\n}\n', '{\n  "a": "1.4.2", # why\n  b: 1.5.0\n}\n'],
    ["flow style behind a byte order mark", "\u00ef\u00bb\u00bf{a: 1.5.0}\n", "\u00ef\u00bb\u00bf{a: 1.4.2}\n"],
    ["an anchor that nothing refers to", "a: &v 1.5.0\nb: 1.5.0\n", "a: &v 1.4.2\nb: 1.5.0\n"],
    ["an anchor that another pin refers to", "a: &v 1.5.0\nb: *v\n", "a: &v 1.4.2\nb: 1.5.0\n"],
    ["an alias", "b: &v 1.5.0\na: *v\n", "b: &v 1.5.0\na: 1.4.2\n"],
    ["a tag", "a: !!str 1.5.0 # x\n", "a: !!str 1.4.2 # x\n"],
    ["a process whose name is part of others", "a-a: 1.5.0\nba: 1.5.0\na: 1.5.0\n", "a-a: 1.5.0\nba: 1.5.0\na: 1.4.2\n"],
    ["another line that is wrong", "b 1.0.0\na: 1.5.0\n\tc: 1\n", "b 1.0.0\na: 1.4.2\n\tc: 1\n"],
    ["a pin that is there twice", "a: 1.5.0\na: 1.5.0\n", "a: 1.4.2\na: 1.4.2\n"],
    ["a pin that is there twice and only once bad", "a: 1.4.2\na: 1.5.0\n", "a: 1.4.2\na: 1.4.2\n"],
  ])("changes nothing but the version: %s", (_, before, after) => {
    expect(pinnedVersions(before, "a")).toContain(move.from);
    expect(withPin(before, "a", move)).toBe(after);
    expect(pinnedVersions(after, "a")).not.toContain(move.from);
  });

  it.each<[string, string]>([
    ["a longer version", "a: 1.5.0-rc.1\n"],
    ["a version that begins alike", "a: 1.5.01\n"],
    ["a comment", "# a: 1.5.0\n"],
    ["another process", "b: 1.5.0\nc-a: 1.5.0\n"],
    ["a text in a comment of another", "b: 1.0.0 # a: 1.5.0\n"],
    ["nothing", ""],
    ["no mapping", "- a: 1.5.0\n"],
    ["a mapping inside another", "{x: {a: 1.5.0}}\n"],
    ["no YAML", '{"a": ['],
  ])("leaves alone what is not the pin: %s", (_, text) => {
    expect(pinnedVersions(text, "a")).not.toContain(move.from);
    expect(withPin(text, "a", move)).toBe(text);
  });

  it("finds one pin among ten thousand without parsing them all", () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `p-${index}: 1.0.${index}`);
    const text = `${lines.join("\n")}\n`;
    expect(pinnedVersions(text, "p-9999")).toEqual(["1.0.9999"]);
    expect(withPin(text, "p-77", { from: "1.0.77", to: "2.0.0" })).toBe(text.replace("p-77: 1.0.77\n", "p-77: 2.0.0\n"));
  });
});
