/** Anybody who may push can write any trailer; only what a commit did to the pin says that a rollback is done. */

import { afterEach, describe, expect, it } from "vitest";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { createWriterWorld } from "./writer-world.ts";
import type { WriterWorld } from "./writer-world.ts";

let world: WriterWorld;
const request = revertOrder();
const git = (...args: readonly string[]) => world.remote.remote.git(...args);

async function start(): Promise<void> {
  world = await createWriterWorld();
  world.write({ "pins.yaml": "order-intake: 1.5.0\n" });
}

afterEach(() => world.dispose());

describe("a rollback", () => {
  const forge = () =>
    git("update-ref", "refs/heads/main", git("commit-tree", "-p", "main", "-m", "Tidy up\n\nRollback-Id: rb-1\n", "main^{tree}"));

  it("is not misled by a commit that has the order's id and leaves the pin as it is", async () => {
    await start();
    forge();
    const forged = world.remote.remote.head();
    const outcome = await world.writer.revert(request);
    expect(outcome).toEqual({ kind: "committed", commit: world.remote.remote.head() });
    expect(world.remote.remote.head()).not.toBe(forged);
    expect(await world.pinned("order-intake")).toBe("1.4.2");
  });

  it("is not misled by one that comes between the look and the push either", async () => {
    await start();
    world.proxy.beforePush(async () => forge());
    expect((await world.writer.revert(request)).kind).toBe("committed");
    expect(await world.pinned("order-intake")).toBe("1.4.2");
  });

  it("says who moved the pin, whatever a commit with the order's id claims", async () => {
    await start();
    await world.pin("order-intake", "1.6.0");
    forge();
    expect((await world.writer.revert(request)).kind).toBe("superseded");
    expect(await world.pinned("order-intake")).toBe("1.6.0");
  });
});
