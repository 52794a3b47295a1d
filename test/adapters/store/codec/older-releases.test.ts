import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeDatabase, openDatabase } from "../../../../src/adapters/store/sqlite/database.ts";
import { journalMigrations } from "../../../../src/adapters/store/sqlite/schema.ts";
import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import type { Store } from "../../../../src/ports/store.ts";
import type { ProcessState } from "../../../../src/domain/journal/state.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { decision, digest, event, install, result, revertOrder, rollout, row, unit } from "../../../support/journal-values.ts";
import { createKeptLog } from "../../../support/log.ts";

let folder: ReturnType<typeof temporaryFolder>;
let store: Store | null;
let log: ReturnType<typeof createKeptLog>;

beforeEach(() => {
  folder = temporaryFolder();
  log = createKeptLog();
  store = null;
});

afterEach(() => {
  store?.close();
  folder.remove();
});

/** A journal as release 0.1 left it: schema 1, filled by these statements. */
function leave(rows: readonly (readonly [string, ...unknown[]])[], schema = 1): Store {
  const connection = openDatabase(join(folder.path, "journal.db"), "OFF", journalMigrations.slice(0, schema));
  for (const [statement, ...values] of rows) connection.prepare(statement).run(...values);
  closeDatabase(connection);
  store = openStore({ directory: folder.path, log });
  return store;
}

const insertProcess = "INSERT INTO process_state (environment, process, body) VALUES ('production', ?, ?)";
const insertOwed = "INSERT INTO owed (environment, process, position, action, not_before) VALUES ('production', 'a', 1, ?, 0)";
const insertEvidence = `INSERT INTO evidence (environment, deployment, phase, validation, subject, body)
  VALUES ('production', ?, 'during', 'smoke_test', ?, ?)`;
const insertDeployment = `INSERT INTO deployment
  (id, environment, process, kind, strategy, commit_id, started_at, ended_at, phase, reason)
  VALUES (?, 'production', ?, 'deploy', 'blue-green', 'c0ffee', ?, ?, ?, 'because')`;

const blueGreen = {
  kind: "blue-green",
  healthCheckUrl: null,
  healthCheckTimeoutMs: 1000,
  switchTrafficDelayMs: 0,
  keepOldVersion: true,
} as const;

const oldRollout = {
  deployment: "d1",
  process: "a",
  kind: "deploy",
  commit: "c".repeat(40),
  stable: unit("a", "0.9.0"),
  candidate: unit("a"),
  strategy: blueGreen,
  fast: false,
  startedAt: 1,
  deadline: 1000,
  state: { kind: "draining", since: 7 },
};

const oldState = { process: "a", rollout: oldRollout, knownGood: [unit("a", "0.9.0")], refused: null, status: null };
const oldResult = { phase: "during", validation: "smoke_test", subject: "one", result: "passed", detail: "201", at: 3, durationMs: 4 };

const waiting = { id: "o1", environment: "production", by: { name: "Ada", email: null }, why: "", at: 2 };
const oldOrder = { ...waiting, wish: { kind: "pause", process: "a" } };

async function loadedProcess(state: object): Promise<unknown> {
  const { journal } = leave([[insertProcess, "a", JSON.stringify(state)]]);
  const { processes } = await journal.state("production");
  expect(log.lines).toEqual([]);
  return processes.get("a");
}

describe("a journal of the release before", () => {
  it("keeps the rollout under way and the versions known good", async () => {
    const strategy = { ...blueGreen, warm: { count: 1, maxAgeMs: null } };
    expect(await loadedProcess(oldState)).toEqual({
      process: "a",
      rollout: { ...oldRollout, strategy, paused: null, switchedAt: null },
      knownGood: [{ ...unit("a", "0.9.0"), at: 0 }],
      refused: null,
      status: null,
      revert: null,
      quarantined: [],
      rolledBackAt: null,
      takenOutAt: null,
    });
  });

  it("keeps a rejected rollout: what rejected it was not recorded", async () => {
    const state = { kind: "rejected", why: "its smoke test failed", since: 7, hadTraffic: false };
    const loaded = await loadedProcess({ ...oldState, rollout: { ...oldRollout, strategy: { kind: "recreate" }, state } });
    const { rollout } = loaded as ProcessState;
    expect(rollout?.strategy).toEqual({ kind: "recreate" });
    expect(rollout?.state).toEqual({ ...state, trigger: "unknown" });
  });

  it("keeps a process at rest", async () => {
    expect(await loadedProcess({ ...oldState, rollout: null })).toMatchObject({ rollout: null, rolledBackAt: null });
  });

  it("still leaves out only the row that is unreadable", async () => {
    const { journal } = leave([
      [insertProcess, "a", JSON.stringify({ ...oldState, knownGood: 7 })],
      [insertProcess, "b", JSON.stringify({ ...oldState, process: "b", rollout: null })],
      [insertProcess, "c", "not json"],
    ]);
    expect([...(await journal.state("production")).processes.keys()]).toEqual(["b"]);
    expect(log.lines).toHaveLength(2);
  });

  it("still owes what it owed, under ids that are not given again", async () => {
    const { journal } = leave([[insertOwed, JSON.stringify(install("a"))]]);
    expect((await journal.state("production")).owed).toEqual([{ id: 1, action: install("a"), notBefore: 0, stuck: null }]);
    await journal.record(decision("production", { owed: new Map([["b", [install("b")]]]) }));
    expect((await journal.state("production")).owed.map(({ id }) => id)).toEqual([1, 2]);
  });

  it("keeps results as being about all instances, and replaces them as such", async () => {
    const { journal } = leave([
      [insertDeployment, "d1", "a", 1, null, "Running"],
      [insertEvidence, "d1", "one", JSON.stringify(oldResult)],
      [insertEvidence, "d1", "two", JSON.stringify({ ...oldResult, subject: "two" })],
    ]);
    expect((await journal.state("production")).validationResults.get("d1")).toEqual([result("one"), result("two")]);
    await journal.recordValidation("production", "d1", [result("one", "failed")]);
    expect((await journal.history({}))[0]?.validations).toEqual([result("one", "failed"), result("two")]);
  });

  it("has its deployments counted, and it is not known what rejected them", async () => {
    const { journal } = leave([
      [insertDeployment, "d1", "a", 10, 30, "Succeeded"],
      [insertDeployment, "d2", "a", 40, 45, "Succeeded"],
      [insertDeployment, "d3", "a", 50, null, "Running"],
    ]);
    await journal.record(
      decision("production", {
        deployments: [
          { id: "d3", phase: "Failed", endedAt: 57, step: { at: 57, state: "failed", code: "Unrecorded", why: "bad" }, trigger: "timeout" },
        ],
      }),
    );
    const same = { environment: "production", process: "a", kind: "deploy", strategy: "blue-green" };
    expect(await journal.deploymentCounts()).toEqual([
      { ...same, phase: "Failed", trigger: "timeout", count: 1, durationMs: 7 },
      { ...same, phase: "Succeeded", trigger: null, count: 2, durationMs: 25 },
    ]);
    expect((await journal.history({})).map(({ trigger }) => trigger)).toEqual(["timeout", null, null]);
  });

  it("is written in the form of this release from then on", async () => {
    const { journal } = leave([[insertProcess, "a", JSON.stringify(oldState)]]);
    const before = (await journal.state("production")).processes.get("a");
    if (!before) throw new Error("the process is gone");
    await journal.record(decision("production", { processes: [{ ...before, rolledBackAt: 5 }] }));
    store?.close();
    store = openStore({ directory: folder.path, log });
    expect((await store.journal.state("production")).processes.get("a")).toEqual({ ...before, rolledBackAt: 5 });
    expect(before.knownGood[0]?.digest).toBe(digest("a"));
  });
});

describe("the words of an earlier release", () => {
  const states = [
    ["rotating", "draining-batch"],
    ["replacing", "updating"],
    ["probing", "verifying"],
    ["returning", "restoring"],
    ["confirming", "post-deployment"],
    ["watching", "baking"],
  ] as const;

  it.each(states)("%s is %s now", async (was, is) => {
    const state = { kind: was, done: ["one"], batch: ["two"], since: 7, until: 9 };
    const { journal } = leave(
      [[insertProcess, "a", JSON.stringify(row("a", { rollout: rollout("a", "d1", { state: state as never }) }))]],
      4,
    );
    expect((await journal.state("production")).processes.get("a")?.rollout?.state).toMatchObject({ kind: is, since: 7 });
    expect(log.lines).toEqual([]);
  });

  it("a text that speaks of an old word stays as it was written", async () => {
    const state = { kind: "rejected", why: 'it said "kind":"watching"', since: 7, hadTraffic: false, trigger: "abort" };
    const { journal } = leave(
      [[insertProcess, "a", JSON.stringify(row("a", { rollout: rollout("a", "d1", { state: state as never }) }))]],
      4,
    );
    expect((await journal.state("production")).processes.get("a")?.rollout?.state).toEqual(state);
  });

  it("an owed revert, a command that waits, and the history are read", async () => {
    const request = revertOrder("a", "rollback.d1");
    const insertDone = `INSERT INTO deployment (id, environment, process, kind, strategy, commit_id, started_at, ended_at, phase, reason, reason_code, condemned_by)
      VALUES ('d1', 'production', 'a', 'heal', 'heal', 'c0ffee', 1, NULL, 'Succeeded', 'because', 'AsPinned', 'error_rate')`;
    const { journal } = leave(
      [
        [insertProcess, "a", JSON.stringify(row("a", { revert: { order: request, outcome: null } as never }))],
        [insertOwed, JSON.stringify({ kind: "ensure-reverted", process: "a", order: request })],
        ["INSERT INTO pending_order (environment, id, body) VALUES ('production', 'o1', ?)", JSON.stringify(oldOrder)],
        [insertDone],
        ["UPDATE deployment SET ended_at = 2"],
        ["INSERT INTO deployment_step (deployment, at, state, why, code) VALUES ('d1', 1, 'watching', 'so', 'Watching')"],
        ["INSERT INTO event (id, body) VALUES ('e1', ?)", JSON.stringify(event("e1", { code: "Watching" as "Baking" }))],
      ],
      4,
    );
    const state = await journal.state("production");
    expect(state.processes.get("a")?.revert).toEqual({ request, outcome: null });
    expect(state.owed[0]?.action).toEqual({ kind: "ensure-reverted", process: "a", request });
    expect(state.commands).toEqual([{ ...waiting, spec: { kind: "pause", process: "a" } }]);
    expect(await journal.history({})).toMatchObject([
      { kind: "self-heal", strategy: "self-heal", trigger: "error_rate", steps: [{ state: "baking", code: "Baking" }] },
    ]);
    expect(await journal.deploymentCounts()).toMatchObject([{ kind: "self-heal", trigger: "error_rate", count: 1 }]);
    expect(await journal.pendingEvents(9)).toMatchObject([{ id: "e1", code: "Baking" }]);
    expect(log.lines).toEqual([]);
  });
});
