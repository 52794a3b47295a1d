import { existsSync, fstatSync, fsyncSync, readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Connection, onDisk, openDatabase, transact } from "../../../../src/adapters/store/sqlite/database.ts";
import { createReserve, type Reserve, reserveBytes } from "../../../../src/adapters/store/sqlite/reserve.ts";
import { createRoom, type Room } from "../../../../src/adapters/store/sqlite/room.ts";
import { temporaryFolder } from "../../../support/git.ts";
import { createKeptLog } from "../../../support/log.ts";

/** A database that may not grow is what a full disk is to SQLite: it answers `SQLITE_FULL`. */
let folder: ReturnType<typeof temporaryFolder>;
let connection: Connection;
let isReserveHeld: boolean;
let elapsed: number;
let room: Room;
let log: ReturnType<typeof createKeptLog>;
const path = "journal.db";

function allowPages(more: number): void {
  const [count] = connection.prepare("PRAGMA page_count").raw(true).get() as [number];
  connection.pragma(`max_page_count = ${count + more}`);
}

let reserve: Reserve;

/** As on a full disk: giving it up makes room for some pages. */
function createHeldReserve(): Reserve {
  const refuse = (): never => {
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  return {
    isHeld: () => isReserveHeld,
    giveUp() {
      const wasHeld = isReserveHeld;
      isReserveHeld = false;
      if (wasHeld) allowPages(20);
      return wasHeld;
    },
    take: refuse,
    probe: refuse,
  };
}

function write(isUrgent: boolean, bytes = 30_000): void {
  room.write(isUrgent, () => transact(connection, () => connection.prepare("INSERT INTO t VALUES (?)").run("x".repeat(bytes))));
}

const probe = (): void => void connection.prepare("DELETE FROM t WHERE text = ''").run();
const rows = (): unknown => connection.prepare("SELECT count(*) FROM t").raw(true).get();

beforeEach(() => {
  folder = temporaryFolder();
  connection = openDatabase(join(folder.path, "t.db"), "OFF", ["CREATE TABLE t (text TEXT)"]);
  isReserveHeld = true;
  reserve = createHeldReserve();
  elapsed = 0;
  log = createKeptLog();
  room = createRoom({ path, reserve, probe, log, now: () => 7, elapsed: () => elapsed });
});

afterEach(() => {
  connection.close();
  folder.remove();
});

describe("a transaction on a full disk", () => {
  it("fails with SQLite's own reason, and leaves nothing behind", () => {
    allowPages(0);
    expect(() => write(false)).toThrow(/journal\.db: database or disk is full \(SQLITE_FULL\)/u);
    allowPages(20);
    room = createRoom({ path, reserve, probe, log, now: () => 7, elapsed: () => elapsed });
    write(false);
    expect(rows()).toEqual([1]);
  });
});

describe("the room of the journal", () => {
  it("is given up for what is urgent, and for nothing else", () => {
    allowPages(0);
    expect(() => write(false)).toThrow(expect.objectContaining({ code: "store/full" }));
    expect(isReserveHeld).toBe(true);
    write(true);
    expect(isReserveHeld).toBe(false);
    expect(() => write(false, 10)).toThrow(/only what protects callers is recorded/u);
    write(true);
    expect(rows()).toEqual([2]);
  });

  it("is used up some day: what is urgent fails too, and says so", () => {
    allowPages(0);
    write(true);
    expect(() => {
      for (let more = 0; more < 50; more += 1) write(true);
    }).toThrow(expect.objectContaining({ code: "store/full" }));
  });

  it("tells since when nothing can be recorded, says it once, and looks again once a second", () => {
    allowPages(0);
    expect(() => write(false)).toThrow();
    expect(() => write(false)).toThrow();
    expect(room.trouble()).toMatchObject({ since: 7, code: "store/full", why: expect.stringContaining("SQLITE_FULL") as string });
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    allowPages(20);
    reserve.probe = () => undefined;
    expect(room.trouble()).not.toBeNull();
    elapsed += 1_000;
    expect(room.trouble()).toBeNull();
  });

  it("is not told to be well again because there is room: another process may hold the journal", () => {
    reserve.probe = () => undefined;
    connection.pragma("busy_timeout = 0");
    const other = openDatabase(join(folder.path, "t.db"), "OFF", ["CREATE TABLE t (text TEXT)"]);
    other.exec("BEGIN IMMEDIATE");
    expect(() => write(false)).toThrow(expect.objectContaining({ code: "store/failed" }));
    elapsed += 1_000;
    expect(room.trouble()).toMatchObject({ code: "store/failed", why: expect.stringContaining("SQLITE_BUSY") as string });
    other.exec("ROLLBACK");
    elapsed += 1_000;
    expect(room.trouble()).toBeNull();
    expect(log.lines.map(({ level }) => level)).toEqual(["error", "info"]);
    other.close();
  });

  it("is taken again, and then everybody may write", () => {
    allowPages(0);
    write(true);
    reserve.take = () => void (isReserveHeld = true);
    allowPages(100);
    elapsed += 1_000;
    write(false);
    expect(room.trouble()).toBeNull();
  });

  it("is not asked for by what is a bug", () => {
    expect(() =>
      room.write(true, () => {
        throw new Error("a bug");
      }),
    ).toThrow("a bug");
    expect(isReserveHeld).toBe(true);
    expect(room.trouble()).toBeNull();
  });
});

describe("the reserve of a state folder", () => {
  it("is a file with as much in it as it says, which is gone when it is given up", () => {
    const real = createReserve(folder.path);
    expect(real.isHeld()).toBe(false);
    expect(real.giveUp()).toBe(false);
    real.take();
    real.probe();
    expect(real.isHeld()).toBe(true);
    expect(real.giveUp()).toBe(true);
    expect(real.isHeld()).toBe(false);
  });

  it("has its room for good, by bytes that no file system can make smaller, before it has its name", () => {
    const [file, sizes]: [string, number[]] = [join(folder.path, "journal.reserve"), []];
    const real = createReserve(folder.path, (handle) => {
      sizes.push(existsSync(file) ? -1 : fstatSync(handle).size);
      fsyncSync(handle);
    });
    real.take();
    expect(sizes).toEqual([reserveBytes]);
    expect(gzipSync(readFileSync(file).subarray(0, 100_000)).length).toBeGreaterThan(100_000);
  });

  it("cannot be taken where nothing can be written, and says why", () => {
    const gone = createReserve(join(folder.path, "gone"));
    expect(() => onDisk(folder.path, () => gone.take())).toThrow(expect.objectContaining({ code: "store/failed" }));
    rmSync(join(folder.path, "gone"), { force: true, recursive: true });
  });
});
