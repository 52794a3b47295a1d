/** What the journal still owes to a version that was taken back by a run that could not record it: nothing of its traffic is done. */

import { describe, expect, it } from "vitest";
import { heldByTable } from "../../src/controller/taken-back.ts";
import type { Action } from "../../src/domain/journal/actions.ts";
import type { RolloutState } from "../../src/domain/journal/rollout.ts";
import type { OwedAction } from "../../src/domain/journal/state.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import { createFakeRouter } from "../fakes/router.ts";
import { before, deployment, rollout, row, unit } from "../support/decision-values.ts";

const actions: readonly Action[] = [
  { kind: "ensure-installed", unit: unit("1.1.0") },
  { kind: "ensure-weights", process: "orders", weights: [{ unit: unit("1.1.0"), weight: 100 }] },
  { kind: "ensure-armed", process: "orders", digest: unit("1.1.0").digest },
  { kind: "ensure-weights", process: "orders", weights: [{ unit: unit("1.0.0"), weight: 100 }] },
  { kind: "ensure-armed", process: "orders", digest: unit("1.0.0").digest },
  { kind: "ensure-weights", process: "billing", weights: [{ unit: unit("1.1.0"), weight: 100 }] },
];
const owed = actions.map((action, id): OwedAction => ({ id, action, notBefore: 0, stuck: null }));
const all = [0, 1, 2, 3, 4, 5];
const rejected: RolloutState = { kind: "rejected", why: "bad", since: 1, hadTraffic: true, trigger: "error_rate" };

function route(takenFrom?: string): Route {
  const takenBack = { deployment: takenFrom ?? "", trigger: "error_rate", why: "bad" };
  const target = { instance: "one", url: "http://127.0.0.1:1" };
  const share = { ...unit("1.0.0"), weight: 100, endpoints: [], targets: [target] };
  return { process: "orders", timeoutMs: 1_000, sticky: null, shares: [share], ...(takenFrom !== undefined && { takenBack }) };
}

async function left(routes: readonly Route[], state: RolloutState = { kind: "switching" }): Promise<readonly number[]> {
  const router = createFakeRouter();
  await router.ensureRoutes("production", routes);
  const held = await heldByTable("production", before({ owed }, row({ rollout: rollout({ state }) })), { router });
  expect([...held.values()].every((error) => error === null)).toBe(true);
  return owed.filter((entry) => !held.has(entry)).map(({ id }) => id);
}

describe("what is owed to a version that was taken back by a run that could not record it", () => {
  it("is done but for its traffic and its schedules", async () => {
    expect(await left([route(deployment)])).toEqual([0, 3, 4, 5]);
  });

  it.each<[string, readonly Route[], RolloutState]>([
    ["the route says nothing", [route()], { kind: "switching" }],
    ["it is about another deployment", [route("another")], { kind: "switching" }],
    ["there is no route", [], { kind: "switching" }],
    ["it is known to be rejected by now", [route(deployment)], rejected],
  ])("is done where %s", async (_, routes, state) => {
    expect(await left(routes, state)).toEqual(all);
  });

  it("waits where the router cannot be asked: the next call to it may arrive", async () => {
    const router = createFakeRouter();
    router.setUnreachable("gone");
    const held = await heldByTable("production", before({ owed }, row({ rollout: rollout() })), { router });
    expect([...held].map(([{ id }, error]) => [id, error])).toEqual([
      [1, expect.objectContaining({ code: "router/unreachable" })],
      [2, expect.objectContaining({ code: "router/unreachable" })],
    ]);
  });

  it("is not asked for where nothing is being deployed that would get traffic", async () => {
    const router = createFakeRouter();
    const others = owed.filter(({ id }) => id !== 1 && id !== 2);
    await heldByTable("production", before({ owed }), { router });
    await heldByTable("production", before({ owed: others }, row({ rollout: rollout() })), { router });
    expect(router.calls).toEqual([]);
  });
});
