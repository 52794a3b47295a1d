import { beforeEach, describe, expect, it } from "vitest";
import { createDeaths, describeSuspects } from "../../../../src/adapters/engines/node-red/deaths.ts";
import type { AtWork } from "../../../../src/adapters/engines/node-red/instance-files.ts";
import type { UnitRef } from "../../../../src/domain/names.ts";
import { whyKiller } from "../../../../src/domain/observed/engine-deaths.ts";
import { helloFlow, unitOf } from "./flows.ts";
import { silent } from "./instances.ts";

const refOf = ({ process, version, digest }: UnitRef): UnitRef => ({ process, version, digest });
const [one, two] = ["one", "two"].map((name) => refOf(unitOf(name, "1.0.0", helloFlow("return msg;")))) as [UnitRef, UnitRef];
const beside = (...units: readonly UnitRef[]): AtWork => ({ isSure: false, units });
const by = (unit: UnitRef): AtWork => ({ isSure: true, units: [unit] });

describe("the deaths of an instance", () => {
  it("name what was at work, and how long ago that was", () => {
    let now = 0;
    const deaths = createDeaths("node-red-1", { now: () => now, log: silent });
    expect(deaths.died(beside(one))).toEqual([one]);
    now += 500;
    expect(deaths.died(beside(one, two))).toEqual([one, two]);
    expect(deaths.all()).toEqual([
      { instance: "node-red-1", agoMs: 500, suspects: [one] },
      { instance: "node-red-1", agoMs: 0, suspects: [one, two] },
    ]);
  });

  it("name nobody where nothing was at work, or nobody knows", () => {
    const deaths = createDeaths("node-red-1", { now: () => 0, log: silent });
    expect(deaths.died(null)).toEqual([]);
    expect(deaths.died(beside())).toEqual([]);
  });

  it("suspect for a minute also what was installed, which may end the process without any request, unless another one is caught in the act", () => {
    let now = 0;
    const deaths = createDeaths("node-red-1", { now: () => now, log: silent });
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
    const deaths = createDeaths("node-red-1", { now: () => 0, log: silent });
    for (let count = 0; count < 100; count += 1) deaths.died(beside(one));
    expect(deaths.all()).toHaveLength(20);
    expect(describeSuspects([])).toBe("");
    expect(describeSuspects([one, two])).toBe(", perhaps by one 1.0.0, two 1.0.0");
    expect(describeSuspects([one, two, one, two, one])).toBe(", perhaps by one 1.0.0, two 1.0.0, one 1.0.0 and 2 more");
  });
});

describe("the deaths of an instance after a restart of the controller", () => {
  let now: number;
  let kept: string | null;
  const memory = { read: () => kept, write: (text: string) => void (kept = text) };
  const controller = () => createDeaths("node-red-1", { now: () => now, memory, log: silent });
  beforeEach(() => {
    now = 1_000_000;
    kept = null;
  });

  it("count on: one before it and one after it name a version as two do", () => {
    controller().died(by(one));
    now += 60_000;
    const next = controller();
    expect(whyKiller(one, { deaths: next.all() })).toBeNull();
    next.died(by(one));
    expect(next.all()).toMatchObject([{ agoMs: 60_000 }, { agoMs: 0 }]);
    expect(whyKiller(one, { deaths: next.all() })).toContain("ended 2 times while 1.0.0 ran");
  });

  it("are forgotten after an hour, and before their time", () => {
    controller().died(by(one));
    now += 3_600_001;
    expect(controller().all()).toEqual([]);
    now = 999_999;
    expect(controller().all()).toEqual([]);
  });

  it.each(["{", "null", "7", '[{"at":"now","suspects":[]}]', '[{"at":1,"suspects":[{"process":"<b>","version":"1.0.0","digest":"x"}]}]'])(
    "are not known where %s is what was kept",
    (text) => {
      kept = text;
      expect(controller().all()).toEqual([]);
    },
  );

  it("take little room, and an end that many may have caused proves nothing against any of them", () => {
    const many = Array.from({ length: 900 }, (_, index) => refOf(unitOf(`p${index}`, "1.0.0", helloFlow(`return ${index};`))));
    const before = controller();
    for (let count = 0; count < 100; count += 1) before.died(beside(...many));
    expect(kept?.length).toBeLessThan(200_000);
    const next = controller();
    expect(next.all()).toHaveLength(20);
    for (const unit of [one, ...many]) expect(whyKiller(unit, { deaths: next.all() })).toBeNull();
  });

  it("are known in this run also where nothing can be kept", () => {
    const full = {
      read: () => null,
      write: () => {
        throw new Error("the disk is full");
      },
    };
    const deaths = createDeaths("node-red-1", { now: () => now, memory: full, log: silent });
    expect(deaths.died(by(one))).toEqual([one]);
    expect(deaths.all()).toHaveLength(1);
  });
});
