import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import type { StoreOptions } from "../../../../src/adapters/store/sqlite/store.ts";
import type { Store } from "../../../../src/ports/store.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { answerTo, ending, event, freeze, opening, command, row, decision } from "../../../support/journal-values.ts";
import { createKeptLog } from "../../../support/log.ts";

const day = 24 * 3_600_000;

let folder: ReturnType<typeof temporaryFolder>;
let store: Store | null;
let log: ReturnType<typeof createKeptLog>;

function open(options: Partial<StoreOptions> = {}): Store {
  closed();
  store = openStore({ directory: folder.path, log, ...options });
  return store;
}

function closed(): void {
  store?.close();
  store = null;
}

function inFile<T>(work: (connection: Database.Database) => T): T {
  closed();
  const connection = new Database(join(folder.path, "journal.db"));
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}

function countOf(table: string): unknown {
  return inFile((connection) => connection.prepare(`SELECT count(*) FROM ${table}`).raw(true).get());
}

beforeEach(() => {
  folder = temporaryFolder();
  log = createKeptLog();
  store = null;
});

afterEach(() => {
  closed();
  folder.remove();
});

describe("what the journal keeps for people", () => {
  it("are the answers of thirty days", async () => {
    const { journal } = open();
    await journal.record(decision("production", { at: day, results: [answerTo("o1", { at: day })] }));
    await journal.record(decision("production", { at: 31 * day, results: [answerTo("o2", { at: 31 * day })] }));
    expect(await journal.result("production", "o1")).not.toBeNull();
    await journal.record(decision("production", { at: 31 * day + 1, results: [answerTo("o3", { at: 31 * day + 1 })] }));
    expect(await journal.result("production", "o1")).toBeNull();
    expect(await journal.result("production", "o2")).not.toBeNull();
  });

  it("are the events that wait, however many, and the ids of the newest that were told", async () => {
    const { journal } = open();
    const events = Array.from({ length: 10_050 }, (_, number) => event(`e${number}`));
    await journal.record(decision("production", { events: [event("waits"), ...events] }));
    await journal.dispatched(events.map(({ id }) => id));
    expect((await journal.pendingEvents(100)).map(({ id }) => id)).toEqual(["waits"]);
    expect(countOf("event")).toEqual([10_001]);
    expect(inFile((connection) => connection.prepare("SELECT count(*) FROM event WHERE body <> ''").raw(true).get())).toEqual([1]);
  });

  it("are the counts of deployments that the history has long let go", async () => {
    const { journal } = open({ keepDeployments: 2 });
    for (const id of ["d1", "d2", "d3", "d4", "d5"]) {
      await journal.record(decision("production", { deployments: [opening("production", "a", id), ending(id)] }));
    }
    expect(await journal.history({})).toHaveLength(2);
    expect(await open().journal.deploymentCounts()).toMatchObject([{ count: 5, durationMs: 40 }]);
  });
});

describe("what nobody can read any more", () => {
  it("is no reason to lift a freeze: the environment stays frozen, with a warning", async () => {
    await open().journal.record(decision("production", { freezing: { freeze: freeze() } }));
    inFile((connection) => connection.exec("UPDATE freeze SET body = '{'"));
    expect((await open().journal.state("production")).freeze).toMatchObject({ by: { name: "unknown" } });
    expect(log.lines).toHaveLength(1);
    await store?.journal.record(decision("production", { freezing: { freeze: null } }));
    expect((await open().journal.state("production")).freeze).toBeNull();
  });

  it.each([
    ["no JSON", "UPDATE pending_command SET body = '{' WHERE id = 'o1'"],
    ["a wish nobody knows", `UPDATE pending_command SET body = json_set(body, '$.spec.kind', 'dance') WHERE id = 'o1'`],
    ["another id", `UPDATE pending_command SET body = json_set(body, '$.id', 'o9') WHERE id = 'o1'`],
  ])("leaves out a command that is %s, with a warning, and it can be given again", async (_, statement) => {
    await open().journal.recordCommand(command("o1"));
    await store?.journal.recordCommand(command("o2"));
    inFile((connection) => connection.exec(statement));
    const { journal } = open();
    expect((await journal.state("production")).commands).toEqual([command("o2")]);
    expect(log.lines).toEqual([{ level: "warn", text: expect.stringContaining('"command":"o1"') }]);
    await journal.recordCommand(command("o1"));
    expect((await open().journal.state("production")).commands.map(({ id }) => id)).toEqual(["o1", "o2"]);
  });

  it("gives up an event, so that it does not stand in the way of the others", async () => {
    await open().journal.record(decision("production", { events: [event("e1"), event("e2")] }));
    inFile((connection) => connection.exec("UPDATE event SET body = '{}' WHERE id = 'e1'"));
    expect(await open().journal.pendingEvents(1)).toEqual([event("e2")]);
    expect(await store?.journal.pendingEvents(1)).toEqual([event("e2")]);
    expect(log.lines).toEqual([{ level: "warn", text: expect.stringContaining('"e1"') }]);
  });
});

describe("the environments that are remembered", () => {
  it("are also those with nothing but a freeze, or a command that waits", async () => {
    const { journal } = open();
    await journal.record(decision("production", { processes: [row("a")], freezing: { freeze: freeze() } }));
    await journal.record(decision("closed", { freezing: { freeze: freeze() } }));
    await journal.recordCommand(command("o1", { environment: "staging" }));
    expect(open().environments()).toEqual(["closed", "production", "staging"]);
    await store?.journal.record(decision("closed", { freezing: { freeze: null } }));
    await store?.journal.record(decision("staging", { results: [answerTo("o1")] }));
    expect(store?.environments()).toEqual(["production"]);
  });
});

describe("a call that cannot be written", () => {
  it("leaves nothing behind: no answer, no freeze, no event, no count", async () => {
    const { journal } = open();
    await journal.recordCommand(command("o1"));
    const unwritable = () => {
      throw new Error("a bug");
    };
    const bad = decision("production", {
      freezing: { freeze: freeze() },
      results: [answerTo("o1")],
      deployments: [opening("production", "a", "d1"), ending("d1")],
      events: [event("e1"), { ...event("e2"), toJSON: unwritable } as never],
    });
    await expect(journal.record(bad)).rejects.toThrow("a bug");
    for (const reader of [journal, open().journal]) {
      expect(await reader.state("production")).toMatchObject({ freeze: null, commands: [command("o1")] });
      expect(await reader.result("production", "o1")).toBeNull();
      expect(await reader.pendingEvents(10)).toEqual([]);
      expect(await reader.deploymentCounts()).toEqual([]);
    }
  });
});

describe("a journal that grew where it should not", () => {
  const many = (statement: string, count: number, values: (index: number) => readonly (string | number)[]): void =>
    inFile((connection) => {
      const put = connection.prepare(statement);
      connection.exec("BEGIN");
      for (let index = 0; index < count; index++) put.run(...values(index));
      connection.exec("COMMIT");
    });
  const processes = "INSERT INTO process_state (environment, process, body) VALUES ('production', ?, ?)";

  beforeEach(() => void open());

  it("is read in pages, each row once, and leaves the loop to others in between", async () => {
    const names = Array.from({ length: 1_234 }, (_, index) => `p${String(index).padStart(4, "0")}`);
    many(processes, names.length, (index) => [names[index] ?? "", JSON.stringify(row(names[index] ?? ""))]);
    const reading = open().journal.state("production");
    let turns = 0;
    const isRead = reading.then(() => true);
    while (!(await Promise.race([isRead, new Promise<false>((resolve) => setImmediate(() => resolve(false)))]))) turns += 1;
    expect([...(await reading).processes.keys()].sort()).toEqual(names);
    expect(turns).toBeGreaterThan(1);
  });

  it("waits with a change until what was remembered is read", async () => {
    many(processes, 600, (index) => [`p${index}`, JSON.stringify(row(`p${index}`))]);
    const { journal } = open();
    await Promise.all([journal.state("production"), journal.record(decision("production", { processes: [row("late")] }))]);
    expect((await journal.state("production")).processes.size).toBe(601);
  });

  it("loses a row of more than a million characters, which is said", async () => {
    const large = JSON.stringify({ ...row("large"), more: "x".repeat(1_100_000) });
    many(processes, 2, (index) => (index === 0 ? ["large", large] : ["small", JSON.stringify(row("small"))]));
    expect([...(await open().journal.state("production")).processes.keys()]).toEqual(["small"]);
    expect(log.lines.filter(({ text }) => text.includes('"process":"large"'))).toHaveLength(1);
  });

  it("says of many unreadable rows some, and how many more there are", async () => {
    many(processes, 700, (index) => [`p${index}`, "{"]);
    expect((await open().journal.state("production")).processes.size).toBe(0);
    const said = log.lines.filter(({ text }) => text.includes("left out"));
    expect(said).toHaveLength(11);
    expect(said.at(-1)?.text).toContain('"others":690');
  });

  it("finds the events that can be told behind those that cannot", async () => {
    many("INSERT INTO event (id, body) VALUES (?, ?)", 450, (index) => [
      `e${index}`,
      index < 440 ? "{" : JSON.stringify(event(`e${index}`)),
    ]);
    expect((await open().journal.pendingEvents(100)).map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `e${440 + index}`),
    );
  });

  it("counts every sum once, in pages", async () => {
    const tallies =
      "INSERT INTO deployment_count (environment, process, kind, strategy, phase, rejected_by, count, duration_ms) VALUES (?, ?, 'deploy', 'canary', ?, ?, 1, 1)";
    many(tallies, 4_500, (index) => [`e${index % 2}`, `p${index >> 1}`, "Succeeded", ""]);
    const stored = Number((countOf("deployment_count") as readonly unknown[])[0]);
    const read = await open().journal.deploymentCounts();
    expect(new Set(read.map((deploymentCount) => JSON.stringify(deploymentCount))).size).toBe(stored);
    expect(read).toHaveLength(stored);
  });

  it("gives the first thousand steps of a deployment", async () => {
    await open().journal.record(decision("production", { deployments: [opening("production", "a", "d")] }));
    many("INSERT INTO deployment_step (deployment, at, state, why) VALUES ('d', ?, 'installing', '')", 1_500, (index) => [index + 2]);
    expect((await open().journal.history({}))[0]?.steps).toHaveLength(1_000);
  });
});
