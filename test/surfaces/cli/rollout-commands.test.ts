/** Commands that give commands, against a controller's real API on loopback. */

import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import type { CliWorld } from "../../../src/surfaces/cli/terminal/world.ts";
import { freeze, noon, overview, process, progress, revert } from "../http/pictures.ts";
import { createControllers, orderTaker } from "./controller.ts";
import { fakeTime, pinion } from "./fake-world.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();
const by = ["--as", "Ann <ann@example.com>"];
const done = () => ({ kind: "done", why: "so it is" }) as const;

async function give(argv: readonly string[], parts: Partial<CliWorld> = {}, result: Parameters<typeof orderTaker>[0] = done) {
  const { commands, command } = orderTaker(result);
  const url = await controllers.startWith({ command });
  const outcome = await pinion([...argv, "--controller", url], { randomId: () => "random-1", ...parts });
  return { ...outcome, commands };
}

describe("a command", () => {
  it.each([
    [["pause", "production/a", "--reason", "why so"], "why so", { kind: "pause", process: "a" }],
    [["resume", "production/a"], "", { kind: "resume", process: "a" }],
    [["abort", "production/a"], "", { kind: "abort", process: "a" }],
    [["retry", "production/a"], "", { kind: "retry", process: "a" }],
    [["promote", "production/a"], "", { kind: "promote", process: "a", isFull: false }],
    [["promote", "production/a", "--full"], "", { kind: "promote", process: "a", isFull: true }],
  ])("%j is given as it was meant", async (argv, why, spec) => {
    const { code, stdout, commands } = await give([...argv, ...by]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "done: so it is\n" });
    expect(commands).toEqual([
      {
        id: "random-1",
        environment: "production",
        by: { name: "Ann", email: "ann@example.com", claimed: "with the token of uid 1000" },
        why,
        at: noon,
        spec,
      },
    ]);
  });

  it("that is refused says why on stderr, and ends with 1", async () => {
    const { code, stdout, stderr } = await give(["pause", "e/p", ...by], {}, () => ({ kind: "refused", why: "nothing is under way" }));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error command\/refused: nothing is under way\nhint: ./u);
  });

  it.each([
    ["done", 0],
    ["refused", 1],
  ] as const)("that is %s is told to scripts", async (kind, code) => {
    const given = await give(["pause", "e/p", ...by, "--id", "o-7", "--format", "json"], {}, () => ({ kind, why: "so" }));
    expect(given.code).toBe(code);
    expect(JSON.parse(given.stdout)).toEqual({ id: "o-7", kind, why: "so", at: "2026-11-21T12:00:00.000Z" });
  });

  it("to promote says in its help that it lifts a pause", async () => {
    expect((await pinion(["promote", "--help"])).stdout).toContain("resumes a rollout that a person paused");
  });

  it("for what is not there ends with 2", async () => {
    const url = await controllers.startWith({
      command: () => Promise.reject(new PinionError("process/unknown", "no process is called p")),
    });
    const { code, stderr } = await pinion(["pause", "e/p", ...by, "--id", "o", "--controller", url]);
    expect(code).toBe(2);
    expect(stderr).toContain("error process/unknown: no process is called p");
  });
});

describe("who gives it", () => {
  const git = (values: Record<string, string>): CliWorld["git"] => {
    return (_directory, args) => {
      const value = values[args.at(-1) ?? ""];
      return Promise.resolve({ status: value === undefined ? 1 : 0, stdout: value ?? "", stderr: "" });
    };
  };

  it.each<[string, readonly string[], Partial<CliWorld>, object]>([
    ["is who is named", by, {}, { name: "Ann", email: "ann@example.com" }],
    ["may be a name alone", ["--as", "the night shift"], {}, { name: "the night shift", email: null }],
    [
      "else is the author of commits here",
      [],
      { git: git({ "user.name": "Bob", "user.email": "bob@x" }) },
      { name: "Bob", email: "bob@x" },
    ],
    ["else is who is logged in", [], { git: git({ "user.email": "bob@x" }), userName: () => "bob" }, { name: "bob", email: "bob@x" }],
  ])("%s", async (_what, argv, parts, person) => {
    const { commands } = await give(["pause", "e/p", ...argv], parts);
    expect(commands[0]?.by).toEqual({ ...person, claimed: "with the token of uid 1000" });
  });

  it("must be known", async () => {
    const { code, stderr, commands } = await give(["pause", "e/p"], { git: git({}), userName: () => null });
    expect({ code, commands }).toEqual({ code: 2, commands: [] });
    expect(stderr).toContain("--as");
  });
});

describe("a command that is not answered at once", () => {
  const order = () => Promise.reject(new PinionError("command/unanswered", "no pass came"));

  it("is asked about until it is", async () => {
    let asked = 0;
    const answer = (environment: string, id: string) => {
      asked += 1;
      return Promise.resolve(asked < 3 ? null : ({ id, kind: "done", why: `paused in ${environment}`, at: noon } as const));
    };
    const url = await controllers.startWith({ command: order, result: answer });
    const { code, stdout } = await pinion(["pause", "e/p", ...by, "--id", "o", "--controller", url], fakeTime());
    expect({ code, stdout, asked }).toEqual({ code: 0, stdout: "done: paused in e\n", asked: 3 });
  });

  it("is told as recorded, with 3", async () => {
    const url = await controllers.startWith({ command: order, result: () => Promise.resolve(null) });
    const { code, stderr } = await pinion(["pause", "e/p", ...by, "--id", "o-9", "--controller", url], fakeTime());
    expect(code).toBe(3);
    expect(stderr).toContain("error command/unanswered: command o-9 is recorded");
  });
});

describe("freeze and unfreeze", () => {
  const moving = process("order-intake", {
    desired: "1.5.0",
    sync: "OutOfSync",
    actual: [
      { version: "1.4.0", weight: 60 },
      { version: "1.5.0", weight: 40 },
    ],
    progress,
  });
  const waiting = process("returns", { desired: "2.0.0", sync: "OutOfSync", reason: saying("held") });
  const lagging = process("billing", { revert: { ...revert, outcome: null } });

  async function line(kind: "freeze" | "unfreeze", isFrozen: boolean, format: "text" | "json" = "text") {
    const { commands, command } = orderTaker(() => ({ kind: "done", why: "so it is" }));
    const picture = overview();
    const environments = picture.environments.map((one) =>
      one.name === "production" ? { ...one, freeze: isFrozen ? freeze : null, processes: [moving, waiting, lagging] } : one,
    );
    const url = await controllers.startWith({ command, overview: () => Promise.resolve({ ...picture, environments }) });
    const given = await pinion([kind, "production", ...by, "--reason", "x", "--format", format, "--controller", url], {
      ...fakeTime(),
      randomId: () => "random-1",
    });
    return { ...given, specs: commands.map(({ spec }) => spec) };
  }

  it("say done when it is to be seen, with the state of traffic and git", async () => {
    const { code, stdout, specs } = await line("freeze", true);
    expect(specs).toEqual([{ kind: "freeze" }]);
    expect({ code, lines: stdout.split("\n") }).toEqual({
      code: 0,
      lines: [
        "done: so it is",
        "  traffic: order-intake 1.5.0 gets no more of it; 60 % on 1.4.0, 40 % on 1.5.0",
        "  git: returns 2.0.0 is pinned and waits",
        expect.stringMatching(/^  git: billing: git lags runtime: pin 1\.5\.0 → 1\.4\.0 is owed/),
        "",
      ],
    });
    expect((await line("unfreeze", false)).stdout).toMatch(
      /^done: so it is\n {2}traffic: order-intake 1\.5\.0 continues;.*\n {2}git: returns 2\.0\.0 is pinned: held/,
    );
  });

  it.each(["freeze", "unfreeze"] as const)("%s is not done while it is not to be seen", async (kind) => {
    const { code, stdout } = await line(kind, kind === "unfreeze");
    expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(/^accepted, and not in effect yet: so it is\n/) });
  });

  it("tell scripts the same", async () => {
    expect(JSON.parse((await line("freeze", true, "json")).stdout)).toMatchObject({ kind: "done", done: true, git: { length: 2 } });
  });
});
