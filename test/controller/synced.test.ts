import { expect, it } from "vitest";
import { canary, measure, passes, use } from "../support/progressive.ts";
import { running } from "../support/world.ts";

it("a process is not Synced while another version than the pinned one has a share of the traffic", async () => {
  const world = await running();
  use(world, canary);
  measure(world, 0);
  world.pin("orders", "1.1.0");
  await world.settle();
  await passes(world, 5_000);
  expect(world.traffic("orders")).toEqual({ "1.0.0": 50, "1.1.0": 50 });
  expect(await world.status("orders")).toMatchObject({ sync: "OutOfSync" });

  world.pin("orders", "1.0.0");
  const seen: string[] = [];
  for (let pass = 0; pass < 10; pass += 1) {
    await world.pass();
    const status = await world.status("orders");
    seen.push(`${status?.sync} with ${status?.actual.find(({ version }) => version === "1.0.0")?.weight} %`);
  }
  expect(seen).not.toContain("Synced with 50 %");
  expect(seen.at(-1)).toBe("Synced with 100 %");
});
