import { afterEach, describe, expect, it } from "vitest";
import { revertOrder } from "../../../contracts/pin-writer.ts";
import { failureOf } from "../../../support/failure.ts";
import { createWriterWorld } from "./writer-world.ts";
import type { WriterWorld } from "./writer-world.ts";

let world: WriterWorld;
const order = revertOrder();

const git = (...args: readonly string[]) => world.remote.remote.git(...args);
const idsOnBranch = async () => (await world.commits()).flatMap(({ rollbackId }) => rollbackId ?? []);

afterEach(() => world.dispose());

describe("after a lost race, by the quick way", () => {
  /** Loses the first race, so that the second try goes the quick way; `then` comes just before that one's commit arrives. */
  async function startLosing(then: () => Promise<unknown> = async () => undefined): Promise<void> {
    world = await createWriterWorld();
    world.write({ "pins.yaml": "order-intake: 1.5.0\n" });
    world.proxy.beforePush(async () => {
      await world.pin("payment", "2.1.0");
      world.proxy.beforeArrival(then);
    });
  }

  it("runs no git to push, and writes the same commit", async () => {
    await startLosing();
    const outcome = await world.writer.revert(order);
    expect(outcome).toEqual({ kind: "committed", commit: world.remote.remote.head() });
    expect(world.text("pins.yaml")).toBe("order-intake: 1.4.2\npayment: 2.1.0");
    const pushes = world.remote.server.requests.filter(({ path }) => path.includes("git-receive-pack"));
    expect(pushes.map(({ method }) => method)).toEqual(["GET", "POST"]);
    git("fsck", "--strict", "--full");
  });

  it("loses another race, and wins the next", async () => {
    await startLosing(() => world.pin("payment", "2.2.0"));
    expect((await world.writer.revert(order)).kind).toBe("committed");
    expect(await world.pinned("payment")).toBe("2.2.0");
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("sees a person move the pin", async () => {
    await startLosing(() => world.pin("order-intake", "1.6.0"));
    expect((await world.writer.revert(order)).kind).toBe("superseded");
    expect(await idsOnBranch()).toEqual([]);
  });

  it("finds its commit when the answer was lost, and writes it once", async () => {
    await startLosing(async () => world.loseAnswer());
    world.proxy.loseAnswer();
    const outcome = await world.writer.revert(order).catch(() => world.writer.revert(order));
    expect(outcome.kind).toBe("committed");
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("proposes when the branch was protected meanwhile", async () => {
    await startLosing(() => world.protect());
    expect(await world.writer.revert(order)).toMatchObject({ kind: "proposed", why: expect.stringMatching(/GH006/) });
  });

  it("says that the server went away meanwhile", async () => {
    await startLosing(() => world.remote.down());
    expect((await failureOf(world.writer.revert(order))).code).toBe("git/unreachable");
    await world.remote.up();
    expect((await world.writer.revert(order)).kind).toBe("committed");
    expect(await idsOnBranch()).toEqual(["rb-1"]);
  });

  it("goes that way at once for the next order, and still finds what was written before", async () => {
    await startLosing();
    const first = await world.writer.revert(order);
    expect(await world.writer.revert(order)).toEqual(first);
    await world.pin("order-intake", "1.5.0");
    expect((await world.writer.revert(revertOrder({ id: "rb-2" }))).kind).toBe("committed");
    expect(await idsOnBranch()).toEqual(["rb-2", "rb-1"]);
  });
});
