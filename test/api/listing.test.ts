/** Lists of processes: what is in them, in which order, page by page; and the counts. */

import { describe, expect, it } from "vitest";
import { listProcesses, summarise } from "../../src/api/listing.ts";
import type { ProcessesQuery } from "../../src/schemas/queries.ts";
import { overview, process } from "../surfaces/http/pictures.ts";

const [production, staging] = overview().environments;
if (!production || !staging) throw new Error("two environments were expected");

const picture = overview({
  environments: [
    {
      ...production,
      processes: [
        process("billing", { health: "Degraded", phase: "Failed", since: 3 }),
        process("orders", { desired: "2.0.0", since: 1 }),
        process("returns", { sync: "OutOfSync", health: "Progressing", phase: "Running", since: 2 }),
      ],
    },
    { ...staging, processes: [process("orders", { environment: "staging", phase: null, since: 4 })] },
  ],
});

const named = (query: ProcessesQuery) => listProcesses(picture, query).processes.map((view) => `${view.environment}/${view.process}`);

describe("a list of processes", () => {
  it.each<[string, ProcessesQuery, readonly string[]]>([
    ["everything", {}, ["production/billing", "production/orders", "production/returns", "staging/orders"]],
    ["an environment", { environment: "staging" }, ["staging/orders"]],
    ["a process everywhere", { process: "orders" }, ["production/orders", "staging/orders"]],
    ["a phase", { phase: "Failed" }, ["production/billing"]],
    ["a health", { health: "Progressing" }, ["production/returns"]],
    ["out of sync", { sync: "OutOfSync" }, ["production/returns"]],
    ["a part of a name", { q: "TURN" }, ["production/returns"]],
    ["a version", { q: "2.0" }, ["production/orders"]],
    ["two things together", { environment: "production", health: "Healthy" }, ["production/orders"]],
    ["nothing", { q: "nobody" }, []],
  ])("may be asked for %s", (_what, query, expected) => {
    expect(named(query)).toEqual(expected);
  });

  it.each<[string, ProcessesQuery, readonly string[]]>([
    ["by process", { sort: "process" }, ["production/billing", "production/orders", "staging/orders", "production/returns"]],
    ["the worst first", { sort: "health" }, ["production/billing", "production/returns", "production/orders", "staging/orders"]],
    ["the newest first", { sort: "since" }, ["staging/orders", "production/billing", "production/returns", "production/orders"]],
  ])("is sorted %s", (_how, query, expected) => {
    expect(named(query)).toEqual(expected);
  });

  it.each<NonNullable<ProcessesQuery["sort"]>>(["environment", "process", "health", "since"])(
    "has each on one page, sorted by %s",
    (sort) => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = listProcesses(picture, { sort, limit: 1, ...(cursor !== null && { cursor }) });
        expect(page.total).toBe(4);
        seen.push(...page.processes.map((view) => `${view.environment}/${view.process}`));
        cursor = page.next;
      } while (cursor !== null);
      expect(seen).toEqual(named({ sort }));
    },
  );

  it("goes on behind a process that is gone", () => {
    const { next } = listProcesses(picture, { limit: 2 });
    const without = overview({ environments: [{ ...production, processes: [process("returns")] }, staging] });
    expect(listProcesses(without, { cursor: String(next) }).processes.map((view) => view.process)).toEqual(["returns"]);
  });

  it.each(["", "x", "bnVsbA"])("refuses the cursor %j", (cursor) => {
    expect(() => listProcesses(picture, { cursor })).toThrow("/cursor");
  });
});

it("counts every process once", () => {
  expect(summarise(picture.environments.flatMap(({ processes }) => processes))).toMatchObject({
    total: 4,
    health: { Healthy: 2, Degraded: 1, Progressing: 1, Missing: 0 },
    sync: { Synced: 3, OutOfSync: 1 },
    phase: { Failed: 1, Running: 1, Succeeded: 1 },
    underWay: 0,
  });
});
