/** What somebody has changed in the engine by hand, as the library and the API say it. */

import { describe, expect, it } from "vitest";
import type { Pinion } from "../../src/index.ts";
import { BlueGreenDeployer } from "../../src/library/deployers.ts";
import { definitionOf } from "../support/world-values.ts";
import { createLibraryWorld, orders, production } from "./library-world.ts";

const sides = ["pinion", "connected"] as const;

describe.each(sides)("live, over %s", (side) => {
  async function edited() {
    const world = createLibraryWorld();
    await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), { ...production, selfHeal: false }));
    const [unit] = (await world.engine.inventory()).installed;
    const pinion: Pinion = world[side];
    return {
      world,
      pinion,
      edit: () => world.engine.editByHand(unit?.digest ?? "sha256-", "answer", definitionOf(["/orders"], "edited")),
    };
  }

  it("says that what runs is what was installed", async () => {
    const { world, pinion } = await edited();
    expect(await world.run(pinion.live(production.name, "orders"))).toMatchObject({
      unit: { process: "orders", version: "1.0.0" },
      isInstalled: true,
      edit: null,
      earlier: [],
    });
  });

  it("says what was changed", async () => {
    const { world, pinion, edit } = await edited();
    edit();
    const live = await world.run(pinion.live(production.name, "orders"));
    expect(live).toMatchObject({ isInstalled: true, edit: { process: "orders", version: "1.0.0", undone: null } });
    expect(live.edit?.changes.sentences.map(({ text }) => text).join()).toContain("answer");
  });

  it("knows no process, and no environment, that nobody has configured", async () => {
    const { world, pinion } = await edited();
    await expect(world.run(pinion.live(production.name, "nobody"))).rejects.toMatchObject({ code: "process/unknown" });
    await expect(world.run(pinion.live("nowhere", "orders"))).rejects.toMatchObject({ code: "environment/unknown" });
  });
});
