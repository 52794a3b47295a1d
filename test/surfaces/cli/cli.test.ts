/** What holds for all commands: help, usage errors, failures, options handed on, colour. */

import { gatewayDefaults } from "../../../src/domain/config/config.ts";
import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import type { CliWorld } from "../../../src/surfaces/cli/terminal/world.ts";
import { fakeTime, pinion } from "./fake-world.ts";

const oneFinding = {
  file: "pinion.yaml",
  line: 3,
  column: 5,
  pointer: "/listen",
  code: "schema/type",
  severity: "error",
  message: "must be an object",
  hint: "",
} as const;
const orders = ["rollback", "pause", "resume", "abort", "retry", "promote", "freeze", "unfreeze", "recover"];
const commands = [
  "run",
  "gateway",
  "init",
  "validate",
  "status",
  "diff",
  "plan",
  "why",
  "history",
  "wait",
  "sync",
  ...orders,
  "down",
  "demo",
];

describe("help", () => {
  it("lists all commands", async () => {
    const { code, stdout } = await pinion(["--help"]);
    expect(code).toBe(0);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "mu"));
  });

  it.each(commands)("of %s has examples that start with its name", async (command) => {
    const { code, stdout, stderr } = await pinion([command, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`Examples:\n {2}pinion ${command}`, "u"));
  });

  it.each(["init", "validate", "status", "diff", "plan", "history", "wait", "sync", ...orders])(
    "of %s names both formats",
    async (command) => {
      expect((await pinion([command, "--help"])).stdout).toContain('choices: "text", "json"');
    },
  );

  it("is not a success when no command was named", async () => {
    expect(await pinion([])).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("Usage: pinion") });
  });

  it("--version prints the version alone", async () => {
    expect(await pinion(["--version"])).toEqual({ code: 0, stdout: "9.8.7\n", stderr: "" });
  });
});

describe("usage errors end with 2 and a hint", () => {
  it.each([
    ["an unknown command", ["deploy"], "unknown command 'deploy'"],
    ["an unknown option", ["status", "--colour"], "unknown option '--colour'"],
    ["a missing argument", ["diff", "a.yaml"], "two files are compared"],
    ["an argument too many", ["validate", "a", "b"], "too many arguments"],
    ["an unknown format", ["validate", "--format", "xml"], "Allowed choices are text, json."],
    ["a port that is none", ["gateway", "--port", "70000"], "A port is a number from 0 to 65535."],
    ["a limit that is none", ["history", "--limit", "0"], "It is a number from 1 to 1000."],
    ["an environment where a process is meant", ["pause", "production"], "It is ENVIRONMENT/PROCESS"],
    ["a process where an environment is meant", ["freeze", "production/a", "--reason", "x"], "It is an environment"],
    ["a rollback without a reason", ["rollback", "production/a"], "required option '--reason <text>'"],
    ["a recovery without a reason", ["recover", "production/a"], "required option '--reason <text>'"],
    ["a freeze without a reason", ["freeze", "production"], "required option '--reason <text>'"],
    ["an empty reason", ["pause", "e/p", "--reason", " "], "Say why in a few words."],
    ["a version that is none", ["rollback", "e/p", "--reason", "x", "--to", "v1"], "A version is MAJOR.MINOR.PATCH"],
    ["a person that is none", ["pause", "e/p", "--as", "<x@y>"], 'It is "Name <email>" or a name.'],
    ["an id that is none", ["pause", "e/p", "--id", "a b"], "It is 1 to 100 letters"],
    ["a time that is none", ["wait", "e", "--timeout", "10"], "It is a time such as 90s"],
    ["a state that is none", ["wait", "e", "--until", "done"], "Allowed choices are healthy, succeeded, synced."],
    ["a commit that is none", ["wait", "e", "--commit", "main"], "It is a commit id"],
  ])("%s", async (_what, argv, message) => {
    const { code, stdout, stderr } = await pinion(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error usage\/invalid: /u);
    expect(stderr).toContain(message);
    expect(stderr).toContain("hint: ");
  });
});

describe("a failure ends with 2", () => {
  const finding = {
    file: "pinion.yaml",
    line: 3,
    column: 5,
    pointer: "/listen",
    code: "schema/type",
    severity: "error",
    message: "must be an object",
    hint: "Write { port: 8600 }.",
  } as const;

  it("with code, message, findings and hint, and no stack", async () => {
    const run = () =>
      Promise.reject(new PinionError("config/invalid", "pinion.yaml has 1 error:\nthe same finding again", { findings: [finding] }));
    expect(await pinion(["run"], { run })).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "error config/invalid: pinion.yaml has 1 error\n" +
        "  pinion.yaml:3:5  error  must be an object  (schema/type)\n" +
        "    Write { port: 8600 }.\n" +
        "hint: Fix pinion.yaml at the place named; `pinion init` writes one that works.\n",
    });
  });

  it.each(["EMFILE", "ENFILE", "ENOMEM"])("with what the machine has no more of: %s", async (code) => {
    const cause = Object.assign(new Error(`${code}: no more, open 'x'`), { code });
    const run = () => Promise.reject(new PinionError("store/failed", "journal.db cannot be opened", { cause }));
    expect((await pinion(["run"], { run })).stderr).toMatch(
      new RegExp(`^error system/exhausted: .*\\(${code}\\)[^]*hint: Raise the limit`, "u"),
    );
  });

  it("with the stack when it is a bug", async () => {
    const { code, stderr } = await pinion(["run"], { run: () => Promise.reject(new Error("a slip")) });
    expect(code).toBe(2);
    expect(stderr).toContain("a slip\n    at ");
  });

  it("with nothing in it that a terminal would obey", async () => {
    const run = () => Promise.reject(new PinionError("git/failed", "remote says \u001B[2Jgone\nfor good"));
    expect((await pinion(["run"], { run })).stderr).toContain(String.raw`remote says \u001b[2Jgone for good`);
  });
});

describe("with --format json a failure is JSON on stderr", () => {
  it.each<[string, readonly string[], Partial<CliWorld>, object]>([
    ["usage", ["status", "--colour", "--format", "json"], {}, { code: "usage/invalid", message: expect.stringContaining("--colour") }],
    ["usage, with the format in one word", ["validate", "a", "b", "--format=json"], {}, { code: "usage/invalid" }],
    [
      "no controller",
      ["status", "--format", "json", "--controller", "http://127.0.0.1:9"],
      {},
      { code: "controller/unreachable", retry: "later", hint: expect.stringContaining("pinion run") },
    ],
    [
      "findings",
      ["validate", "--format", "json"],
      { validate: () => Promise.reject(new PinionError("config/invalid", "bad", { findings: [{ ...oneFinding }] })) },
      { code: "config/invalid", message: "bad", findings: [oneFinding] },
    ],
    ["a bug", ["validate", "--format", "json"], { validate: () => Promise.reject(new Error("a slip")) }, { code: "internal" }],
  ])("%s", async (_what, argv, parts, expected) => {
    const { code, stdout, stderr } = await pinion(argv, parts);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject(expected);
  });
});

describe("with --format json every command fails in JSON", () => {
  const gone = () => Promise.reject(new PinionError("config/not-found", "no pinion.yaml"));
  const parts: Partial<CliWorld> = {
    ...fakeTime(),
    controllerAddress: gone,
    validate: gone,
    readVersionFile: gone,
    openRepository: gone,
    down: gone,
    git: () => Promise.resolve({ status: 1, stdout: "", stderr: "" }),
  };
  const reason = ["--reason", "x", "--as", "Ann"];

  it.each<[string, readonly string[], string]>([
    ["validate", [], "config/not-found"],
    ["diff", ["a", "b"], "config/not-found"],
    ["plan", [], "config/not-found"],
    ["init", ["a", "b"], "usage/invalid"],
    ["status", [], "config/not-found"],
    ["status", ["--watch"], "config/not-found"],
    ["history", [], "config/not-found"],
    ["wait", ["production"], "config/not-found"],
    ["sync", [], "config/not-found"],
    ["rollback", ["e/p", ...reason], "config/not-found"],
    ["recover", ["e/p", ...reason], "config/not-found"],
    ["pause", ["e/p", ...reason], "config/not-found"],
    ["resume", ["e/p", ...reason], "config/not-found"],
    ["promote", ["e/p", ...reason], "config/not-found"],
    ["abort", ["e/p", ...reason], "config/not-found"],
    ["retry", ["e/p", ...reason], "config/not-found"],
    ["freeze", ["e", ...reason], "config/not-found"],
    ["unfreeze", ["e", ...reason], "config/not-found"],
    ["down", [], "config/not-found"],
    ["run", [], "usage/invalid"],
    ["gateway", [], "usage/invalid"],
    ["demo", [], "usage/invalid"],
    ["completion", ["tcsh"], "usage/invalid"],
    ["nonsense", [], "usage/invalid"],
  ])("pinion %s", async (command, argv, code) => {
    const outcome = await pinion([command, ...argv, "--format", "json"], parts);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code: 2, stdout: "" });
    expect(JSON.parse(outcome.stderr)).toMatchObject({ code, message: expect.any(String), hint: expect.any(String), retry: "never" });
  });
});

describe("down", () => {
  it("says what was ended", async () => {
    const asked: string[] = [];
    const down = (file: string) => {
      asked.push(file);
      return Promise.resolve([{ what: "gateway", pid: 12 }]);
    };
    expect(await pinion(["down", "-c", "etc/p.yaml"], { down })).toEqual({ code: 0, stdout: "ended gateway (process 12)\n", stderr: "" });
    expect(JSON.parse((await pinion(["down", "--format", "json"], { down })).stdout)).toEqual({ ended: [{ what: "gateway", pid: 12 }] });
    expect(asked).toEqual(["/work-place/etc/p.yaml", "/work-place/pinion.yaml"]);
    expect((await pinion(["down"], { down: () => Promise.resolve([]) })).stdout).toBe("nothing was running\n");
  });
});

describe("options are handed on", () => {
  it.each<[string[], Partial<Record<keyof CliWorld, unknown>>]>([
    [["run"], { run: { configFile: "/work-place/pinion.yaml", acceptRewrite: false, onExit: "keep" } }],
    [
      ["run", "-c", "/etc/p.yaml", "--accept-rewrite", "--on-exit", "stop"],
      { run: { configFile: "/etc/p.yaml", acceptRewrite: true, onExit: "stop" } },
    ],
    [
      ["gateway"],
      {
        gateway: {
          stateDirectory: "/work-place/.pinion/gateway",
          tokenFromStdin: false,
          host: "127.0.0.1",
          port: 0,
          controlPort: 0,
          settings: gatewayDefaults,
        },
      },
    ],
    [
      "gateway --state g --host ::1 --port 80 --control-port 81 --trusted-proxies 10.0.0.0/8,::1 --max-connections 5 --body-idle-timeout 7000 --own-addresses staging=8081,production=Shop.example".split(
        " ",
      ),
      {
        gateway: {
          stateDirectory: "/work-place/g",
          host: "::1",
          port: 80,
          controlPort: 81,
          tokenFromStdin: false,
          settings: {
            trustedProxies: ["10.0.0.0/8", "::1"],
            maxConnections: 5,
            bodyIdleMs: 7_000,
            environments: { staging: { port: 8081 }, production: { host: "shop.example" } },
          },
        },
      },
    ],
    [["demo"], { demo: { tour: false, directory: null } }],
    [["demo", "--tour", "--directory", "x"], { demo: { tour: true, directory: "/work-place/x" } }],
  ])("%j", async (argv, expected) => {
    const asked: Record<string, unknown> = {};
    const keep = (name: string) => (options: unknown) => {
      asked[name] = options;
      return Promise.resolve(7);
    };
    const { code } = await pinion(argv, { run: keep("run"), gateway: keep("gateway"), demo: keep("demo") });
    expect({ code, asked }).toEqual({ code: 7, asked: expected });
  });
});

describe("colour", () => {
  it.each([
    ["is not for files", { isTerminal: false, env: {} }, false],
    ["is for terminals", { isTerminal: true, env: { TERM: "xterm" } }, true],
    ["is not for dumb ones", { isTerminal: true, env: { TERM: "dumb" } }, false],
    ["is switched off by NO_COLOR", { isTerminal: true, env: { NO_COLOR: "1" } }, false],
    ["is not switched off by an empty NO_COLOR", { isTerminal: true, env: { NO_COLOR: "" } }, true],
    ["is switched on by FORCE_COLOR", { isTerminal: false, env: { FORCE_COLOR: "1" } }, true],
    ["is switched off by FORCE_COLOR=0", { isTerminal: true, env: { FORCE_COLOR: "0" } }, false],
    ["is on when both are set, as Node has it", { isTerminal: false, env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, true],
  ])("%s", async (_what, parts, isColoured) => {
    const { stdout } = await pinion(["validate"], { ...parts, validate: () => Promise.resolve({ findings: [] }) });
    expect(stdout.includes("\u001B[")).toBe(isColoured);
  });
});
