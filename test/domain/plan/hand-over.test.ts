/** Paths that move from process to process: all of them are deployed together. */

import { describe, expect, it } from "vitest";
import { environment, pin, plan } from "./snapshots.ts";

const before = environment([pin("a", "1.0.0", { paths: ["/x"] }), pin("b", "1.0.0", { paths: ["/y"] })]);

describe("a plan that moves a path", () => {
  it("lets giver and taker change over at the same moment", () => {
    const after = environment([pin("a", "2.0.0", { paths: [] }), pin("b", "2.0.0", { paths: ["/y", "/x"] })]);
    const { steps, held } = plan(before, after);
    expect(held).toEqual([]);
    expect(steps.filter(({ action }) => action === "hand-over").map(({ id }) => id)).toEqual([
      "staging.a.hand-over",
      "staging.b.hand-over",
    ]);
  });

  it("takes a process out once its heir is ready", () => {
    const after = environment([pin("b", "2.0.0", { paths: ["/y", "/x"] })]);
    const { deployments, held } = plan(before, after);
    expect(held).toEqual([]);
    expect(deployments.map(({ process, kind }) => `${kind} ${process}`)).toEqual(["deploy b", "prune a"]);
  });

  it("swaps", () => {
    const after = environment([pin("a", "2.0.0", { paths: ["/y"] }), pin("b", "2.0.0", { paths: ["/x"] })], {
      maxConcurrentDeployments: 1,
    });
    const { deployments, held } = plan(before, after);
    expect([deployments.length, held]).toEqual([2, []]);
  });
});
