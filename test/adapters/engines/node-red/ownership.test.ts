import { describe, expect, it } from "vitest";
import { createNodeRedEngine } from "../../../../src/adapters/engines/node-red/engine.ts";
import { createFlowsReader } from "../../../../src/adapters/engines/node-red/flows-reader.ts";
import { createContest, isOwn } from "../../../../src/adapters/engines/node-red/ownership.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import type { Engine } from "../../../../src/ports/engine.ts";
import { type FakeNodeRed, fakeNodeRed } from "./fake-client.ts";
import { helloFlow, unitOf } from "./flows.ts";

const limits = { startTimeoutMs: 1_000, returnTimeoutMs: 1_000, recoveryMs: 1 };
const unit = (name: string): DeploymentUnit => unitOf(name, "1.0.0", helloFlow("return msg;"));

/** The same Node-RED as one owner sees it. */
function engineOf(fake: FakeNodeRed, owner: string | null): Engine {
  const host = { ...fake.host, owner, reader: createFlowsReader(owner) };
  return createNodeRedEngine({ hosts: () => [host], limits, owner });
}

const processes = async (engine: Engine): Promise<readonly string[]> =>
  (await engine.inventory()).installed.map((each) => each.process).toSorted();
const addresses = async (engine: Engine): Promise<readonly string[]> =>
  (await engine.inventory()).installed.flatMap(({ placements }) => placements.map(({ address }) => address));

describe("several owners of one Node-RED", () => {
  it("run the very same unit side by side, each on an address of its own, and neither sees the other's", async () => {
    const fake = fakeNodeRed("shared");
    const [staging, production] = [engineOf(fake, "a/staging"), engineOf(fake, "a/production")];
    expect(await staging.ensureInstalled([unit("hello")])).toMatchObject([{ kind: "installed" }]);
    expect(await production.ensureInstalled([unit("hello"), unit("more")])).toMatchObject([{ kind: "installed" }, { kind: "installed" }]);
    expect([await processes(staging), await processes(production)]).toEqual([["hello"], ["hello", "more"]]);
    const all = [...(await addresses(staging)), ...(await addresses(production))];
    expect(new Set(all).size).toBe(3);
    expect([staging.notes?.(), production.notes?.()]).toEqual([[], []]);
  });

  it("remove and arm nothing of each other's", async () => {
    const fake = fakeNodeRed("shared");
    const [staging, production] = [engineOf(fake, "a/staging"), engineOf(fake, "a/production")];
    await staging.ensureInstalled([unit("hello")]);
    await production.ensureInstalled([unit("hello")]);
    await staging.ensureArmed(new Map([["hello", unit("hello").digest]]));
    await production.ensureArmed(new Map([["hello", null]]));
    expect([(await staging.inventory()).installed[0]?.armed, (await production.inventory()).installed[0]?.armed]).toEqual([true, false]);
    await production.ensureRemoved((await production.inventory()).installed);
    expect([await processes(staging), await processes(production)]).toEqual([["hello"], []]);
  });

  it("of another installation are left alone, and told", async () => {
    const fake = fakeNodeRed("shared");
    const [ours, theirs] = [engineOf(fake, "a/production"), engineOf(fake, "0123456789/live")];
    await theirs.ensureInstalled([unit("theirs")]);
    await ours.ensureInstalled([unit("ours")]);
    expect(await processes(ours)).toEqual(["ours"]);
    expect(ours.notes?.()).toEqual([
      "shared also carries flows of another Pinion (environment live, installation 01234567); they are left alone",
    ]);
    expect(await processes(theirs)).toEqual(["theirs"]);
  });

  it("take over what an earlier release installed without a name, and replace it when it is put in order", async () => {
    const fake = fakeNodeRed("shared");
    await engineOf(fake, null).ensureInstalled([unit("old"), unit("other")]);
    const ours = engineOf(fake, "a/production");
    expect(await processes(ours)).toEqual(["old", "other"]);
    await ours.ensureInstalled([unit("old")]);
    await ours.ensureRemoved([unit("other")]);
    expect(await processes(ours)).toEqual(["old"]);
    expect(fake.flows.filter((node) => node.type === "tab")).toHaveLength(1);
    expect(await processes(engineOf(fake, "a/staging"))).toEqual([]);
  });

  it("do not fight: what is taken out again and again is told, and no longer put back", async () => {
    const fake = fakeNodeRed("shared");
    const ours = engineOf(fake, "a/production");
    for (let round = 0; round < 4; round++) {
      expect(await ours.ensureInstalled([unit("hello"), unit("quiet")])).toMatchObject([{ kind: "installed" }, { kind: "installed" }]);
      await ours.inventory();
      fake.meanwhile = () =>
        (fake.flows = fake.flows.filter(
          (node) => (!node.id.startsWith("hello") && node["z"] !== undefined) || node.id.startsWith("quiet"),
        ));
      await fake.host.client.flows();
      expect(await processes(ours)).toEqual(["quiet"]);
    }
    const before = fake.deploys;
    const results = await ours.ensureInstalled([unit("hello"), unit("quiet")]);
    expect(results).toMatchObject([
      { kind: "refused", code: "engine/contested", detail: expect.stringContaining("another program removes it") },
      { kind: "installed" },
    ]);
    expect(fake.deploys).toBe(before);
    expect(ours.notes?.()).toEqual([expect.stringMatching(/^hello 1\.0\.0: another program removes it/)]);
  });
});

it.each([
  ["installation/production", true],
  ["installation/productoin", false],
  ["anotherone12/production", false],
  [undefined, true],
])("a tab of %s is ours: %s", (owner, isOurs) => {
  expect(isOwn({ owner }, "installation/production")).toBe(isOurs);
  expect(isOwn({ owner }, null)).toBe(true);
});

describe("a place that is contested", () => {
  const [one] = [unit("hello")];

  const minute = 60_000;

  /** Lost four times, once a minute. */
  function contested() {
    const clock = { now: 0 };
    const contest = createContest(() => clock.now);
    const lose = () => {
      contest.installing([one]);
      contest.seen([one]);
      contest.seen([]);
    };
    for (let round = 0; round < 4; round++) {
      expect(contest.whyNot(one)).toBeNull();
      lose();
      clock.now += minute;
    }
    return { clock, contest, lose };
  }

  it("is left after four losses within ten minutes, and given up only until it is tried once", () => {
    const { clock, contest } = contested();
    expect(contest.whyNot(one)).toContain("another program");
    clock.now = 3 * minute + 10 * minute;
    expect(contest.whyNot(one)).toBeNull();
    expect(contest.notes()).toEqual([expect.stringContaining("another program")]);
  });

  it("stays so as long as the other takes it out again: one loss is enough, and the pause gets longer", () => {
    const { clock, contest, lose } = contested();
    let lost = 3 * minute;
    for (const pause of [10, 20, 40, 80]) {
      clock.now = lost + pause * minute - 1;
      expect(contest.whyNot(one)).toContain("another program");
      clock.now += 1;
      expect(contest.whyNot(one)).toBeNull();
      lose();
      lost = clock.now;
      expect(contest.whyNot(one)).toContain("another program");
      expect(contest.notes()).toHaveLength(1);
    }
  });

  it("is over once nobody wants it any more", () => {
    const { clock, contest } = contested();
    contest.whyNot(one);
    clock.now += 60 * minute - 1;
    contest.seen([]);
    expect(contest.notes()).toHaveLength(1);
    clock.now += 1;
    contest.seen([]);
    expect(contest.notes()).toEqual([]);
  });

  it("is over once it has been left there for ten minutes", () => {
    const { clock, contest, lose } = contested();
    clock.now += 10 * minute;
    contest.installing([one]);
    contest.seen([one]);
    clock.now += 10 * minute - 1;
    contest.seen([one]);
    expect(contest.notes()).toHaveLength(1);
    clock.now += 1;
    contest.seen([one]);
    expect(contest.notes()).toEqual([]);
    lose();
    expect(contest.whyNot(one)).toBeNull();
  });

  it("is told where another controller has our name, as with a copy of the state folder", async () => {
    const fake = fakeNodeRed("shared");
    const [original, copy] = [engineOf(fake, "a/production"), engineOf(fake, "a/production")];
    await original.inventory();
    await copy.inventory();
    await original.ensureInstalled([unit("hello")]);
    await original.inventory();
    expect(original.notes?.()).toEqual([]);
    await copy.inventory();
    expect(copy.notes?.()).toEqual([expect.stringMatching(/^hello 1\.0\.0 .* another controller .* copy of this state folder/)]);
  });

  it("is not what was there before, nor what we have put there", () => {
    let now = 0;
    const contest = createContest(() => now);
    contest.seen([one]);
    contest.seen([one]);
    expect(contest.notes()).toEqual([]);
    contest.removing([one]);
    contest.seen([]);
    contest.installing([one]);
    contest.seen([one]);
    expect(contest.notes()).toEqual([]);
    contest.removing([one]);
    contest.seen([]);
    contest.seen([one]);
    expect(contest.notes()).toHaveLength(1);
    now = 6_000_000;
    contest.seen([one]);
    expect(contest.notes()).toHaveLength(1);
    contest.removing([one]);
    contest.seen([]);
    expect(contest.notes()).toHaveLength(1);
    now += 600_000;
    contest.seen([]);
    expect(contest.notes()).toEqual([]);
  });

  it("does not begin with what we took out ourselves", () => {
    const contest = createContest(() => 0);
    contest.seen([one]);
    contest.removing([one]);
    for (let round = 0; round < 3; round++) {
      contest.seen([]);
      contest.seen([one]);
    }
    contest.seen([]);
    expect(contest.whyNot(one)).toBeNull();
    contest.seen([one]);
    contest.seen([]);
    expect(contest.whyNot(one)).toContain("another program");
  });

  it("is not what we take out ourselves, however often", () => {
    const contest = createContest(() => 0);
    for (let round = 0; round < 9; round++) {
      contest.seen([one]);
      contest.removing([one]);
      contest.seen([]);
    }
    expect(contest.whyNot(one)).toBeNull();
  });
});
