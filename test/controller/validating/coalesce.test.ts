import { describe, expect, it } from "vitest";
import { together } from "../../../src/controller/validating/coalesce.ts";

/** A question whose answers are numbered and come when told. */
function numbered() {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const ask = together(() => {
    asked += 1;
    const answer = asked;
    return new Promise<number>((resolve) => waiting.push(() => resolve(answer)));
  });
  const answerOne = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, answerOne, asked: () => asked };
}

describe("asking together", () => {
  it("asks once for all who ask at the same time", async () => {
    const { ask, answerOne } = numbered();
    const answers = Promise.all([ask(), ask(), ask()]);
    await answerOne();
    expect(await answers).toEqual([1, 1, 1]);
  });

  it("gives nobody an answer that was asked for before they asked", async () => {
    const { ask, answerOne, asked } = numbered();
    const first = ask();
    await new Promise((resolve) => setImmediate(resolve));
    const late = Promise.all([ask(), ask()]);
    await answerOne();
    expect(await first).toBe(1);
    await answerOne();
    expect(await late).toEqual([2, 2]);
    expect(asked()).toBe(2);
  });

  it("asks again after a failure", async () => {
    let tries = 0;
    const ask = together(async () => {
      tries += 1;
      if (tries === 1) throw new Error("down");
      return "up";
    });
    await expect(ask()).rejects.toThrow("down");
    expect(await ask()).toBe("up");
  });
});
