import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBatchParser } from "../../../../src/adapters/git/mirror/batch-parser.ts";
import type { BatchAnswer } from "../../../../src/adapters/git/mirror/batch-parser.ts";

const id = "a".repeat(40);

interface Exchange {
  readonly command: "info" | "contents" | "missing";
  readonly body: Uint8Array;
}

function streamOf(exchanges: readonly Exchange[]): Buffer {
  return Buffer.concat(
    exchanges.flatMap(({ command, body }) => {
      if (command === "missing") return [Buffer.from(`${id} missing\n`)];
      const head = Buffer.from(`${id} blob ${body.length}\n`);
      return command === "info" ? [head] : [head, Buffer.from(body), Buffer.from("\n")];
    }),
  );
}

function answersTo(exchanges: readonly Exchange[], cutEvery: number, maxBytes = 1000): readonly BatchAnswer[] {
  const answers: BatchAnswer[] = [];
  const expectsBody = () => exchanges[answers.length]?.command === "contents";
  const parse = createBatchParser({ expectsBody, maxBytes, onAnswer: (answer) => void answers.push(answer) });
  const stream = streamOf(exchanges);
  for (let at = 0; at < stream.length; at += cutEvery) parse(stream.subarray(at, at + cutEvery));
  return answers;
}

describe("the stream of cat-file", () => {
  it("is cut into the same answers, however it arrives", () => {
    const exchange = fc.record({
      command: fc.constantFrom("info" as const, "contents" as const, "missing" as const),
      body: fc.uint8Array({ maxLength: 30 }),
    });
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 8 }), fc.integer({ min: 1, max: 64 }), (exchanges, cutEvery) => {
        const expected = exchanges.map(({ command, body }): BatchAnswer => {
          if (command === "missing") return { kind: "missing", line: `${id} missing` };
          const common = { id, type: "blob", size: body.length };
          return command === "info" ? { kind: "info", ...common } : { kind: "contents", ...common, body: new Uint8Array(body) };
        });
        expect(answersTo(exchanges, cutEvery)).toEqual(expected);
      }),
    );
  });

  it("lets the bytes of a body go that is larger than what may be kept, and goes on with the next", () => {
    const answers = answersTo(
      [
        { command: "contents", body: Buffer.alloc(5000, "\n") },
        { command: "contents", body: Buffer.from("x") },
      ],
      7,
    );
    expect(answers).toEqual([
      { kind: "contents", id, type: "blob", size: 5000, body: null },
      { kind: "contents", id, type: "blob", size: 1, body: new Uint8Array([120]) },
    ]);
  });
});
