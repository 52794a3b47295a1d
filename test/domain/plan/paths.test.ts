/** What a plan says of processes that would answer the same requests. */

import { describe, expect, it } from "vitest";
import { environment, pin, plan, spec } from "./snapshots.ts";

const held = (...[from, to]: Parameters<typeof plan>) => plan(from, to).held.map(({ process, reason }) => `${process}: ${reason}`);
const deployed = (...[from, to]: Parameters<typeof plan>) => plan(from, to).deployments.map(({ process }) => process);

const orders = pin("orders", "1.0.0", { paths: ["/orders/:id"] });
const other = (path: string) => pin("other", "1.0.0", { paths: [path] });

describe("a plan", () => {
  it("holds a newcomer back whose path another process keeps", () => {
    const [from, to] = [environment([orders]), environment([orders, other("/orders/:key")])];
    expect(held(from, to)).toEqual(["other: GET /orders/:key matches requests of orders, too; a path has one owner"]);
    expect(deployed(from, to)).toEqual([]);
  });

  it("holds back a version that takes such a path over", () => {
    const [from, to] = [environment([orders, other("/x")]), environment([orders, pin("other", "1.1.0", { paths: ["/orders/:key"] })])];
    expect(held(from, to)).toHaveLength(1);
  });

  it("holds two newcomers back that answer the same", () => {
    expect(held(environment([]), environment([orders, other("/orders/:id")]))).toHaveLength(2);
  });

  it("lets paths change their owner, in a move, a rename and a swap", () => {
    const moved = environment([pin("orders", "1.1.0", { paths: ["/new"] }), other("/orders/:id")]);
    expect(deployed(environment([orders]), moved)).toEqual(["orders", "other"]);
    expect(deployed(environment([orders]), environment([other("/orders/:id")]))).toEqual(["other", "orders"]);
    const swapped = environment([pin("orders", "1.1.0", { paths: ["/x"] }), pin("other", "1.1.0", { paths: ["/orders/:id"] })]);
    expect(deployed(environment([orders, other("/x")]), swapped)).toEqual(["orders", "other"]);
  });

  it("lets what is more specific go first, and what has served so far go on", () => {
    expect(held(environment([orders]), environment([orders, other(String.raw`/orders/:id(\d+)`)]))).toEqual([]);
    const both = [orders, other("/orders/:id")];
    expect(held(environment(both), environment([pin("orders", "1.1.0", { paths: ["/orders/:id"] }), other("/orders/:id")]))).toEqual([]);
  });

  it("takes the path of the health check for everybody's", () => {
    const settings = { validation: { ...spec().validation, healthCheck: { path: "/health", timeoutMs: 1 } } };
    const [one, two] = [pin("one", "1.0.0", { paths: ["/health"] }), pin("two", "1.0.0", { paths: ["/health"] })];
    expect(held(environment([], settings), environment([one, two], settings))).toEqual([]);
  });
});
