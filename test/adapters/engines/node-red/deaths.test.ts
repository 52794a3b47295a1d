import { describe, expect, it } from "vitest";
import { createDeaths, describeSuspects } from "../../../../src/adapters/engines/node-red/deaths.ts";
import type { AtWork } from "../../../../src/adapters/engines/node-red/instance-files.ts";
import type { UnitRef } from "../../../../src/domain/names.ts";
import { helloFlow, unitOf } from "./flows.ts";

const refOf = ({ process, version, digest }: UnitRef): UnitRef => ({ process, version, digest });
const [one, two] = ["one", "two"].map((name) => refOf(unitOf(name, "1.0.0", helloFlow("return msg;")))) as [UnitRef, UnitRef];
const beside = (...units: readonly UnitRef[]): AtWork => ({ isSure: false, units });
const by = (unit: UnitRef): AtWork => ({ isSure: true, units: [unit] });

describe("the deaths of an instance", () => {
  it("name what was at work, and how long ago that was", () => {
    let now = 0;
    const deaths = createDeaths("node-red-1", () => now);
    expect(deaths.died(beside(one))).toEqual([one]);
    now += 500;
    expect(deaths.died(beside(one, two))).toEqual([one, two]);
    expect(deaths.all()).toEqual([
      { instance: "node-red-1", agoMs: 500, suspects: [one] },
      { instance: "node-red-1", agoMs: 0, suspects: [one, two] },
    ]);
  });

  it("name nobody where nothing was at work, or nobody knows", () => {
    const deaths = createDeaths("node-red-1");
    expect(deaths.died(null)).toEqual([]);
    expect(deaths.died(beside())).toEqual([]);
  });

  it("suspect for a minute also what was installed, which may end the process without any request, unless another one is caught in the act", () => {
    let now = 0;
    const deaths = createDeaths("node-red-1", () => now);
    deaths.installed([two]);
    now += 59_999;
    expect(deaths.died(beside(one))).toEqual([one, two]);
    expect(deaths.died(beside(two))).toEqual([two]);
    expect(deaths.died(beside())).toEqual([two]);
    expect(deaths.died(by(one))).toEqual([one]);
    now += 1;
    expect(deaths.died(beside(one))).toEqual([one]);
  });

  it("are so many that are remembered, and are told in a line that stays short", () => {
    const deaths = createDeaths("node-red-1");
    for (let count = 0; count < 100; count += 1) deaths.died(beside(one));
    expect(deaths.all()).toHaveLength(20);
    expect(describeSuspects([])).toBe("");
    expect(describeSuspects([one, two])).toBe(", perhaps by one 1.0.0, two 1.0.0");
    expect(describeSuspects([one, two, one, two, one])).toBe(", perhaps by one 1.0.0, two 1.0.0, one 1.0.0 and 2 more");
  });
});
