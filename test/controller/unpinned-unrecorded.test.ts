/** What was taken back from memory, on a full disk, and is wanted again before that was recorded. */

import { beforeEach, expect, it } from "vitest";
import { errorRate, measure, passes, use } from "../support/progressive.ts";
import { fill } from "../support/full-disk.ts";
import { blueGreen, running, type World } from "../support/world.ts";

const bakeMs = 60_000;

let world: World;

/** Passes that cannot record what they decide. */
async function failingPasses(): Promise<void> {
  for (let pass = 0; pass < 3; pass += 1) await world.pass().catch(() => undefined);
}

async function goodVersions(): Promise<readonly string[]> {
  return ((await world.state("orders"))?.knownGood ?? []).map(({ version }) => version);
}

beforeEach(async () => {
  world = await running();
  use(world, blueGreen, bakeMs, [errorRate]);
  measure(world, 0);
  world.publish("billing", "2.0.0");
  world.publish("billing", "2.1.0");
  world.pin("billing", "2.0.0");
  await world.settle();
  await passes(world, bakeMs);
  world.pin("billing", "2.1.0");
  await world.settle();
  await passes(world, bakeMs);
  world.pin("orders", "1.1.0");
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  await passes(world, bakeMs / 2);
  fill(world, "full");
  world.pin("orders", "1.0.0");
  await failingPasses();
  expect(world.traffic("orders")).toEqual({ "1.0.0": 100 });
});

it("is deployed anew, and watched for its whole time, whatever else was decided meanwhile", async () => {
  world.pin("orders", "1.1.0");
  world.pin("billing", "2.0.0");
  await failingPasses();
  world.now += bakeMs;
  await failingPasses();
  fill(world, "free");
  await world.settle();
  expect(await goodVersions()).toEqual(["1.0.0"]);
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  await passes(world, bakeMs - 1_000);
  expect(await goodVersions()).toEqual(["1.0.0"]);
  await passes(world, 2_000);
  expect(await goodVersions()).toEqual(["1.1.0", "1.0.0"]);
});

it("is watched from the beginning by the next controller, which knows nothing of that", async () => {
  world.pin("orders", "1.1.0");
  fill(world, "free");
  world.restart();
  world.now += bakeMs;
  await world.settle();
  expect(world.traffic("orders")).toEqual({ "1.1.0": 100 });
  await passes(world, bakeMs - 1_000);
  expect(await goodVersions()).toEqual(["1.0.0"]);
  await passes(world, 2_000);
  expect(await goodVersions()).toEqual(["1.1.0", "1.0.0"]);
});

it("is recorded from the reserve as soon as that can be given up", async () => {
  fill(world, "reserve");
  world.pin("billing", "2.0.0");
  await failingPasses();
  world.restart();
  expect((await world.state("orders"))?.rollout).toMatchObject({ kind: "rollback", candidate: { version: "1.0.0" } });
});
