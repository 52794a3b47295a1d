import { describe, expect, it } from "vitest";
import { delimiterLine, firstBand, flushLine, pktLine, readPktLines } from "../../../../src/adapters/git/quick/pkt-line.ts";

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("git's lines", () => {
  it("are read as they were written", () => {
    const lines = readPktLines(Buffer.concat([pktLine("want\n"), delimiterLine, pktLine(""), flushLine]));
    expect(lines.map((line) => (line.kind === "data" ? textOf(line.bytes) : line.kind))).toEqual(["want\n", "delimiter", "", "flush"]);
  });

  it.each(["zzzz", "00", "0003", "00ff short"])("refuse what is none: %s", (text) => {
    expect(() => readPktLines(Buffer.from(text))).toThrow(/git's protocol/);
  });

  it("carry data on the first band, chatter on the second, and a failure on the third", () => {
    const lines = readPktLines(Buffer.concat([pktLine("\u0001one "), pktLine("\u0002chatter"), pktLine("\u0001two"), flushLine]));
    expect(textOf(firstBand(lines))).toBe("one two");
    expect(() => firstBand(readPktLines(pktLine("\u0003out of space")))).toThrow("out of space");
  });
});
