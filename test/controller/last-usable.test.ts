import { describe, expect, it } from "vitest";
import { followed } from "../support/followed.ts";

describe("an environment whose environment.yaml cannot be used any more", () => {
  it("keeps the settings of the last commit in which it could, and the commits after that one", async () => {
    const { source, remote, unusable } = followed();
    await source.poll();
    for (const commit of ["c2", "c3"]) {
      unusable.add(commit);
      remote.commit = commit;
      await source.poll();
      expect(source.wanted("production")).toMatchObject({ commit, environment: { settingsOf: "c1", spec: { name: "production" } } });
    }
    remote.commit = "c4";
    await source.poll();
    expect(source.wanted("production")?.environment.settingsOf).toBeUndefined();
  });

  it("keeps them over restarts, also when the commit that broke it came between two runs", async () => {
    const { source, restarted, remote, unusable } = followed();
    await source.poll();
    unusable.add("c2").add("c3");
    for (const commit of ["c2", "c3", "c3"]) {
      remote.commit = commit;
      const next = restarted();
      await next.poll();
      expect(next.wanted("production")?.environment).toMatchObject({ settingsOf: "c1", spec: { name: "production" } });
    }
  });

  it("has none where it never could be used", async () => {
    const { source, unusable } = followed();
    unusable.add("c1");
    await source.poll();
    expect(source.wanted("production")).toMatchObject({ desired: null, environment: { spec: null } });
  });
});

describe("an environment whose folder is gone", () => {
  it("keeps its settings and pins while something is deployed there", async () => {
    const { source, memory, remote, gone } = followed();
    memory.remembered = ["production"];
    await source.poll();
    gone.add("c2");
    remote.commit = "c2";
    await source.poll();
    const wanted = source.wanted("production")?.environment;
    expect(wanted).toMatchObject({ settingsOf: "c1", spec: {}, findings: [{ code: "environment/vanished" }] });
  });
});
