import { beforeEach, describe, expect, it } from "vitest";
import { createRepeatedFailure, type RepeatedFailure } from "../../src/controller/repeated-failure.ts";
import { PinionError } from "../../src/domain/errors.ts";
import { createKeptLog, type KeptLog } from "../support/log.ts";

let now: number;
let log: KeptLog;
let passes: RepeatedFailure;

const full = () => new PinionError("store/full", `journal.db: no room at ${now}`);
const failFor = (ms: number, error: () => Error = full): void => {
  for (const end = now + ms; now < end; now += 5_000) passes.failed(error());
};

beforeEach(() => {
  now = 1_000;
  log = createKeptLog();
  passes = createRepeatedFailure({
    log,
    clock: { now: () => now },
    about: { environment: "dev" },
    text: "a pass failed",
    over: "well again",
  });
});

describe("a failure that comes again and again", () => {
  it("is said once, then after one, two and four minutes more, with how often it was met", () => {
    failFor(7 * 60_000 + 5_000);
    const counts = log.lines.map(({ text }) => /"failures":(\d+)/.exec(text)?.[1] ?? "first");
    expect(counts).toEqual(["first", "13", "37", "85"]);
  });

  it("is said once an hour in the end", () => {
    failFor(24 * 3_600_000);
    expect(log.lines.length).toBeGreaterThan(24);
    expect(log.lines.length).toBeLessThan(32);
  });

  it("is said when it is over, and anew when it comes again", () => {
    failFor(60_000);
    passes.wentWell();
    passes.wentWell();
    passes.failed(full());
    expect(log.lines.map(({ level, text }) => `${level}: ${text.split(" {")[0]}`)).toEqual([
      "error: a pass failed",
      "info: well again",
      "error: a pass failed",
    ]);
    expect(log.lines[1]?.text).toContain('"failures":12');
  });

  it("is said at once when it is another", () => {
    failFor(10_000);
    failFor(10_000, () => new Error("a bug"));
    expect(log.lines).toHaveLength(2);
  });

  it("is said without a stack when it was foreseen, with it when not", () => {
    passes.failed(full());
    passes.failed(new Error("a bug"));
    expect(log.lines.map(({ text }) => text.includes("repeated-failure.test"))).toEqual([false, true]);
  });
});
