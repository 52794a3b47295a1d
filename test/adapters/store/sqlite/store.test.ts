import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reserveBytes } from "../../../../src/adapters/store/sqlite/reserve.ts";
import { openStore } from "../../../../src/adapters/store/sqlite/store.ts";
import type { StoreOptions } from "../../../../src/adapters/store/sqlite/store.ts";
import type { Store } from "../../../../src/ports/store.ts";
import { journalContract } from "../../../contracts/journal.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { ending, install, opening, result, row, decision } from "../../../support/journal-values.ts";
import { createKeptLog } from "../../../support/log.ts";

let folder: ReturnType<typeof temporaryFolder>;
let store: Store | null;
let log: ReturnType<typeof createKeptLog>;

function open(options: Partial<StoreOptions> = {}): Store {
  store?.close();
  store = openStore({ directory: folder.path, log, ...options });
  return store;
}

function closed(): void {
  store?.close();
  store = null;
}

function sql(statement: string): void {
  const connection = new Database(join(folder.path, "journal.db"));
  connection.exec(statement);
  connection.close();
}

function spoil(file: string): void {
  closed();
  writeFileSync(join(folder.path, file), "this is no database ".repeat(1000));
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

journalContract("on disk", async () => ({
  journal: open().journal,
  reopen: async () => open().journal,
  dispose: async () => undefined,
}));

describe("what is acknowledged", () => {
  /** What SQLite itself says of each open file. */
  function settingsOf(open: () => unknown): ReadonlyMap<string, readonly unknown[]> {
    const opened = new Set<Database.Database>();
    const original = Object.getOwnPropertyDescriptor(Database.prototype, "pragma")?.value as Database.Database["pragma"];
    Database.prototype.pragma = function pragma(this: Database.Database, ...args) {
      opened.add(this);
      return original.apply(this, args);
    };
    try {
      open();
    } finally {
      Database.prototype.pragma = original;
    }
    const ask = (connection: Database.Database, what: string) => connection.prepare(`PRAGMA ${what}`).raw(true).get() as readonly unknown[];
    const told = ["synchronous", "journal_mode", "foreign_keys"];
    return new Map([...opened].map((one) => [basename(String(ask(one, "database_list")[2])), told.flatMap((what) => ask(one, what))]));
  }

  it("survives a power cut: the journal waits for the disk, and its log is written ahead; the cache need not", () => {
    const settings = settingsOf(() => open());
    expect(settings.get("journal.db")).toEqual([2, "wal", 1]);
    expect(settings.get("cache.db")).toEqual([0, "wal", 1]);
  });

  it("has its reserve from the first start on, and again after it was given up", () => {
    const reserve = join(folder.path, "journal.reserve");
    for (const _start of ["first", "second"]) {
      open();
      expect(statSync(reserve).size).toBe(reserveBytes);
      closed();
      rmSync(reserve);
    }
  });
});

describe("the journal's file", () => {
  it("is refused when it is damaged, with what to do about it", () => {
    open();
    spoil("journal.db");
    expect(() => open()).toThrow(expect.objectContaining({ code: "store/damaged", hint: expect.stringContaining("backup") }));
  });

  it("is refused when a newer Pinion wrote it", () => {
    open();
    closed();
    sql("PRAGMA user_version = 99");
    expect(() => open()).toThrow(expect.objectContaining({ code: "store/too-new" }));
  });

  it("may be moved away after a refusal, and Pinion starts anew", () => {
    open();
    spoil("journal.db");
    expect(() => open()).toThrow();
    renameSync(join(folder.path, "journal.db"), join(folder.path, "journal.damaged"));
    expect(open().meta.get("x")).toBeNull();
  });

  it.each([
    ["no JSON", "UPDATE process_state SET body = 'not json' WHERE process = 'a'"],
    ["a kind that nobody knows", `UPDATE process_state SET body = json_set(body, '$.rollout', json('{"kind":"x"}')) WHERE process = 'a'`],
    ["a field of the wrong type", "UPDATE process_state SET body = json_set(body, '$.knownGood', 7) WHERE process = 'a'"],
  ])("may hold a row with %s: that process is left out with a warning, the others stay", async (_, statement) => {
    await open().journal.record(decision("production", { processes: [row("a"), row("b")] }));
    closed();
    sql(statement);
    const state = await open().journal.state("production");
    expect([...state.processes.keys()]).toEqual(["b"]);
    expect(log.lines).toEqual([{ level: "warn", text: expect.stringContaining('"process":"a"') }]);
  });

  it("may hold an owed action that nobody can read: it is left out with a warning", async () => {
    await open().journal.record(
      decision("production", {
        owed: new Map([
          ["a", [install("a")]],
          ["b", [install("b")]],
        ]),
      }),
    );
    closed();
    sql("UPDATE owed SET action = '{}' WHERE process = 'a'");
    const { owed } = await open().journal.state("production");
    expect(owed.map((entry) => entry.action)).toEqual([install("b")]);
    expect(log.lines).toHaveLength(1);
  });

  it("keeps the newest deployments, and those that are under way however old", async () => {
    const { journal } = open({ keepDeployments: 3 });
    await journal.record(decision("production", { deployments: [opening("production", "slow", "under-way")] }));
    for (const id of ["d1", "d2", "d3", "d4", "d5"]) {
      await journal.recordValidation("production", id, [result("one")]);
      await journal.record(decision("production", { deployments: [opening("production", "a", id), ending(id)] }));
    }
    expect((await journal.history({})).map((deployment) => deployment.id)).toEqual(["d5", "d4", "d3", "under-way"]);
    closed();
    const connection = new Database(join(folder.path, "journal.db"));
    expect(connection.prepare("SELECT deployment FROM validation_result ORDER BY number").raw(true).all()).toEqual([
      ["d3"],
      ["d4"],
      ["d5"],
    ]);
    expect(connection.prepare("SELECT count(*) FROM deployment_step").raw(true).get()).toEqual([7]);
    connection.close();
  });

  it("records a decision whole or not at all", async () => {
    const { journal } = open();
    await journal.record(decision("production", { processes: [row("a")] }));
    const unwritable = {
      ...row("b"),
      status: {
        toJSON: () => {
          throw new Error("a bug");
        },
      } as never,
    };
    await expect(journal.record(decision("production", { processes: [row("c"), unwritable] }))).rejects.toThrow("a bug");
    expect([...(await journal.state("production")).processes.keys()]).toEqual(["a"]);
    expect([...(await open().journal.state("production")).processes.keys()]).toEqual(["a"]);
  });
});

describe("small values", () => {
  it("survive a restart", () => {
    open().meta.set("applied", "one");
    store?.meta.set("applied", "two");
    expect(open().meta.get("applied")).toBe("two");
    expect(store?.meta.get("never set")).toBeNull();
  });

  it("keeps several small values together, or none of them", () => {
    open().meta.setAll(
      new Map([
        ["applied", "one"],
        ["published", "two"],
      ]),
    );
    const broken = new Map([
      ["applied", "three"],
      ["published", null as unknown as string],
    ]);
    expect(() => store?.meta.setAll(broken)).toThrow();
    const { meta } = open();
    expect([meta.get("applied"), meta.get("published")]).toEqual(["one", "two"]);
  });
});

describe("the parse cache", () => {
  it("gives back what was put, also after a restart, and nothing else", () => {
    open().parseCache.put(
      new Map([
        ["k1", '{"a":1}'],
        ["k2", "ü😀"],
        ["k1", "newer"],
      ]),
    );
    expect(open().parseCache.get(["k2", "missing", "k1"])).toEqual(
      new Map([
        ["k2", "ü😀"],
        ["k1", "newer"],
      ]),
    );
    expect(store?.parseCache.get([])).toEqual(new Map());
  });

  it("is rebuilt without a word of complaint when its file is damaged", () => {
    open().parseCache.put(new Map([["k", "v"]]));
    spoil("cache.db");
    expect(open().parseCache.get(["k"])).toEqual(new Map());
    store?.parseCache.put(new Map([["k", "v"]]));
    expect(open().parseCache.get(["k"])).toEqual(new Map([["k", "v"]]));
    expect(log.lines.map((line) => line.level)).toEqual(["info"]);
  });

  it("is rebuilt when pages in the middle of its file are damaged", () => {
    open().parseCache.put(new Map(Array.from({ length: 2000 }, (_, index) => [`key ${index}`, "x".repeat(200)])));
    closed();
    const path = join(folder.path, "cache.db");
    writeFileSync(path, readFileSync(path).fill(0xff, 8192));
    const keys = Array.from({ length: 2000 }, (_, index) => `key ${index}`);
    expect(open().parseCache.get(keys).size).toBe(0);
    store?.parseCache.put(new Map([["k", "v"]]));
    expect(store?.parseCache.get(["k"]).size).toBe(1);
  });

  it("lets the oldest go when it was opened with too many", () => {
    open().parseCache.put(
      new Map([
        ["old", "1"],
        ["middle", "2"],
        ["new", "3"],
      ]),
    );
    expect([...open({ keepParsed: 2 }).parseCache.get(["old", "middle", "new"]).keys()]).toEqual(["middle", "new"]);
  });
});

describe("the environments that are remembered", () => {
  it("are those with a process, each once, also after a restart", async () => {
    const { journal } = open();
    for (const [environment, process] of [
      ["staging", "a"],
      ["production", "a"],
      ["production", "b"],
    ] as const) {
      await journal.record(decision(environment, { processes: [row(process)] }));
    }
    expect(store?.environments()).toEqual(["production", "staging"]);
    await open().journal.record(decision("staging", { forgotten: ["a"] }));
    expect(store?.environments()).toEqual(["production"]);
  });

  it("are none at first", () => {
    expect(open().environments()).toEqual([]);
  });
});
