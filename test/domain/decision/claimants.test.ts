/** Which process may take a path over now, and which one waits: the owner keeps it, and of several takers only the first gets it. */

import { describe, expect, it } from "vitest";
import { type Claims, keptFrom, type PathChange } from "../../../src/domain/decision/claimants.ts";
import { describeEndpoint, requestsOf } from "../../../src/domain/observed/requests.ts";
import { get } from "../../support/case-values.ts";

const requests = (...paths: readonly string[]): ReadonlySet<string> => new Set(get(...paths).flatMap(requestsOf));

interface Wish {
  readonly gains?: readonly string[];
  readonly losses?: readonly string[];
  readonly whyNotReady?: string;
}

function change(process: string, { gains = [], losses = [], whyNotReady }: Wish): PathChange {
  const paths = new Map(get(...gains, ...losses).flatMap((each) => requestsOf(each).map((request) => [request, describeEndpoint(each)])));
  return { process, gains: requests(...gains), losses: requests(...losses), paths, whyNotReady: whyNotReady ?? null };
}

function claims(of: Readonly<Record<string, readonly string[]>>): Claims {
  return new Map(Object.entries(of).map(([process, paths]) => [process, get(...paths)]));
}

/** Each process that is kept, with the reason and how many requests it loses to another taker. */
function kept(willing: readonly PathChange[], owners: Claims): Readonly<Record<string, readonly [string, number]>> {
  return Object.fromEntries([...keptFrom(willing, owners)].map(([process, { why, lost }]) => [process, [why, lost.size]]));
}

const untilOrders = "waits until orders gives up GET /a, which it serves";
const becauseOfBilling = "waits, because billing takes over GET /a too";

describe("a path", () => {
  it.each<[string, readonly PathChange[], Claims, Readonly<Record<string, readonly [string, number]>>]>([
    ["that no process serves is free", [change("billing", { gains: ["/a"] })], claims({ orders: ["/b"] }), {}],
    [
      "that its owner keeps is waited for",
      [change("billing", { gains: ["/a"] })],
      claims({ orders: ["/a"] }),
      { billing: [untilOrders, 0] },
    ],
    [
      "that its owner gives up in the same write is free",
      [change("orders", { losses: ["/a"] }), change("billing", { gains: ["/a"] })],
      claims({ orders: ["/a"] }),
      {},
    ],
    [
      "of two, of which the owner gives up only one, is waited for",
      [change("orders", { losses: ["/b"] }), change("billing", { gains: ["/a", "/b"] })],
      claims({ orders: ["/a", "/b"] }),
      { billing: [untilOrders, 0] },
    ],
    ["that the process itself serves elsewhere is its own", [change("billing", { gains: ["/a"] })], claims({ billing: ["/a"] }), {}],
    [
      "with the same parameters under other names is the same path",
      [change("billing", { gains: ["/a/:id"] })],
      claims({ orders: ["/a/:key"] }),
      { billing: ["waits until orders gives up GET /a/:key, which it serves", 0] },
    ],
  ])("%s", (_what, willing, owners, expected) => {
    expect(kept(willing, owners)).toEqual(expected);
  });
});

describe("of two takers of one path", () => {
  it.each<[string, readonly PathChange[], Readonly<Record<string, readonly [string, number]>>]>([
    [
      "the first gets it, and the other one loses it",
      [change("billing", { gains: ["/a"] }), change("carts", { gains: ["/a", "/c"] })],
      { carts: [becauseOfBilling, 1] },
    ],
    [
      "the one that is ready comes first",
      [change("carts", { gains: ["/a"], whyNotReady: "it is installing" }), change("billing", { gains: ["/a"] })],
      { carts: [becauseOfBilling, 1] },
    ],
    [
      "the other one keeps nobody from what it would have taken over, too",
      [change("billing", { gains: ["/a"] }), change("carts", { gains: ["/a", "/c"] }), change("dairy", { gains: ["/c"] })],
      { carts: [becauseOfBilling, 1] },
    ],
    ["both go on where they want different paths", [change("billing", { gains: ["/a"] }), change("carts", { gains: ["/c"] })], {}],
  ])("%s", (_what, willing, expected) => {
    expect(kept(willing, claims({}))).toEqual(expected);
  });

  it("the one whose path is kept by its owner comes last, and keeps that reason", () => {
    const willing = [change("carts", { gains: ["/a", "/b"] }), change("billing", { gains: ["/a"] })];
    const why = "waits until orders gives up GET /b, which it serves";
    expect(kept(willing, claims({ orders: ["/b"] }))).toEqual({ carts: [why, 1] });
  });
});
