import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { differingLines } from "../../../../src/adapters/manifest/environment/pin-lines.ts";
import { parsePinsFile } from "../../../../src/adapters/manifest/environment/pins-file.ts";
import { atOnce } from "../../../../src/domain/slices.ts";

const read = (text: string) => atOnce(parsePinsFile(Buffer.from(text), "pins.yaml"));

describe("a pins file", () => {
  it.each([
    ["a: 1.0.0", [["a", "1.0.0", 1, 4]]],
    ["a:   1.0.0   ", [["a", "1.0.0", 1, 6]]],
    ['a: "1.0.0"', [["a", "1.0.0", 1, 5]]],
    ["a: '1.0.0-rc.1' # why", [["a", "1.0.0-rc.1", 1, 5]]],
    [
      "# note\n\n  # another\na-b: 1.0.0+build # x\nc: 2.0.0",
      [
        ["a-b", "1.0.0+build", 4, 6],
        ["c", "2.0.0", 5, 4],
      ],
    ],
    [
      "a: 1.0.0\r\nb: 2.0.0\r\n",
      [
        ["a", "1.0.0", 1, 4],
        ["b", "2.0.0", 2, 4],
      ],
    ],
    ["\ufeffa: 1.0.0\n", [["a", "1.0.0", 1, 4]]],
    ["", []],
  ])("reads %j", (text, expected) => {
    const { pins, findings } = read(text);
    expect(findings).toEqual([]);
    expect(pins.map(([process, pin]) => [process, pin.version, pin.line, pin.column])).toEqual(expected);
    expect(parse(text) ?? {}).toEqual(Object.fromEntries(expected.map(([process, version]) => [process, version])));
  });

  it.each([
    ["a:1.0.0", "pin/syntax", 3],
    ["a 1.0.0", "pin/syntax", 1],
    ["  a: 1.0.0", "pin/syntax", 1],
    ["\ta: 1.0.0", "yaml/tab", 1],
    ["A: 1.0.0", "pin/syntax", 1],
    ["a: ", "pin/syntax", 3],
    ["a: # none", "pin/syntax", 3],
    ["a: 1.0.0 2.0.0", "pin/syntax", 4],
    ["a: 1.0.0#no comment", "pin/syntax", 4],
    ['a: "1.0.0', "pin/syntax", 4],
    ["a: { b: c }", "pin/syntax", 4],
    ["---", "pin/syntax", 1],
    ["{}", "pin/syntax", 1],
    ["- a", "pin/syntax", 1],
  ])("refuses %j with %s at column %i", (line, code, column) => {
    const { findings } = read(`x: 1.0.0\n${line}\ny: 1.0.0\n`);
    expect(findings.map((found) => [found.code, found.line, found.column])).toEqual([[code, 2, column]]);
  });

  it("goes on after a line that it refuses", () => {
    expect(read("a: 1.0.0\n?\nb: 1.0.0\n").pins.map(([process]) => process)).toEqual(["a", "b"]);
  });
});

describe("the lines that differ", () => {
  const between = (before: string, after: string) => {
    const found = differingLines(Buffer.from(before), Buffer.from(after));
    return found === null ? null : [found.line, Buffer.from(found.before).toString(), Buffer.from(found.after).toString()];
  };
  it.each([
    ["a: 1\nb: 2\nc: 3\n", "a: 1\nb: 9\nc: 3\n", [2, "b: 2", "b: 9"]],
    ["a: 1\nb: 2\n", "a: 10\nb: 2\n", [1, "a: 1", "a: 10"]],
    ["a: 1\nb: 2", "a: 1\nb: 22", [2, "b: 2", "b: 22"]],
    ["a: 1\nb: 2\nc: 3\nd: 4\n", "a: 1\nb: 9\nc: 3\nd: 8\n", [2, "b: 2\nc: 3\nd: 4", "b: 9\nc: 3\nd: 8"]],
    ["a: 1.1\n", "a: 1.1.1\n", [1, "a: 1.1", "a: 1.1.1"]],
    ["a: 1\n", "a: 1\nb: 2\n", null],
    ["a: 1\nb: 2\n", "b: 2\n", null],
    ["", "a: 1", [1, "", "a: 1"]],
  ])("between %j and %j are %j", (before, after, expected) => {
    expect(between(before, after)).toEqual(expected);
  });
});
