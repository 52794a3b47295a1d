import { describe, expect, it } from "vitest";
import type { ValidationName } from "../../../src/domain/validation-result.ts";
import { check, createStand } from "./stand.ts";

async function prepared(name: ValidationName = "smoke_test") {
  const healthCheck = { path: "/health", timeoutMs: 500 };
  const performance = { checks: [], requests: 3, concurrency: 1, durationMs: 1_000 };
  const stand = createStand({ validation: { during: [name], healthCheck, performance } });
  const kind = name === "integration_test" ? "integration" : "smoke";
  const unit = await stand.candidate("orders", "1.0.0", { checks: [check("/a", { kind })] });
  /** Whoever asks finds the connection broken, because the engine has gone. */
  const crashes = () => {
    stand.engine.crash("one");
    return new Error("the connection ended before the answer was whole");
  };
  return { stand, unit, crashes };
}

describe("an engine that goes away while a version is asked", () => {
  it.each<ValidationName>(["smoke_test", "integration_test", "health_check", "performance_test"])(
    "says nothing about the version the first time (%s)",
    async (name) => {
      const { stand, unit, crashes } = await prepared(name);
      stand.prober.setAnswer(crashes);
      expect(await stand.validate(unit, "during")).toMatchObject([
        { result: "unknown", detail: expect.stringContaining("the engine went away") },
      ]);
      stand.prober.setAnswer(() => ({}));
      stand.engine.comeBack("one");
      expect(await stand.validate(unit, "during")).toMatchObject([{ validation: name, result: "passed" }]);
    },
  );

  it("refuses the version when it does so again", async () => {
    const { stand, unit, crashes } = await prepared();
    stand.prober.setAnswer(crashes);
    await stand.validate(unit, "during");
    stand.engine.comeBack("one");
    expect(await stand.validate(unit, "during")).toMatchObject([
      { result: "failed", detail: expect.stringContaining("and so it did the time before") },
    ]);
  });

  it("is noticed also when it is back already, at another address", async () => {
    const { stand, unit, crashes } = await prepared();
    stand.prober.setAnswer(() => {
      const error = crashes();
      stand.engine.comeBack("one");
      return error;
    });
    expect(await stand.validate(unit, "during")).toMatchObject([{ result: "unknown" }]);
  });

  it("excuses nothing when it stays where it is", async () => {
    const { stand, unit } = await prepared();
    stand.prober.setAnswer(() => new Error("no answer in time"));
    expect(await stand.validate(unit, "during")).toMatchObject([{ result: "failed", detail: "GET /a: no answer in time" }]);
  });
});
