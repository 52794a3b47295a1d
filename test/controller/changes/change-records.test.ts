/** What is recorded of changes: of those that a deployment makes, and of those that people make in the engine. */

import { describe, expect, it } from "vitest";
import type { Definition } from "../../../src/domain/desired/definition.ts";
import { environment, running, type World } from "../../support/world.ts";

const secret = "c4tch-me-if-you-can";

function edited(world: World, func = `const password = "${secret}";`): Definition {
  const { definition } = world.engine.given.get(world.digest("orders", "1.0.0"))!;
  return { ...definition, nodes: [...definition.nodes, { id: "mine", type: "function", title: "My fix", config: { func } }] };
}

async function editedByHand(selfHeal: boolean): Promise<World> {
  const world = await running();
  world.spec = { ...world.spec, selfHeal };
  world.engine.editByHand(world.digest("orders", "1.0.0"), 'node "mine" added', edited(world));
  await world.settle();
  return world;
}

const readings = ({ engine }: World): number => engine.calls.filter(({ call }) => call === "readBack").length;
const newest = async ({ journal }: World) => (await journal.history({ limit: 1 }))[0]!;
const whole = async (world: World) => (await world.journal.history({ id: (await newest(world)).id }))[0]!;
const there = (world: World) => world.ports.changes.handEdits(environment)[0];

describe("a deployment", () => {
  it("records what it changes, from what served to what it brings", async () => {
    const world = await running();
    world.publish("orders", "1.1.0", { paths: ["/orders", "/more"] });
    world.pin("orders", "1.1.0");
    await world.settle();
    const { changes } = await whole(world);
    expect(changes?.sentences.map(({ text }) => text)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^http in .*more.* was added/)]),
    );
    expect(changes?.changes?.nodesAdded).not.toEqual([]);
  });

  it("of a first version records nothing: nothing served", async () => {
    expect((await whole(await running())).changes).toBeNull();
  });

  it("that brings the same definition with other variables says that nothing of it changes", async () => {
    const world = await running();
    world.spec = { ...world.spec, variables: { REGION: "eu" } };
    await world.settle();
    expect(await whole(world)).toMatchObject({ from: "1.0.0", version: "1.0.0", changes: { impact: null, sentences: [] } });
  });

  it("that a controller began and did not live to describe is described by the next one", async () => {
    const world = await running();
    world.publish("orders", "1.1.0", { paths: ["/orders", "/more"] });
    world.pin("orders", "1.1.0");
    world.ports = { ...world.ports, changes: { ...world.ports.changes, opened: () => undefined } };
    await world.pass();
    expect((await whole(world)).changes).toBeNull();
    world.restart();
    await world.pass();
    expect((await whole(world)).changes?.sentences).not.toEqual([]);
  });

  it("whose version before is gone from the repository goes on, and says nothing", async () => {
    const world = await running();
    world.publish("orders", "1.1.0", { paths: ["/orders", "/more"] });
    world.pin("orders", "1.1.0");
    const { manifests } = world.ports;
    const gone = { version: (process: string, version: string) => manifests.version(process, version === "1.0.0" ? "9.9.9" : version) };
    world.ports = { ...world.ports, manifests: gone };
    await world.settle();
    expect(await whole(world)).toMatchObject({ phase: "Succeeded", changes: null });
  });
});

describe("what was changed by hand", () => {
  it("is read back once, however many passes see it, and not again by the next controller", async () => {
    const world = await editedByHand(false);
    await world.settle();
    expect(there(world)?.changes.sentences).toEqual([{ kind: "added", text: 'function "My fix" was added', node: "mine" }]);
    world.restart();
    await world.settle();
    expect(there(world)).toMatchObject({ process: "orders", version: "1.0.0", undone: null });
    expect(readings(world)).toBe(1);
  });

  it("in another way is read back again", async () => {
    const world = await editedByHand(false);
    world.engine.editByHand(world.digest("orders", "1.0.0"), 'node "mine" changed', edited(world, "return msg;"));
    await world.settle();
    expect([readings(world), JSON.stringify(there(world)?.changes)]).toEqual([2, expect.stringContaining("return msg;")]);
  });

  it("is kept with the deployment that undoes it, without its secrets, and is gone from the engine", async () => {
    const world = await editedByHand(true);
    const { kind, handEdits, steps } = await whole(world);
    expect(kind).toBe("self-heal");
    expect(handEdits).toMatchObject([{ version: "1.0.0", changes: { changes: { nodesAdded: [{ id: "mine" }] } } }]);
    expect(steps.map(({ why }) => why)).toContain('undid what was changed by hand: function "My fix" was added');
    expect(JSON.stringify(handEdits)).not.toContain(secret);
    expect([there(world), readings(world)]).toEqual([undefined, 0]);
  });

  it("that comes again after it was put back is put back and kept again", async () => {
    const world = await editedByHand(true);
    world.engine.editByHand(world.digest("orders", "1.0.0"), 'node "mine" added', edited(world));
    await world.settle();
    expect(await world.journal.handEdits(environment, "orders")).toHaveLength(2);
  });

  it("is kept also when another version takes its place", async () => {
    const world = await editedByHand(false);
    world.pin("orders", "1.1.0");
    await world.settle();
    expect(await world.journal.handEdits(environment, "orders")).toMatchObject([{ version: "1.0.0" }]);
    expect(there(world)).toMatchObject({ version: "1.0.0" });
  });

  it("is put back although it cannot be recorded", async () => {
    const world = await running();
    const errors: unknown[] = [];
    world.ports = { ...world.ports, log: { ...world.ports.log, error: (fields) => void errors.push(fields["error"]) } };
    world.journal.before = ({ call }) => {
      if (call === "recordHandEdit") throw new Error("the disk says no");
    };
    world.engine.editByHand(world.digest("orders", "1.0.0"), 'node "mine" added', edited(world));
    await world.settle();
    expect(await world.status("orders")).toMatchObject({ sync: "Synced", health: "Healthy" });
    expect(errors).not.toEqual([]);
  });

  it("is asked for now by who looks, with what was there before", async () => {
    const world = await editedByHand(true);
    world.spec = { ...world.spec, selfHeal: false };
    expect(await world.ports.changes.look(environment, "orders", world.ports)).toMatchObject({
      unit: { version: "1.0.0" },
      isInstalled: true,
      edit: null,
      earlier: [{ version: "1.0.0" }],
    });
    world.engine.editByHand(world.digest("orders", "1.0.0"), 'node "mine" added', edited(world));
    const { edit } = await world.ports.changes.look(environment, "orders", world.ports);
    expect(edit?.changes.sentences).toHaveLength(1);
    world.engine.removeByHand(world.digest("orders", "1.0.0"));
    expect(await world.ports.changes.look(environment, "orders", world.ports)).toMatchObject({ isInstalled: false, edit: null });
    await expect(world.ports.changes.look(environment, "nothing", world.ports)).rejects.toMatchObject({ code: "process/unknown" });
  });
});
