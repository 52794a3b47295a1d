import { describe, expect, it } from "vitest";
import { clashWith } from "../../../src/domain/paths/clash.ts";
import { createStand, type Stand } from "./stand.ts";

function stepValidation() {
  return createStand({ validation: { during: ["step_validation"] } });
}

async function verdict(stand: Stand, unit: Parameters<Stand["validate"]>[0]) {
  const last = (await stand.validate(unit, "during")).at(-1);
  return `${last?.result}: ${last?.detail}`;
}

describe("a public address", () => {
  it("that another process serves fails a newcomer", async () => {
    const stand = stepValidation();
    await stand.runs("billing", "1.0.0", { paths: ["/orders/:id"] });
    const unit = await stand.candidate("orders", "1.0.0", { paths: ["/orders/:order"] });
    expect(await verdict(stand, unit)).toBe("failed: GET /orders/:order is served by billing in this environment");
  });

  it("that another process hands over is free; it is waited for while the version that gives it up fails", async () => {
    const stand = stepValidation();
    await stand.runs("billing", "1.0.0", { paths: ["/moves"] });
    const next = stand.publish("billing", "2.0.0", { paths: ["/stays"] });
    stand.pin(next);
    const unit = await stand.candidate("orders", "1.0.0", { paths: ["/moves"] });
    expect(await verdict(stand, unit)).toBe("passed: 1 endpoint, served by no other process");
    stand.refuse(next);
    expect(await verdict(stand, unit)).toMatch(
      /^unknown: GET \/moves is served by billing in this environment, whose version 2.0.0 failed/u,
    );
  });

  it("that two newcomers want goes to the first by name, once the other is gone", async () => {
    const stand = stepValidation();
    const first = await stand.candidate("a-first", "1.0.0", { paths: ["/same"] });
    const second = await stand.candidate("b-second", "1.0.0", { paths: ["/same"] });
    expect(await verdict(stand, first)).toBe("unknown: GET /same is claimed by b-second 1.0.0 too; waits until it is given up there");
    expect(await verdict(stand, second)).toBe("failed: GET /same is claimed by a-first 1.0.0 too");
    await stand.engine.ensureRemoved([second]);
    expect(await verdict(stand, first)).toBe("passed: 1 endpoint, served by no other process");
  });

  it("goes to the other newcomer when that was asked before this one was there", async () => {
    const stand = stepValidation();
    const second = await stand.candidate("b-second", "1.0.0", { paths: ["/same"] });
    expect(await verdict(stand, second)).toContain("passed");
    const first = await stand.candidate("a-first", "1.0.0", { paths: ["/same"] });
    expect(await verdict(stand, first)).toContain("unknown");
    await stand.serve(second);
    expect(await verdict(stand, first)).toBe("failed: GET /same is served by b-second in this environment");
  });

  it("that a process answers already is claimed by no newcomer", async () => {
    const stand = stepValidation();
    await stand.runs("z-serves", "1.0.0", { paths: ["/same"] });
    await stand.candidate("a-newcomer", "1.0.0", { paths: ["/same"] });
    const next = await stand.candidate("z-serves", "1.1.0", { paths: ["/same"] });
    expect(await verdict(stand, next)).toBe("passed: 1 endpoint, served by no other process");
  });

  it("of an old version that is only kept warm is free", async () => {
    const stand = stepValidation();
    const warm = await stand.runs("billing", "1.0.0", { paths: ["/moved"] });
    await stand.runs("billing", "2.0.0", { paths: ["/stays"] });
    const unit = await stand.candidate("orders", "1.0.0", { paths: ["/moved"] });
    expect((await stand.engine.inventory()).installed.map(({ digest }) => digest)).toContain(warm.digest);
    expect(await verdict(stand, unit)).toContain("passed");
  });
});

describe("two endpoints", () => {
  it.each<[string, string, boolean]>([
    ["/orders/:id", "/orders/:order", true],
    ["/orders/:id", "/orders/:id/lines", false],
    ["/orders/:id(\\d+)", "/orders/:order", false],
    ["/orders/:id(\\d+)", "/orders/:number([0-9]{1,9})", true],
    ["/orders/:id(\\d+)", "/orders/:name([a-z]+)", false],
    ["/orders/*", "/orders/:order", false],
    ["/v/*/meta", "/v/*/META", true],
    ["/:version?/orders", "/orders", true],
    ["/orders/:id?", "/orders", true],
    ["/orders/:id?", "/orders/:order", true],
    ["/orders/", "/orders", true],
    ["/report-:day.json", "/report-:date.json", true],
    ["/report-:day.json", "/report-:day.csv", false],
    ["/", "/", true],
    ["/orders", "/Orders", true],
  ])("%s and %s are the same: %s", (a, b, isSame) => {
    const clash = clashWith([{ method: "GET", path: a }]);
    expect(clash([{ method: "get", path: b }])?.endpoint).toEqual(isSame ? { method: "GET", path: a } : undefined);
    expect(clash([{ method: "POST", path: b }])).toBeUndefined();
  });
});
