/** `pinion recover` and `pinion rollback`: what they order, how they follow it, and how they end. */

import { describe, expect, it } from "vitest";
import type { Overview, ProcessView } from "../../../src/api/views.ts";
import type { ValidationResult } from "../../../src/domain/validation-result.ts";
import type { Revert } from "../../../src/domain/journal/revert.ts";
import type { Deployment } from "../../../src/domain/journal/state.ts";
import { deployment, noon, overview, process, progress, revert } from "../http/pictures.ts";
import { createControllers, historyOf, orderTaker, script } from "./controller.ts";
import { fakeTime, pinion } from "./fake-world.ts";

const controllers = createControllers();
const by = ["--as", "Ann <ann@example.com>", "--id", "o-1", "--reason", "it burns"];

function production(view: ProcessView): Overview {
  return overview({
    environments: overview().environments.map((one) => (one.name === "production" ? { ...one, processes: [view] } : one)),
  });
}

const shares = (good: number) => [
  { version: "1.4.0", weight: good },
  { version: "1.5.0", weight: 100 - good },
];
const owed: Revert = { ...revert, outcome: null };
const committed: Revert = { ...revert, outcome: { kind: "committed", commit: "89abcdef0123456789" } };
const rolling = process("a", {
  desired: "1.5.0",
  actual: shares(60),
  sync: "OutOfSync",
  health: "Progressing",
  phase: "Running",
  progress,
});
const rejected = process("a", {
  ...rolling,
  actual: shares(100),
  health: "Degraded",
  progress: { ...progress, state: "rejected", paused: null },
  revert: owed,
});
const over = process("a", { ...rejected, progress: null, phase: "RolledBack" });
const pinned = process("a", { desired: "1.4.0", actual: shares(100) });

const proof: ValidationResult = {
  phase: "post",
  scope: "rollback",
  validation: "service_availability",
  subject: "",
  result: "passed",
  detail: "answers 200",
  at: noon + 900,
  durationMs: 12,
};

function story(...validations: readonly ValidationResult[]): readonly Deployment[] {
  const steps = [
    { at: noon - 60_000, state: "shifting", code: "Shifting", why: "watching at 40 %" },
    { at: noon + 5, state: "rejected", code: "GoingBack", why: "emergency: Ann: it burns" },
  ] as const;
  return [{ ...deployment, process: "a", version: "1.5.0", endedAt: null, phase: "Running", steps, validations }];
}

interface Scene {
  readonly pictures: readonly ProcessView[];
  readonly history?: readonly Deployment[];
  readonly argv?: readonly string[];
  readonly result?: Parameters<typeof orderTaker>[0];
}

async function run(name: "recover" | "rollback", { pictures, history = [], argv = [], result }: Scene) {
  const { commands, command } = orderTaker(result ?? (() => ({ kind: "done", why: "stops 1.5.0 and goes back to 1.4.0" })));
  const url = await controllers.startWith({ ...script(pictures.map(production)), command, history: historyOf(() => history) });
  const outcome = await pinion([name, "production/a", ...by, ...argv, "--controller", url], fakeTime());
  return { ...outcome, commands };
}

describe("pinion recover", () => {
  it("says what is so where no version of it serves and no commit is written, and does not wait for either", async () => {
    const alone = { ...rolling, desired: "1.5.0", actual: [{ version: "1.5.0", weight: 100 }] };
    const gone = process("a", { ...over, actual: [{ version: "1.5.0", weight: 0 }], revert: null });
    const { code, stdout } = await run("recover", { pictures: [alone, gone], history: story(), argv: ["--timeout", "1h"] });
    expect(code).toBe(3);
    expect(stdout).toContain(`traffic: none; ${gone.reason.text}`);
    expect(stdout).toContain("git: 1.5.0 is pinned still, and Pinion writes no commit for it: revert the one that pinned it");
    expect(stdout).toContain("not recovered yet");
  });

  it("tells step by step what was done, and is fine once the good version has the traffic and is verified", async () => {
    const scene = { pictures: [rolling, rejected, over, { ...over, revert: committed }], history: story(proof) };
    const { code, stdout, commands } = await run("recover", scene);
    expect(commands.map(({ spec, why }) => ({ spec, why }))).toEqual([{ spec: { kind: "recover", process: "a" }, why: "it burns" }]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `accepted: stops 1.5.0 and goes back to 1.4.0
  +5 ms  rejected  emergency: Ann: it burns
  +900 ms  passed  service_availability: answers 200
✓ all traffic on 1.4.0
✓ verified: service_availability
✓ git: pin 1.5.0 → 1.4.0 by commit 89abcdef
recovered
`,
    });
  });

  it.each<[string, Scene, number, string]>([
    [
      "the verification failed",
      { pictures: [rolling, over], history: story({ ...proof, result: "failed", detail: "answered 500" }) },
      1,
      "✗ service_availability failed: answered 500",
    ],
    ["nothing is verified in time", { pictures: [rolling, over], history: story(), argv: ["--timeout", "10s"] }, 3, "… not verified yet"],
    [
      "the verification knows nothing",
      { pictures: [rolling, over], history: story({ ...proof, result: "unknown" }), argv: ["--timeout", "10s"] },
      3,
      "is unknown",
    ],
    [
      "the traffic stays where it is",
      { pictures: [rolling], history: story(proof), argv: ["--timeout", "10s"] },
      3,
      "… traffic: 60 % on 1.4.0, 40 % on 1.5.0",
    ],
    [
      "what was verified was verified before",
      { pictures: [rolling, over], history: story({ ...proof, at: noon - 1 }), argv: ["--timeout", "10s"] },
      3,
      "… not verified yet",
    ],
    [
      "what passed was about the bad one",
      { pictures: [rolling, over], history: story({ ...proof, scope: "" }), argv: ["--timeout", "10s"] },
      3,
      "… not verified yet",
    ],
  ])("is not fine when %s", async (_what, scene, code, text) => {
    const outcome = await run("recover", scene);
    expect(outcome.stdout).toContain(text);
    expect(outcome.stdout).toContain("not recovered yet");
    expect(outcome.code).toBe(code);
  });

  it("waits for a commit that takes long, as long as no push of it has failed", async () => {
    const longer = Array.from({ length: 70 }, () => over);
    const scene = { pictures: [rolling, ...longer, { ...over, revert: committed }], history: story(proof) };
    expect((await run("recover", scene)).code).toBe(0);
  });

  it("does not wait on where git cannot be reached", async () => {
    const refused = { ...over, revert: { ...owed, refusal: "git/unreachable: no route to host" } };
    const longer = Array.from({ length: 70 }, () => refused);
    const scene = { pictures: [rolling, ...longer, { ...over, revert: committed }], history: story(proof) };
    expect((await run("recover", scene)).code).toBe(3);
  });

  it("is not done while git lags, and says that callers are safe", async () => {
    const { code, stdout } = await run("recover", { pictures: [rolling, over], history: story(proof), argv: ["--timeout", "10s"] });
    expect(code).toBe(3);
    expect(stdout).toContain("… git lags runtime: pin 1.5.0 → 1.4.0 is owed as a commit\ncallers are safe, and it is not done yet");
  });

  it("does not wait for people who have to merge the commit, and is not done before", async () => {
    const proposed: Revert = { ...revert, outcome: { kind: "proposed", branch: "rollback/p/o-1", commit: "89", why: "approval" } };
    const scene = { pictures: [rolling, { ...over, revert: proposed }], history: story(proof), argv: ["--format", "json"] };
    const { code, stdout } = await run("recover", scene);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ done: false, recovered: true, git: { state: "waiting" } });
  });

  it("takes every instance's answer for a proof where no question is configured", async () => {
    const { code, stdout } = await run("recover", { pictures: [rolling, pinned], history: story() });
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("✓ verified: answers on every engine instance") });
  });

  it("that is refused ends with 1", async () => {
    const { code, stderr } = await run("recover", {
      pictures: [pinned],
      result: () => ({ kind: "refused", why: "no other version was good" }),
    });
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("no other version was good") });
  });

  it("gives scripts all of it", async () => {
    const scene = { pictures: [rolling, { ...over, revert: committed }], history: story(proof), argv: ["--format", "json"] };
    const { code, stdout } = await run("recover", scene);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      recovered: true,
      bad: "1.5.0",
      command: { id: "o-1", kind: "done" },
      traffic: { state: "done" },
      verification: { state: "done" },
      git: { state: "done" },
      steps: [{ what: "rejected", at: "2026-11-21T12:00:00.005Z" }, { what: "passed" }],
      process: { process: "a", revert: { outcome: { kind: "committed" } } },
    });
  });
});

describe("pinion rollback", () => {
  const manual: Revert = { request: { ...revert.request, quarantine: null, trigger: "manual" }, outcome: null };
  const answer = () => ({ kind: "done", why: "a commit restores the pin: 1.5.0 → 1.4.0" }) as const;
  const at = (view: Revert | null, parts: Partial<ProcessView> = {}) =>
    process("a", { desired: "1.5.0", actual: shares(0), progress: null, revert: view, ...parts });
  const written: Revert = { ...manual, outcome: committed.outcome };
  const proposed: Revert = {
    request: { ...manual.request, mode: "propose" },
    outcome: { kind: "proposed", branch: "rollback/p/o-1", commit: "89", why: "approval" },
  };
  const back = { desired: "1.4.0", actual: shares(100) };

  it.each<[string, readonly ProcessView[], number, readonly string[]]>([
    [
      "both are there",
      [at(manual), at(written), at(written, back)],
      0,
      ["✓ git: pin 1.5.0 → 1.4.0 by commit 89abcdef", "✓ traffic: all on 1.4.0", "done: production/a is back on 1.4.0"],
    ],
    ["both came faster than anybody looked", [at(null, back)], 0, ["✓ git: 1.4.0 is pinned", "✓ traffic: all on 1.4.0", "done"]],
    [
      "git does not take it: the bad version keeps its traffic",
      [at(manual)],
      3,
      ["… git: pin 1.5.0 → 1.4.0 is owed as a commit", "… traffic: 100 % on 1.5.0", "not done yet: it continues"],
    ],
    [
      "the commit is there and the traffic is not",
      [at(written, { desired: "1.4.0" })],
      3,
      ["✓ git: ", "… traffic: 100 % on 1.5.0", "not done yet"],
    ],
    [
      "the commit waits for people",
      [at({ ...proposed, outcome: null }), at(proposed)],
      3,
      ["… git: pin 1.5.0 → 1.4.0 is proposed on branch rollback/p/o-1; merge it to have it (approval)", "not done yet: the commit waits"],
    ],
    [
      "somebody has moved the pin",
      [at({ ...manual, outcome: { kind: "superseded", why: "a is pinned to 1.6.0" } })],
      1,
      ["✗ git: ", "not done, and nothing more comes of it"],
    ],
    [
      "the good version is not good any more",
      [at(written, { desired: "1.4.0", phase: "Failed" })],
      1,
      ["✗ traffic: 100 % on 1.5.0", "not done, and"],
    ],
  ])("says done only when it is: %s", async (_what, pictures, code, texts) => {
    const outcome = await run("rollback", { pictures, result: answer, argv: ["--to", "1.4.0", "--timeout", "10s"] });
    expect(outcome.commands.map(({ spec }) => spec)).toEqual([{ kind: "rollback", process: "a", to: "1.4.0" }]);
    expect(outcome.stdout).toContain("accepted: a commit restores the pin: 1.5.0 → 1.4.0\n");
    for (const text of texts) expect(outcome.stdout).toContain(text);
    expect(outcome.stdout.includes("\ndone")).toBe(code === 0);
    expect(outcome.code).toBe(code);
  });

  it("tells scripts the same", async () => {
    const { code, stdout } = await run("rollback", { pictures: [at(proposed)], result: answer, argv: ["--format", "json"] });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      done: false,
      git: { state: "waiting" },
      traffic: { state: "open" },
      command: { id: "o-1", kind: "done" },
      desired: "1.5.0",
      revert: { outcome: { kind: "proposed" } },
    });
  });
});
