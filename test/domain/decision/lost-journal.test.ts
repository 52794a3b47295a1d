/** An empty journal beside an engine or a router that runs versions already was lost. */

import { describe, expect, it } from "vitest";
import { freezeForLostJournal } from "../../../src/domain/decision/lost-journal.ts";
import type { Observation } from "../../../src/domain/observed/observation.ts";
import { before, now, unit } from "../../support/decision-values.ts";
import { environment } from "../../support/spec.ts";
import { known } from "../strategies/rolling-values.ts";

describe("a journal that knows nothing", () => {
  const installed = { ...unit("1.0.0"), drift: null, armed: true, endpoints: [], placements: [] };
  const share = { version: "1.0.0", digest: unit("1.0.0").digest, weight: 100, endpoints: [], targets: [] };
  const route = { process: "orders", timeoutMs: 1, sticky: null, shares: [share] };
  const observation = (parts: Partial<Observation>) =>
    ({
      now,
      environment,
      engines: new Map([["node-red", known({ instances: [], installed: new Map() })]]),
      routes: known(new Map()),
      ...parts,
    }) as unknown as Observation;
  const fresh = before({ hasAnswered: false });

  it.each([
    [
      "an engine that runs our versions",
      { engines: new Map([["node-red", known({ instances: [], installed: new Map([["orders", [installed]]]) })]]) },
    ],
    ["a router that has our routes", { routes: known(new Map([["orders", route]])) }],
  ])("was lost beside %s", (_, parts) => {
    expect(freezeForLostJournal(fresh, observation(parts))?.why).toContain("versions of orders run here already");
  });

  it("is new where nothing runs, and not asked about before both have answered, nor again", () => {
    const routes = known(new Map([["orders", route]]));
    expect(freezeForLostJournal(fresh, observation({}))).toBeNull();
    expect(
      freezeForLostJournal(fresh, observation({ routes, engines: new Map([["node-red", { kind: "unknown", why: "silent" }]]) })),
    ).toBeNull();
    expect(freezeForLostJournal(before(), observation({ routes }))).toBeNull();
  });
});
