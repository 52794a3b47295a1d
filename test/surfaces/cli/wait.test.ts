/** `pinion wait` against a controller's real API on loopback that shows one picture after the other. */

import { describe, expect, it } from "vitest";
import type { Overview, ProcessView } from "../../../src/api/views.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import type { CliWorld } from "../../../src/surfaces/cli/terminal/world.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { deployment, overview, process, progress, quarantined, repository } from "../http/pictures.ts";
import { createControllers, historyOf, script, token } from "./controller.ts";
import { fakeTime, pinion } from "./fake-world.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();

function production(...processes: readonly ProcessView[]): Overview {
  return overview({ environments: overview().environments.map((one) => (one.name === "production" ? { ...one, processes } : one)) });
}

const rolling = process("a", {
  desired: "1.5.0",
  sync: "OutOfSync",
  health: "Progressing",
  phase: "Running",
  progress,
  reason: saying("40 %"),
});
const stale = process("a", {
  desired: "1.5.0",
  sync: "Unknown",
  health: "Degraded",
  phase: "RolledBack",
  reason: saying("not compared yet"),
});
const good = process("a", { desired: "1.5.0" });
const watched = process("a", { desired: "1.5.0", phase: "Running", progress: { ...progress, state: "baking" } });
const back = process("a", {
  desired: "1.5.0",
  sync: "OutOfSync",
  health: "Degraded",
  phase: "RolledBack",
  reason: saying("error_rate 20 %"),
});
const old = process("a", { desired: "1.4.0", phase: "RolledBack" });

interface Scene {
  readonly argv?: readonly string[];
  readonly history?: readonly Deployment[];
  readonly world?: Partial<CliWorld>;
}

async function wait(pictures: readonly Overview[], { argv = [], history = [], world = {} }: Scene = {}) {
  const shown = script(pictures, { polls: 2 });
  const url = await controllers.startWith({ ...shown, history: historyOf(() => history) });
  const target = argv[0]?.startsWith("-") === false ? [] : ["production/a"];
  const outcome = await pinion(["wait", ...target, ...argv, "--controller", url], { ...fakeTime(), ...world });
  return { ...outcome, refreshed: shown.refreshed() };
}

const of = (version: string, phase: Deployment["phase"]): Deployment => {
  return { ...deployment, process: "a", version, phase, reason: saying("error_rate 20 %") };
};

describe("pinion wait ends", () => {
  it.each<[string, readonly ProcessView[], Scene, number, string]>([
    ["when it is Synced and Healthy", [rolling, rolling, good], {}, 0, "reached: production/a: 1.5.0 is Synced and Healthy"],
    ["at once when it is so already", [good], {}, 0, "reached"],
    [
      "when its watch is over, if that is asked for",
      [watched, good],
      { argv: ["--until", "succeeded"] },
      0,
      "deployed, Synced and Healthy",
    ],
    ["while it is watched, else", [watched], {}, 0, "reached"],
    [
      "when it has the traffic, if that is enough",
      [rolling, { ...good, health: "Degraded" }],
      { argv: ["--until", "synced"] },
      0,
      "is Synced",
    ],
    ["when it was rolled back", [rolling, back], {}, 1, "failed: production/a: RolledBack: error_rate 20 %"],
    [
      "at once when no waiting can fix it",
      [process("a", { desired: "9.9.9", sync: "OutOfSync", health: "Degraded", phase: null, deadEnd: "a has no version 9.9.9" })],
      {},
      1,
      "failed: production/a: a has no version 9.9.9",
    ],
    [
      "when it is taken out, and so it shall be",
      [process("a", { desired: null, sync: "Synced", health: "Healthy" })],
      {},
      0,
      "it is not pinned, and gets no traffic",
    ],
    ["when it was aborted", [rolling, { ...back, phase: "Aborted" }], {}, 1, "failed: production/a: Aborted"],
    ["not by what was before the newest commit", [stale, rolling, good], {}, 0, "reached"],
    [
      "when the bot has put the pin back while nobody looked",
      [rolling, old],
      { history: [of("1.5.0", "RolledBack")] },
      1,
      "1.5.0 RolledBack: error_rate 20 %",
    ],
    [
      "with the next version, when somebody pins one",
      [rolling, { ...rolling, desired: "1.6.0" }, { ...good, desired: "1.6.0" }],
      { history: [of("1.5.0", "Superseded")] },
      0,
      "1.6.0 is Synced",
    ],
    [
      "when its version is superseded",
      [rolling, old],
      { argv: ["--version", "1.5.0"], history: [of("1.5.0", "Superseded")] },
      1,
      "1.5.0 is superseded: 1.4.0 is pinned now",
    ],
    ["when its version comes", [old, rolling, good], { argv: ["--version", "1.5.0"] }, 0, "reached"],
    [
      "when its version is in quarantine",
      [{ ...old, quarantined: [quarantined] }],
      { argv: ["--version", "1.5.0"] },
      1,
      "1.5.0 is in quarantine",
    ],
    [
      "when its version does not come in time",
      [old],
      { argv: ["--version", "1.5.0", "--timeout", "5s"] },
      3,
      "timed-out: production/a: 1.4.0 is pinned, 1.5.0 is not",
    ],
    ["when it takes too long", [rolling], { argv: ["--timeout", "1m"] }, 3, "timed-out: production/a: 40 % (1 min)"],
    ["well, though it was once rolled back", [old], {}, 0, "reached"],
  ])("%s", async (_what, processes, ...[scene, code, text]) => {
    const outcome = await wait(
      processes.map((one) => production(one)),
      scene,
    );
    expect(outcome.stdout).toContain(text);
    expect(outcome.code).toBe(code);
    expect(outcome.refreshed).toBe(2);
  });

  it("for an environment when all of it is well", async () => {
    const b = process("b");
    const outcome = await wait([production(rolling, b), production(good, b)], { argv: ["production"] });
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("reached: production: all is Synced and Healthy") });
  });

  it("for an environment with the first that fails", async () => {
    const outcome = await wait([production(rolling, process("b", { ...back, process: "b" }))], { argv: ["production"] });
    expect(outcome).toMatchObject({ code: 1, stdout: expect.stringContaining("failed: production: production/b: RolledBack") });
  });

  it("with 2 for what nobody knows", async () => {
    expect(await wait([production(process("b"))])).toMatchObject({ code: 2, stderr: expect.stringContaining("process/unknown") });
  });

  it("with 130 after Ctrl-C", async () => {
    const controller = new AbortController();
    const world = {
      catchInterrupts: () => ({ signal: controller.signal, release: () => undefined }),
      sleep: () => Promise.resolve(controller.abort()),
    };
    expect(await wait([production(rolling)], { world })).toMatchObject({ code: 130, stdout: expect.stringContaining("interrupted") });
  });
});

describe("pinion wait, while the controller starts", () => {
  const starting = new PinionError("controller/starting", "the controller (process 7) is starting");
  const absent = new PinionError("controller/unreachable", "no controller has been started");

  /** Answers after so many failures. */
  async function after(failures: PinionError[]) {
    const url = await controllers.startWith({ ...script([production(good)], { polls: 2 }), history: historyOf(() => []) });
    const controllerAddress = () => {
      const error = failures.shift();
      return error ? Promise.reject(error) : Promise.resolve({ url, socket: null, token: () => Promise.resolve(token) });
    };
    return pinion(["wait", "production/a"], { ...fakeTime(), controllerAddress });
  }

  it("stays until it answers, and says so once", async () => {
    const { code, stdout, stderr } = await after([absent, absent, starting, starting, starting]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "waiting for the controller: no controller has been started\n" });
    expect(stdout).toContain("reached: production/a");
  });

  it("stays until it has read the repository: nothing is unknown before that", async () => {
    const empty = overview({ environments: [], repository: { ...repository, state: "starting", commit: null } });
    const url = await controllers.startWith({
      ...script([empty, empty, empty, production(good), production(good)], { polls: 0 }),
      history: historyOf(() => []),
    });
    const { code, stderr } = await pinion(["wait", "production/a", "--controller", url], fakeTime());
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("waiting for the controller: it reads the repository for the first time"),
    });
  });

  it.each<[string, PinionError, number, string]>([
    ["while one is seen to start, until its time is over", starting, 60_000, "controller/starting"],
    ["where none is seen to start, for a short while only", absent, 15_000, "controller/unreachable"],
    ["not at all for what no waiting can fix", new PinionError("config/not-found", "no pinion.yaml"), 0, "config/not-found"],
  ])("waits %s", async (_what, error, tookMs, code) => {
    const time = fakeTime();
    const before = time.now();
    const outcome = await pinion(["wait", "production/a", "--timeout", "1m"], { ...time, controllerAddress: () => Promise.reject(error) });
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining(`error ${code}`) });
    expect(time.now() - before).toBe(tookMs);
  });
});

describe("pinion wait --commit", () => {
  const git: CliWorld["git"] = (_directory, args) =>
    Promise.resolve({ status: args.includes("fedcba9876543210") && args.includes("beef0000") ? 0 : 1, stdout: "", stderr: "" });
  const at = (commit: string): Overview => ({ ...production(good), repository: { ...repository, commit } });

  it.each([
    ["is in force", ["0000000", "abcdef1234"], [], 0],
    ["is contained in what is in force", ["0000000", "beef0000"], [], 0],
    ["was deployed before a newer one came", ["0000000"], [{ ...of("1.5.0", "Succeeded"), commit: "fedcba9876543210ff" }], 0],
    ["does not come", ["0000000"], [], 3],
  ])("waits until it %s", async (_what, heads, history, code) => {
    const sought = heads.includes("abcdef1234") ? "abcdef1" : "fedcba9876543210";
    const outcome = await wait(heads.map(at), { argv: ["--commit", sought, "--timeout", "20s"], history, world: { git } });
    expect(outcome.code).toBe(code);
    if (code === 3) expect(outcome.stdout).toContain("is not in force yet: 0000000 is");
  });
});

describe("what pinion wait shows", () => {
  it("is a line for everything that changes, on a pipe", async () => {
    const { stdout } = await wait([production(rolling), production(rolling), production(good)]);
    const lines = stdout.split("\n").filter((line) => line.includes("production/a"));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain("OutOfSync  Progressing  Running  canary, step 3 of 6, paused  40 %");
    expect(lines[1]).toContain("Synced  Healthy");
    expect(stdout.match(/^.*repository {2}/gmu)).toHaveLength(1);
  });

  it("is one object for scripts", async () => {
    const { stdout } = await wait([production(rolling), production(good)], { argv: ["--format", "json"] });
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "reached",
      environment: "production",
      process: "a",
      tookMs: expect.any(Number),
      processes: [{ process: "a", sync: "Synced", judged: { kind: "reached" } }],
    });
  });

  it("is drawn in place on a terminal, and leaves the outcome", async () => {
    const { stdout } = await wait([production(rolling), production(good)], {
      world: { isTerminal: true, columns: 60, rows: 20, env: { TERM: "dumb", PINION_TOKEN: token } },
    });
    expect(stdout).toContain("step 3 of 6");
    expect(stdout).toContain("\u001B[?25h");
    expect(stdout.trimEnd().split("\n").at(-1)).toContain("reached: production/a");
  });
});
