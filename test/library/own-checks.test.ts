/** What a whole controller asks of a version says to the router that it is nobody's traffic, and to nobody else. */

import { expect, it } from "vitest";
import { BlueGreenDeployer } from "../../src/library/deployers.ts";
import { createLibraryWorld, orders, production } from "./library-world.ts";

it("a check through the router is known as one, a check on a private address is not told what for", async () => {
  const world = createLibraryWorld();
  await world.run(new BlueGreenDeployer(world.pinion).deploy(orders("1.0.0"), production, { until: "good" }));
  const isPublic = ({ url }: { readonly url: string }): boolean => url.startsWith(world.router.publicAddress(production.name));
  const [ours, others] = [world.prober.asked.filter(isPublic), world.prober.asked.filter((asked) => !isPublic(asked))];
  expect([ours.length > 0, others.length > 0]).toEqual([true, true]);
  for (const { headers } of ours) expect(headers).toMatchObject({ "x-check": "1" });
  for (const { headers } of others) expect(headers).not.toHaveProperty("x-check");
});
