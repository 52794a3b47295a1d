/** The example repository is what it says: every version runs on a real Node-RED and is as good, or as bad, as its description. */

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { whyNotAsExpected } from "../../src/domain/validation/checks.ts";
import type { Json, JsonObject } from "../../src/domain/desired/definition.ts";
import type { Digest } from "../../src/domain/names.ts";
import type { Check } from "../../src/domain/desired/version.ts";
import { readExample } from "./example-repo-reading.ts";
import { type Shop, exhibitOf, openShop } from "./example-repo-shop.ts";

const { versions, environments } = await readExample();
const exhibits = versions.map(exhibitOf);
const variables = environments.get("production")?.spec?.variables ?? {};

const failingChecks: Readonly<Record<string, string>> = { "order-intake-1-3-0": "takes a voucher off once" };
const questions = exhibits.flatMap(({ name, version }) => version.checks.map((check) => ({ name, asks: check.name, check })));

const post = (path: string, body: Json): Check["request"] => ({ method: "POST", path, headers: {}, body });
const payment = post("/payments/authorise", { orderId: "order-1", amountCents: 1990, currency: "EUR" });
const order = post("/orders", { lines: [{ sku: "MUG-BLUE", quantity: 1 }] });

describe("the example repository on a real Node-RED", () => {
  let shop: Shop;
  beforeAll(async () => {
    const alone = exhibits.find((exhibit) => exhibit.name === "order-intake-1-4-0");
    if (!alone) throw new Error("order-intake 1.4.0 is gone from the example repository");
    shop = await openShop([...exhibits, { name: "order-intake-alone", version: { ...alone.version, dependencies: [] } }], variables);
  });
  afterAll(() => shop?.close());

  it("runs every version side by side", () => {
    expect(shop.results.filter((result) => result.kind === "refused")).toEqual([]);
    expect(shop.results).toHaveLength(versions.length + 1);
  });

  it.each(questions)("$name: $asks", async ({ name, check }) => {
    const why = whyNotAsExpected(check.expect, await shop.ask(name, check.request));
    if (failingChecks[name] === check.name) expect(why).toBe("expected /totalCents to be 2250, got 2025");
    else expect(why).toBeNull();
  });

  it("payment-authorise 2.1.0 is good for the first 20 payments, and then fails about every fifth", async () => {
    const statuses = await statusesOf("payment-authorise-2-1-0", 200);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 200));
    const failed = statuses.filter((status) => status === 500);
    expect(failed.length).toBeGreaterThan(30);
    expect(failed.length).toBeLessThan(42);
  });

  it("payment-authorise 2.2.0 fixes that", async () => {
    expect(new Set(await statusesOf("payment-authorise-2-2-0", 200))).toEqual(new Set([200]));
  });

  it("an order is refused with 503 when the payment cannot be asked", async () => {
    const answer = await shop.ask("order-intake-alone", order);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: false, version: "1.4.0" });
  });

  it("the schedule of stock-report counts in every version that is armed", async () => {
    const reports = shop.units.filter((unit) => unit.process.startsWith("stock-report-"));
    expect(reports).toHaveLength(4);
    for (const { process } of reports) expect(await lastCount(process)).toBeNull();
    await shop.engine.ensureArmed(new Map<string, Digest>(reports.map((unit) => [unit.process, unit.digest])));
    await vi.waitUntil(async () => (await Promise.all(reports.map(({ process }) => lastCount(process)))).every((at) => at !== null), {
      timeout: 120_000,
      interval: 200,
    });
  });

  async function statusesOf(name: string, requests: number): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (let sent = 0; sent < requests; sent += 1) statuses.push((await shop.ask(name, payment)).status);
    return statuses;
  }

  async function lastCount(name: string): Promise<Json | undefined> {
    const { body } = await shop.ask(name, { method: "GET", path: "/stock/report", headers: {} });
    return (JSON.parse(body) as JsonObject)["countedAt"];
  }
});
