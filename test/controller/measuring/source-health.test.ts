import { expect, it } from "vitest";
import { createSourceErrors } from "../../../src/controller/measuring/source-health.ts";
import type { Measured } from "../../../src/domain/analysis/metrics.ts";
import type { Log } from "../../../src/ports/log.ts";
import { errorRate } from "../../support/measuring-stand.ts";

it("logs once that a metric, and a trigger of its name over another window, have nothing to say", () => {
  const lines: string[] = [];
  const write = (_fields: object, text: string) => void lines.push(text);
  const log: Log = { info: write, warn: write, error: write };
  const sourceErrors = createSourceErrors(log, "production");
  const silent = (windowMs: number): Measured => ({
    check: { ...errorRate, windowMs },
    candidate: { kind: "none", why: `no request in ${windowMs} ms` },
    stable: null,
    at: 1,
    since: 1,
  });
  for (let round = 0; round < 3; round += 1) for (const windowMs of [5_000, 10_000]) sourceErrors.note(silent(windowMs));
  expect(lines).toEqual(["error_rate has nothing to say: no request in 5000 ms", "error_rate has nothing to say: no request in 10000 ms"]);
});

it("warns of a source that is silent, not of a version that nobody calls, whatever the words", () => {
  const levels: string[] = [];
  const log: Log = { info: () => void levels.push("info"), warn: () => void levels.push("warn"), error: () => void levels.push("error") };
  const sourceErrors = createSourceErrors(log, "production");
  const note = (name: string, candidate: Measured["candidate"]) =>
    void sourceErrors.note({ check: { ...errorRate, name }, candidate, stable: null, at: 1, since: 1 });
  note("quiet", { kind: "none", why: "nothing to see", isQuiet: true });
  note("silent", { kind: "none", why: "no request in 5 s" });
  expect(levels).toEqual(["info", "warn"]);
});
