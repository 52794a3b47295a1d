import { describe, expect, it } from "vitest";
import { judge } from "../../../src/domain/validation-result.ts";
import { calls, check, createStand, inShort } from "./stand.ts";

/** `shop` calls `orders` and has a check that GETs; `orders` is about to get a new version. */
async function withCaller() {
  const stand = createStand({ validation: { during: ["step_validation"], post: ["service_availability", "integration_test"] } });
  await stand.runs("orders", "1.0.0");
  const shop = await stand.runs("shop", "3.0.0", {
    checks: [check("/shop"), check("/shop", { method: "POST" })],
    dependencies: [calls("orders")],
  });
  await stand.runs("other", "1.0.0", { checks: [check("/other")] });
  const unit = await stand.candidate("orders", "1.1.0");
  const answers = (status: () => number) => stand.prober.setAnswer(({ url }) => ({ status: url.endsWith("/shop") ? status() : 200 }));
  const before = async () => inShort(await stand.validate(unit, "during")).filter((line) => line.startsWith("integration"));
  const after = async () => {
    await stand.serve(unit);
    return (await stand.validate(unit, "post")).filter(({ validation }) => validation === "integration_test");
  };
  return { stand, shop, unit, answers, before, after };
}

const name = "integration_test shop 3.0.0: GET /shop";

describe("the callers of a process", () => {
  it("are asked before the switch and after it, harmlessly", async () => {
    const { stand, before, after } = await withCaller();
    expect(await before()).toEqual([`${name} passed`]);
    expect(inShort(await after())).toEqual([`${name} passed`]);
    expect(new Set(stand.prober.asked.map(({ method, url }) => `${method} ${url}`))).toEqual(
      new Set([`GET ${stand.router.publicAddress("production")}/shop`]),
    );
  });

  it("must work as they did with the version before", async () => {
    const { answers, before, after } = await withCaller();
    await before();
    answers(() => 502);
    expect(await after()).toMatchObject([
      { result: "failed", detail: "GET /shop: expected status 200, got 502; it was as expected before the switch" },
    ]);
  });

  it("are asked a second time, because they may fail for reasons of their own", async () => {
    const { answers, before, after } = await withCaller();
    await before();
    let asked = 0;
    answers(() => (asked++ === 0 ? 502 : 200));
    expect(inShort(await after())).toEqual([`${name} passed`]);
  });

  it("reject nothing when they failed before already", async () => {
    const { answers, before, after } = await withCaller();
    answers(() => 502);
    expect(await before()).toEqual([]);
    expect(await after()).toEqual([]);
  });

  it("reject nothing when another version of them came meanwhile", async () => {
    const { stand, answers, before, after } = await withCaller();
    await before();
    answers(() => 502);
    await stand.runs("shop", "3.1.0", { checks: [check("/shop")], dependencies: [calls("orders")] });
    expect(await after()).toEqual([]);
  });

  it("leave it open while they are down", async () => {
    const { stand, shop, answers, before, after } = await withCaller();
    await before();
    answers(() => 502);
    stand.engine.keepUnready(shop.digest, true);
    expect(await after()).toMatchObject([{ result: "unknown", detail: "shop does not answer on instance one" }]);
  });

  it("leave it open while the router cannot be asked", async () => {
    const { stand, unit, before } = await withCaller();
    stand.spec = { ...stand.spec, validation: { ...stand.spec.validation, during: ["environment_validation"] } };
    stand.router.setUnreachable("the gateway does not answer");
    expect(await before()).toEqual(["integration_test callers unknown"]);
    stand.router.setUnreachable(null);
    expect(judge(await stand.validate(unit, "during"))).toEqual({ kind: "healthy" });
  });
});

describe("an integration check of a version", () => {
  async function caller() {
    const stand = createStand({ validation: { during: ["integration_test"] } });
    const called = await stand.runs("orders", "1.0.0");
    const checks = [check("/shop", { kind: "integration", method: "POST" })];
    const unit = await stand.candidate("shop", "3.0.0", { checks, dependencies: [calls("orders")] });
    stand.prober.setAnswer(() => ({ status: 502 }));
    return { stand, called, unit };
  }

  it("is asked in private, and fails the version", async () => {
    const { stand, unit } = await caller();
    expect(inShort(await stand.validate(unit, "during"))).toEqual(["integration_test POST /shop failed"]);
    expect(stand.prober.asked[0]?.url).toContain("/one/~");
  });

  it("leaves it open while what it calls is not served", async () => {
    const { stand, called, unit } = await caller();
    await stand.router.ensureRoutes("production", [{ process: called.process, timeoutMs: 1, sticky: null, shares: [] }]);
    expect(inShort(await stand.validate(unit, "during"))).toEqual(["integration_test POST /shop unknown"]);
  });
});
