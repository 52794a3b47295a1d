/** `pinion status --watch`, and the screen that it draws on. */

import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Overview } from "../../../../src/api/views.ts";
import type { CliWorld } from "../../../../src/surfaces/cli/terminal/world.ts";
import { openLiveScreen } from "../../../../src/surfaces/cli/terminal/live-screen.ts";
import { freeze, fullOverview, overview, process, progress } from "../../http/pictures.ts";
import { createControllers, script, token } from "../controller.ts";
import { fakeTime, pinion } from "../fake-world.ts";
import { createTerminal } from "../terminal-emulator.ts";
import { saying } from "../../../support/reason.ts";

const controllers = createControllers();

function production(...processes: readonly ReturnType<typeof process>[]): Overview {
  return overview({ environments: overview().environments.map((one) => (one.name === "production" ? { ...one, processes } : one)) });
}

/** Watches until so many pictures were asked for. */
async function watch(pictures: readonly Overview[], parts: Partial<CliWorld> = {}, argv: readonly string[] = []) {
  const controller = new AbortController();
  const time = fakeTime();
  let slept = 0;
  const world: Partial<CliWorld> = {
    ...time,
    sleep(ms) {
      slept += 1;
      if (slept >= pictures.length) controller.abort();
      return time.sleep(ms);
    },
    catchInterrupts: () => ({ signal: controller.signal, release: () => undefined }),
    onResize: () => () => undefined,
    ...parts,
  };
  return pinion(["status", "--watch", ...argv, "--controller", await controllers.startWith(script(pictures))], world);
}

describe("pinion status --watch on a pipe", () => {
  const rolling = process("a", {
    desired: "1.5.0",
    sync: "OutOfSync",
    health: "Progressing",
    phase: "Running",
    progress,
    reason: saying("40 %"),
  });

  it("prints a line for everything that changes, and none twice", async () => {
    const frozen = production(process("a"));
    const environments = frozen.environments.map((one) => (one.name === "production" ? { ...one, freeze } : one));
    const { stdout, code } = await watch([
      production(process("a")),
      production(process("a")),
      production(rolling),
      { ...frozen, environments },
      frozen,
    ]);
    expect(stdout.split("\n").map((line) => line.slice(22))).toEqual([
      "repository  01234567 order-intake 1.4.0 to production  ok",
      "production/a  1.4.0 100% · 1.3.0 warm  Synced  Healthy  Succeeded  has all traffic; 1.3.0 is kept warm",
      "production/a  1.4.0 100% · 1.3.0 warm  OutOfSync  Progressing  Running  canary, step 3 of 6, paused  40 %",
      "production frozen  by Ann: the till is being counted",
      "production/a  1.4.0 100% · 1.3.0 warm  Synced  Healthy  Succeeded  has all traffic; 1.3.0 is kept warm",
      "production frozen  no more",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("ends by the last picture", async () => {
    expect((await watch([production(process("a")), production(rolling)])).code).toBe(1);
  });

  it("gives scripts a picture a line, when it is another one", async () => {
    const { stdout } = await watch([production(process("a")), production(process("a")), production(rolling)], {}, ["--format", "json"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ environments: [{}, {}] }, { environments: [{}, {}] }]);
  });

  it("goes on while the controller is away, and says so once", async () => {
    let asked = 0;
    const fine = production(process("a"));
    const controller = new AbortController();
    const url = await controllers.startWith({
      overview() {
        asked += 1;
        if (asked === 5) controller.abort();
        return asked === 1 || asked > 3 ? Promise.resolve(fine) : Promise.reject(new Error("down"));
      },
    });
    const { stderr, code } = await pinion(["status", "--watch", "--controller", url], {
      ...fakeTime(),
      catchInterrupts: () => ({ signal: controller.signal, release: () => undefined }),
    });
    expect({ code, asked }).toEqual({ code: 0, asked: 5 });
    expect(stderr.match(/error controller\/failed/gu)).toHaveLength(1);
  });
});

describe("pinion status --watch on a terminal", () => {
  it.each([
    [60, 100],
    [80, 24],
    [120, 60],
    [20, 5],
  ])("of %i columns and %i rows shows the newest picture and nothing else", async (columns, rows) => {
    const terminal = createTerminal({ columns, rows });
    const many = Array.from({ length: 30 }, (_, index) => process(`process-${index}`));
    const last = fullOverview();
    const outcome = await watch([production(...many), production(process("a")), last], {
      isTerminal: true,
      columns,
      rows,
      stdout: { write: (text: string) => terminal.write(text) },
      env: { TERM: "dumb", PINION_TOKEN: token },
    });
    const screen = terminal.screen();
    expect(screen.slice(0, 2).join("\n")).toContain("repository");
    expect(screen.filter((line) => line.startsWith("repository"))).toHaveLength(1);
    expect(screen.join("\n")).not.toContain("process-1");
    expect(terminal.isCursorShown()).toBe(true);
    // A commit is owed to git in it.
    expect(outcome.code).toBe(1);
  });

  it("scrolls by keys, says where it is, and ends with q", async () => {
    const terminal = createTerminal({ columns: 100, rows: 14 });
    const bad = Array.from({ length: 30 }, (_, index) => process(`process-${index}`, { health: "Degraded", reason: saying("no") }));
    const heard: ((key: string) => void)[] = [];
    const screens: string[][] = [];
    const keys = ["down", "page-down", "end", "q"];
    const outcome = await watch(
      Array.from({ length: 9 }, () => production(...bad)),
      {
        isTerminal: true,
        columns: 100,
        rows: 14,
        stdout: { write: (text: string) => terminal.write(text) },
        env: { TERM: "dumb", PINION_TOKEN: token },
        onKey(listener) {
          heard.push(listener);
          return () => void heard.pop();
        },
        sleep() {
          screens.push([...terminal.screen()]);
          const key = keys.shift();
          if (key === undefined) throw new Error("q has not ended it");
          heard.forEach((listener) => listener(key));
          return Promise.resolve();
        },
      },
    );
    expect(screens.map((screen) => screen.filter((line) => line.startsWith("lines ")).join())).toEqual([
      expect.stringMatching(/^lines 1 to 12 of \d+; ↑ ↓/u),
      expect.stringMatching(/^lines 2 to 13 of/u),
      expect.stringMatching(/^lines 14 to 25 of/u),
      expect.stringMatching(/^lines (\d+) to (\d+) of \2;/u),
    ]);
    expect(screens[3]?.join("\n")).toContain("process-29");
    expect({ code: outcome.code, listeners: heard.length, cursor: terminal.isCursorShown() }).toEqual({
      code: 1,
      listeners: 0,
      cursor: true,
    });
  });

  it("only counts what is well where not everything fits", async () => {
    const terminal = createTerminal({ columns: 100, rows: 14 });
    const many = Array.from({ length: 30 }, (_, index) => process(`process-${index}`));
    await watch([production(...many, process("bad", { health: "Degraded", reason: saying("does not answer") }))], {
      isTerminal: true,
      columns: 100,
      rows: 14,
      stdout: { write: (text: string) => terminal.write(text) },
    });
    const text = terminal.screen().join("\n");
    expect(text).toContain("does not answer");
    expect(text).toContain("30 processes more, Synced and Healthy");
  });
});

describe("pinion status --watch on 80 columns and 24 rows", () => {
  it("puts what needs somebody first: what is bad, then what waits, then what is under way", async () => {
    const terminal = createTerminal({ columns: 80, rows: 24 });
    const rolling = (id: string) => process(id, { sync: "OutOfSync", health: "Progressing", phase: "Running", progress });
    const picture = overview();
    const environments = picture.environments.map((one) =>
      one.name === "production"
        ? { ...one, processes: [process("bad", { health: "Degraded", reason: saying("does not answer") })] }
        : { ...one, processes: ["a", "b", "c", "d"].map((id) => ({ ...rolling(id), progress: { ...progress, paused: null } })) },
    );
    await watch([{ ...picture, environments }], {
      isTerminal: true,
      columns: 80,
      rows: 24,
      stdout: { write: (text: string) => terminal.write(text) },
    });
    const lines = terminal.screen();
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at("does not answer")).toBeGreaterThan(0);
    expect(at("does not answer")).toBeLessThan(at("staging"));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("the live screen", () => {
  it("leaves what was there before, and overwrites only itself", () => {
    const terminal = createTerminal({ columns: 30, rows: 10 });
    terminal.write("$ pinion status --watch\n");
    const size = { columns: 30, rows: 10 };
    const screen = openLiveScreen({ stdout: terminal, ...size });
    screen.draw(["one", "two", "three"]);
    screen.draw(["four", "five"]);
    screen.close();
    terminal.write("$ ");
    expect(terminal.screen().filter((line) => line !== "")).toEqual(["$ pinion status --watch", "four", "five", "$"]);
  });

  it("cuts lines that are too long, colours and all", () => {
    const terminal = createTerminal({ columns: 10, rows: 5 });
    const screen = openLiveScreen({ stdout: terminal, columns: 10, rows: 5 });
    screen.draw(["\u001B[31mred all the way\u001B[39m", "plain"]);
    expect(terminal.screen().slice(0, 2)).toEqual(["red all t…", "plain"]);
  });

  it("draws lines that are exactly as wide as it is", () => {
    const terminal = createTerminal({ columns: 10, rows: 5 });
    const screen = openLiveScreen({ stdout: terminal, columns: 10, rows: 5 });
    screen.draw(["0123456789", "plain"]);
    expect(terminal.screen().slice(0, 2)).toEqual(["0123456789", "plain"]);
  });

  it("comes back over its own lines when the terminal was made narrower", () => {
    const written: string[] = [];
    const world = { stdout: { write: (text: string) => written.push(text) }, columns: 40, rows: 20 };
    const screen = openLiveScreen({
      stdout: world.stdout,
      get columns() {
        return world.columns;
      },
      rows: 20,
    });
    screen.draw(["x".repeat(40), "y"]);
    world.columns = 15;
    screen.draw(["z"]);
    // 40 characters are three lines of 15 now.
    expect(written.at(-1)).toContain("\u001B[4A");
    expect(stripVTControlCharacters(written.at(-1) ?? "")).toContain("z");
  });

  it("clears nothing before it draws, so that nothing flickers", () => {
    const written: string[] = [];
    const screen = openLiveScreen({ stdout: { write: (text) => written.push(text) }, columns: 40, rows: 20 });
    screen.draw(["a"]);
    screen.draw(["b"]);
    expect(written.join("")).not.toContain("\u001B[2J");
    expect(written.at(-1)?.indexOf("\u001B[J")).toBeGreaterThan(written.at(-1)?.indexOf("b") ?? 0);
  });
});
