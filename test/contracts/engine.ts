/** What every engine promises (src/ports/engine.ts), as a suite that runs on the fake and on real engines. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Digest, UnitRef } from "../../src/domain/names.ts";
import type { DeploymentUnit, Installed, Inventory } from "../../src/domain/desired/unit.ts";
import type { Engine } from "../../src/ports/engine.ts";

/** An engine with its instances up, and the means to do what a test cannot do through the port. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** How many ready instances it has. */
  readonly instances: number;
  /** A unit that answers GET /hello and has a schedule; another `digit` makes another digest. */
  unit(process: string, version: string, digit: string): DeploymentUnit;
  /** A unit that this engine must refuse for itself alone. */
  badUnit(process: string): DeploymentUnit;
  /** Changes the installed unit in the engine, behind Pinion's back. */
  editByHand(unit: UnitRef): Promise<void>;
  /** Status of GET /hello on a private address; null where the engine is not a real one. */
  hello(address: string): Promise<number | null>;
  close(): Promise<void>;
}

export function engineContract(name: string, make: () => Promise<EngineUnderTest>): void {
  describe(`${name} keeps the engine's contract:`, () => {
    let it_: EngineUnderTest;
    const one = (): DeploymentUnit => it_.unit("order-intake", "1.0.0", "1");
    const two = (): DeploymentUnit => it_.unit("order-intake", "1.1.0", "2");

    beforeAll(async () => {
      it_ = await make();
    });
    afterAll(async () => {
      await it_?.close();
    });
    beforeEach(async () => {
      const { installed } = await it_.engine.inventory();
      await it_.engine.ensureRemoved(installed);
    });

    const find = async (unit: UnitRef): Promise<Installed | undefined> =>
      (await it_.engine.inventory()).installed.find((each) => each.process === unit.process && each.digest === unit.digest);

    it("is empty before anything is installed, with every instance ready", async () => {
      const inventory = await it_.engine.inventory();
      expect(inventory.installed).toEqual([]);
      expect(inventory.instances.map((instance) => instance.state)).toEqual(Array.from({ length: it_.instances }, () => "ready"));
    });

    it("installs a unit on every instance, where it answers at once on its private address", async () => {
      expect(await it_.engine.ensureInstalled([one()])).toEqual([{ kind: "installed", unit: refOf(one()) }]);
      const installed = await find(one());
      expect(installed).toMatchObject({ ...refOf(one()), drift: null, armed: false, endpoints: [{ method: "GET", path: "/hello" }] });
      expect(installed?.placements).toHaveLength(it_.instances);
      for (const placement of installed?.placements ?? []) {
        expect(placement).toMatchObject({ ready: true, inFlight: 0 });
        expect([null, 0]).toContain(placement.counts && placement.counts.finished + placement.counts.errors);
        expect(placement.address).not.toMatch(/\/$/);
        expect([200, null]).toContain(await it_.hello(placement.address));
      }
    });

    it("runs two versions of one process side by side on different addresses", async () => {
      await it_.engine.ensureInstalled([one()]);
      await it_.engine.ensureInstalled([two()]);
      const [first, second] = [await find(one()), await find(two())];
      expect(first?.placements[0]?.ready).toBe(true);
      expect(second?.placements[0]?.ready).toBe(true);
      expect(first?.placements[0]?.address).not.toBe(second?.placements[0]?.address);
    });

    it("changes nothing when a call is repeated", async () => {
      await it_.engine.ensureInstalled([one()]);
      const before = await it_.engine.inventory();
      expect(await it_.engine.ensureInstalled([one()])).toEqual([{ kind: "installed", unit: refOf(one()) }]);
      expect(await it_.engine.inventory()).toEqual(before);
    });

    it("installs on the instances named and leaves the others as they are, until it is told about all", async () => {
      const places = async (unit: UnitRef): Promise<readonly string[]> =>
        ((await find(unit))?.placements ?? []).filter((each) => each.ready).map((each) => each.instance);
      const all = (await it_.engine.inventory()).instances.map((instance) => instance.id);
      const last = all.slice(-1);
      await it_.engine.ensureInstalled([one()]);
      expect(await it_.engine.ensureInstalled([two()], last)).toEqual([{ kind: "installed", unit: refOf(two()) }]);
      expect([await places(one()), await places(two())]).toEqual([all, last]);
      await it_.engine.ensureInstalled([two()]);
      expect(await places(two())).toEqual(all);
    });

    it("throws engine/unreachable when none of the instances named is there", async () => {
      await expect(it_.engine.ensureInstalled([one()], ["nowhere"])).rejects.toMatchObject({ code: "engine/unreachable" });
      expect(await find(one())).toBeUndefined();
    });

    it("refuses a bad unit with the reason and installs the others of the same call", async () => {
      const bad = it_.badUnit("returns");
      const results = await it_.engine.ensureInstalled([one(), bad, two()]);
      expect(results.map((result) => [result.unit.process, result.kind])).toEqual([
        ["order-intake", "installed"],
        ["returns", "refused"],
        ["order-intake", "installed"],
      ]);
      expect(results[1]).toMatchObject({ code: expect.stringMatching(/^engine\//), detail: expect.stringMatching(/\S/) });
      expect(await find(one())).toBeDefined();
      expect(await find(bad)).toBeUndefined();
    });

    it("removes exactly what it is told, and takes unknown units as removed", async () => {
      await it_.engine.ensureInstalled([one(), two()]);
      await it_.engine.ensureRemoved([one(), it_.unit("never-installed", "9.9.9", "9")]);
      expect(await find(one())).toBeUndefined();
      expect(await find(two())).toBeDefined();
      await it_.engine.ensureRemoved([one()]);
    });

    it("sees an edit by hand as drift, and installing again puts it back", async () => {
      await it_.engine.ensureInstalled([one(), two()]);
      await it_.editByHand(one());
      expect((await find(one()))?.drift).toMatch(/\S/);
      expect((await find(two()))?.drift).toBeNull();
      expect(await it_.engine.ensureInstalled([one()])).toEqual([{ kind: "installed", unit: refOf(one()) }]);
      expect((await find(one()))?.drift).toBeNull();
    });

    it("arms exactly one version of a process", async () => {
      await it_.engine.ensureInstalled([one(), two()]);
      await it_.engine.ensureArmed(new Map([["order-intake", one().digest]]));
      expect([(await find(one()))?.armed, (await find(two()))?.armed]).toEqual([true, false]);
      await it_.engine.ensureArmed(new Map([["order-intake", two().digest]]));
      expect([(await find(one()))?.armed, (await find(two()))?.armed]).toEqual([false, true]);
      await it_.engine.ensureArmed(new Map<string, Digest | null>([["order-intake", null]]));
      expect([(await find(one()))?.armed, (await find(two()))?.armed]).toEqual([false, false]);
    });

    it("leaves processes alone that an arming does not name, and keeps a unit armed that is installed again", async () => {
      const other = it_.unit("stock-report", "1.0.0", "3");
      await it_.engine.ensureInstalled([one(), other]);
      await it_.engine.ensureArmed(new Map([["stock-report", other.digest]]));
      await it_.engine.ensureArmed(new Map([["order-intake", one().digest]]));
      await it_.engine.ensureInstalled([other]);
      expect([(await find(one()))?.armed, (await find(other))?.armed]).toEqual([true, true]);
    });

    it("installs a removed unit disarmed again", async () => {
      await it_.engine.ensureInstalled([one()]);
      await it_.engine.ensureArmed(new Map([["order-intake", one().digest]]));
      await it_.engine.ensureRemoved([one()]);
      await it_.engine.ensureInstalled([one()]);
      expect((await find(one()))?.armed).toBe(false);
    });

    it("gives the same objects as long as nothing has changed, and another one for what has", async () => {
      const other = it_.unit("stock-report", "1.0.0", "3");
      await it_.engine.ensureInstalled([one(), other]);
      const before = await it_.engine.inventory(nobody);
      expect(await it_.engine.inventory(nobody)).toBe(before);
      await it_.editByHand(one());
      const edited = await it_.engine.inventory(nobody);
      expect([unitIn(edited, other) === unitIn(before, other), unitIn(edited, one()) === unitIn(before, one())]).toEqual([true, false]);
      await it_.engine.ensureInstalled([one(), two()]);
      await it_.engine.ensureArmed(new Map([["order-intake", two().digest]]));
      const after = await it_.engine.inventory(nobody);
      expect(unitIn(after, other)).toBe(unitIn(before, other));
      expect(unitIn(after, two())).toMatchObject({ armed: true });
      await it_.engine.ensureRemoved([one()]);
      const removed = await it_.engine.inventory(nobody);
      expect([unitIn(removed, one()), unitIn(removed, two()) === unitIn(after, two())]).toEqual([undefined, true]);
    });

    it("says what is worked on of those that are counted only, and of all when it is not told whom", async () => {
      const other = it_.unit("stock-report", "1.0.0", "3");
      await it_.engine.ensureInstalled([one(), other]);
      const work = (inventory: Inventory, unit: UnitRef): readonly (number | null)[] =>
        unitIn(inventory, unit)?.placements.map(({ inFlight }) => inFlight) ?? [];
      const each = (value: number | null): readonly (number | null)[] => Array.from({ length: it_.instances }, () => value);
      const some = await it_.engine.inventory(new Set(["order-intake"]));
      expect([work(some, one()), work(some, other)]).toEqual([each(0), each(null)]);
      const all = await it_.engine.inventory();
      expect([work(all, one()), work(all, other)]).toEqual([each(0), each(0)]);
      expect(unitIn(await it_.engine.inventory(new Set(["order-intake"])), other)).toBe(unitIn(some, other));
    });

    it("takes empty lists", async () => {
      expect(await it_.engine.ensureInstalled([])).toEqual([]);
      await it_.engine.ensureRemoved([]);
      await it_.engine.ensureArmed(new Map());
    });
  });
}

const nobody: ReadonlySet<string> = new Set();

function unitIn({ installed }: Inventory, { process, digest }: UnitRef): Installed | undefined {
  return installed.find((each) => each.process === process && each.digest === digest);
}

function refOf(unit: UnitRef): UnitRef {
  return { process: unit.process, version: unit.version, digest: unit.digest };
}
