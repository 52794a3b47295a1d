/** `pinion status` against a controller's real API on loopback. */

import { describe, expect, it } from "vitest";
import type { Overview } from "../../../src/api/views.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import { fullOverview, noon, overview, process, repository } from "../http/pictures.ts";
import { finding } from "../../domain/plan/snapshots.ts";
import { createControllers, token } from "./controller.ts";
import { pinion } from "./fake-world.ts";
import { saying } from "../../support/reason.ts";

const controllers = createControllers();
const controller = controllers.start;

function production(...processes: readonly ReturnType<typeof process>[]): Overview {
  return overview({ environments: overview().environments.map((one) => (one.name === "production" ? { ...one, processes } : one)) });
}

describe("pinion status", () => {
  it("shows the repository first, then a table for each environment", async () => {
    const { code, stdout } = await pinion(["status", "--controller", await controller(overview())]);
    expect(code).toBe(0);
    expect(stdout).toBe(`repository  http://127.0.0.1:9/config.git  main
  01234567 order-intake 1.4.0 to production (team-orders, 5m ago)
  ok; last good poll 10s ago; next poll in 20s

staging  http://127.0.0.1:8610/staging  no engine yet
  nothing is pinned here

production  http://127.0.0.1:8610/production  1 engine instance ready
  PROCESS       DESIRED  ACTUAL                   SYNC    HEALTH   PHASE      SINCE   REASON
  order-intake  1.4.0    1.4.0 100% · 1.3.0 warm  Synced  Healthy  Succeeded  3m ago  has all traffic; 1.3.0 is kept warm
  returns       1.1.0    1.1.0 100%               Synced  Healthy  Succeeded  3m ago  has all traffic; 1.3.0 is kept warm
`);
  });

  it.each([
    [{ state: "down", restarts: 0 }, 1, "gateway down since 4s ago: process 7 did not answer"],
    [{ state: "up", restarts: 2 }, 0, "gateway up; started again 2 times, last 4s ago: process 7 did not answer"],
    [{ state: "up", restarts: 0, tampered: 1 }, 0, "gateway up; its table was changed by another program 1 time, and restored: process 7"],
  ] as const)("says how the gateway is: %o", async (parts, exitCode, expected) => {
    const gateway = { why: "process 7 did not answer for 6 s and was ended", since: noon - 4_000, tampered: 0, ...parts };
    const url = await controller(overview({ gateway }));
    expect(await pinion(["status", "--controller", url])).toMatchObject({ code: exitCode, stdout: expect.stringContaining(expected) });
    const { stdout } = await pinion(["status", "--controller", url, "--format", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ gateway: { state: parts.state, restarts: parts.restarts } });
  });

  it("tells ages by the controller's time, which goes on when the machine's clock is set back", async () => {
    const back = { now: () => noon - 3 * 3_600_000 };
    expect((await pinion(["status", "--controller", await controller(overview())], back)).stdout).toContain("last good poll 10s ago");
  });

  it("says in git's own words why a revert is not written yet", async () => {
    const { environments } = fullOverview();
    const refusal = "the credentials may not write to this repository: remote: Permission to shop.git denied to bot";
    const refused = environments.map((one) => ({
      ...one,
      processes: one.processes.map((each) => (each.revert ? { ...each, revert: { ...each.revert, outcome: null, refusal } } : each)),
    }));
    const url = await controller(overview({ environments: refused }));
    expect((await pinion(["status", "--controller", url])).stdout).toContain(`; the last try failed: ${refusal}`);
    expect((await pinion(["status", "--controller", url, "--format", "json"])).stdout).toContain(`"refusal": "${refusal}"`);
  });

  it.each([80, 100, 120])("wraps the reason to a terminal of %i columns", async (columns) => {
    const reason = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
    const url = await controller(production(process("a", { reason: saying(reason) })));
    const { stdout } = await pinion(["status", "--controller", url], { columns });
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
    for (const word of reason.split(" ")) expect(stdout).toContain(word);
  });

  it("shows a rollout with steps, weight, what holds it, and the verdict with its figures", async () => {
    const { stdout } = await pinion(["status", "--controller", await controller(fullOverview())], { columns: 120 });
    const text = stdout.split("\n").slice(stdout.split("\n").findIndex((line) => line.startsWith("  order-intake  1.4.0 →")));
    expect(text.slice(0, 8)).toEqual([
      "  order-intake  1.4.0 → 1.5.0  canary, step 3 of 6  PAUSED",
      "    ████████████░░░░░░░░░░░░░░░░░░ 40 % on 1.5.0, 60 % on 1.4.0",
      "    watching at 40 %",
      "    paused by Bob 1m ago: looking at the logs",
      "    verdict: not judged: response_time p95: 8 requests, at least 20 are needed",
      "       METRIC             CANDIDATE  STABLE  COUNT  LIMIT",
      "    ✓  error_rate         0.42 %     0.2 %   143    <= 5 %",
      "    ?  response_time p95  1.83 s     -       8      at most 50 % more than stable: 8 requests, at least 20 are needed",
    ]);
  });

  it.each([
    ["a freeze", "FROZEN by Ann 7m ago: the till is being counted"],
    ["who is paused", "Succeeded (paused)"],
    ["that git lags", "git lags runtime: pin 1.5.0 → 1.4.0 is owed as a commit"],
    ["the commit of a revert", "pin 1.5.0 → 1.4.0 by commit 89abcdef"],
    ["the branch of one", "is proposed on branch rollback/staging/rb-1; merge it"],
    ["one that is not needed any more", "because the pin has changed since: Ann moved the pin"],
    ["what is in quarantine", "1.5.0 is in quarantine (error_rate 21.3 % of 143 requests); not in quarantine.yaml yet"],
    ["how to lift it", "to lift it, take it out of environments/production/quarantine.yaml"],
    ["when it fails", "canary, shifting  fails in 57m unless done"],
  ])("shows %s", async (_what, text) => {
    const { stdout } = await pinion(["status", "--controller", await controller(fullOverview())]);
    expect(stdout).toContain(text);
  });

  it.each([60, 80, 100, 120, 200])("is never wider than a terminal of %i columns", async (columns) => {
    const { stdout } = await pinion(["status", "--controller", await controller(fullOverview())], { columns });
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
    for (const word of ["order-intake", "1.4.0 100%", "Synced", "Healthy", "kept", "warm", "57m"]) expect(stdout).toContain(word);
  });

  it("prints nothing that a terminal would obey", async () => {
    const url = await controller(production(process("a", { reason: saying("\u001B]0;title\u0007") })));
    const { stdout } = await pinion(["status", "--controller", url]);
    expect(stdout).toContain(String.raw`\u001b]0;title\u0007`);
    expect(stdout).not.toContain("\u001B");
  });

  it.each<[string, Overview, number]>([
    ["all is well", overview(), 0],
    ["one is OutOfSync", production(process("a"), process("b", { sync: "OutOfSync" })), 1],
    ["one is Degraded", production(process("a", { health: "Degraded" })), 1],
    ["one is Unknown", production(process("a", { sync: "Unknown" })), 1],
    [
      "the repository cannot be followed",
      overview({ repository: { ...repository, state: "error", code: "git/unreachable", reason: "no route" } }),
      1,
    ],
    ["nothing can be recorded", overview({ store: { since: 0, code: "store/full", why: "journal.db: the disk is full" } }), 1],
    [
      "it is still starting",
      overview({ repository: { ...repository, state: "starting", commit: null, subject: null, committedAt: null } }),
      1,
    ],
  ])("ends by whether %s", async (_what, picture, code) => {
    expect((await pinion(["status", "--controller", await controller(picture)])).code).toBe(code);
  });

  it("is not fine while an environment has errors, and shows them", async () => {
    const picture = overview();
    const spoilt = picture.environments.map((one) => (one.name === "staging" ? { ...one, findings: [finding("name is missing")] } : one));
    const { code, stdout } = await pinion([
      "status",
      "--controller",
      await controller({ ...picture, environments: spoilt, findings: [finding("name is missing")] }),
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("a.yaml:1:2  error  name is missing  (x/y)");
    expect(stdout).toContain("1 error in 1 file; `pinion validate --config pinion.yaml` shows them");
  });

  it("tells a candidate without traffic from what is kept warm", async () => {
    const actual = [
      { version: "1.3.0", weight: 100 },
      { version: "1.4.0", weight: 0 },
      { version: "1.2.0", weight: 0 },
    ];
    const { stdout } = await pinion(["status", "--controller", await controller(production(process("a", { actual, sync: "OutOfSync" })))]);
    expect(stdout).toContain("  1.3.0 100% · 1.4.0 no traffic · 1.2.0 warm  ");
  });

  it("calls the wanted version warm where it is also kept as it was with other variables", async () => {
    const actual = [
      { version: "1.4.0", weight: 100 },
      { version: "1.4.0", weight: 0 },
    ];
    const { stdout } = await pinion(["status", "--controller", await controller(production(process("a", { actual })))]);
    expect(stdout).toContain("  1.4.0 100% · 1.4.0 warm  ");
  });

  it("says why the repository cannot be followed", async () => {
    const picture = overview({ repository: { ...repository, state: "error", code: "git/unreachable", reason: "no route to host" } });
    const { stdout } = await pinion(["status", "--controller", await controller(picture)]);
    expect(stdout).toContain("error since 1h ago: git/unreachable: no route to host; last good poll 10s ago; next poll in 20s");
  });

  it("minds only what was asked for", async () => {
    const url = await controller(production(process("a"), process("b", { health: "Degraded" })));
    const one = await pinion(["status", "--controller", url, "-e", "production", "-p", "a"]);
    expect(one.code).toBe(0);
    expect(one.stdout).not.toContain("staging");
    expect(await pinion(["status", "--controller", url, "-e", "prod"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining('error environment/unknown: no environment is called "prod"; there are: production, staging'),
    });
  });

  it("says how old it is when nothing newer is known", async () => {
    const picture = production(process("a"));
    const old = { ...picture, environments: picture.environments.map((one) => ({ ...one, observedAt: noon - 45_000 })) };
    expect((await pinion(["status", "--controller", await controller(old)])).stdout).toContain("as of 45s ago: nothing newer is known");
    expect((await pinion(["status", "--controller", await controller(picture)])).stdout).not.toContain("as of");
  });

  it("gives scripts exactly this", async () => {
    const { code, stdout } = await pinion(["status", "--controller", await controller(production(process("a"))), "--format", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      now: "2026-11-21T12:00:00.000Z",
      store: null,
      gateway: null,
      repository: {
        ...repository,
        committedAt: "2026-11-21T11:55:00.000Z",
        fetchedAt: "2026-11-21T11:56:00.000Z",
        since: "2026-11-21T11:00:00.000Z",
        lastPollAt: "2026-11-21T11:59:50.000Z",
        lastGoodPollAt: "2026-11-21T11:59:50.000Z",
        nextPollAt: "2026-11-21T12:00:20.000Z",
      },
      environments: [
        {
          name: "production",
          observedAt: "2026-11-21T11:59:58.000Z",
          notes: [],
          type: "production",
          url: "http://127.0.0.1:8610/production",
          freeze: null,
          processes: [
            {
              process: "a",
              desired: "1.4.0",
              actual: [
                { version: "1.4.0", weight: 100 },
                { version: "1.3.0", weight: 0 },
              ],
              sync: "Synced",
              health: "Healthy",
              phase: "Succeeded",
              reason: { code: "Unrecorded", text: "has all traffic; 1.3.0 is kept warm" },
              since: "2026-11-21T11:57:00.000Z",
              requests: { perSecond: 12, overMs: 3_600_000 },
              progress: null,
              revert: null,
              quarantined: [],
              drift: null,
              deadEnd: null,
            },
          ],
          instances: [{ id: "a", state: "ready", why: "" }],
          findings: [],
        },
        {
          name: "staging",
          observedAt: null,
          notes: [],
          type: "staging",
          url: "http://127.0.0.1:8610/staging",
          freeze: null,
          processes: [],
          instances: [],
          findings: [],
        },
      ],
      findings: [],
    });
  });

  it.each<[string, string[], Record<string, string>, string[]]>([
    ["--controller before all", ["--controller", "URL"], {}, []],
    ["the environment variable before the file", [], { PINION_CONTROLLER: "URL" }, []],
    ["the file else", ["-c", "etc/p.yaml"], {}, ["/work-place/etc/p.yaml"]],
  ])("asks the controller of %s", async (_what, ...[argv, env, files]) => {
    const url = await controller(overview());
    const asked: string[] = [];
    const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace("URL", url)]));
    const { code } = await pinion(["status", ...argv.map((word) => word.replace("URL", url))], {
      env: { PINION_TOKEN: token, ...filled },
      controllerAddress(file) {
        asked.push(file);
        return Promise.resolve({ url, socket: null, token: () => Promise.resolve(token) });
      },
    });
    expect({ code, asked }).toEqual({ code: 0, asked: files });
  });

  it("says how to start a controller when none answers", async () => {
    const url = await controller(overview());
    await controllers.closeAll();
    const { code, stderr } = await pinion(["status", "--controller", url]);
    expect(code).toBe(2);
    expect(stderr).toContain(`error controller/unreachable: no controller answers at ${url}: connection refused`);
    expect(stderr).toContain("hint: Start it with `pinion run`");
  });

  it.each(["nonsense", "file:///etc/passwd"])("refuses the address %s", async (url) => {
    expect(await pinion(["status", "--controller", url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("error usage/invalid"),
    });
  });

  it("hands on what the controller reports", async () => {
    const url = await controllers.startWith({
      overview: () => Promise.reject(new PinionError("store/failed", "disk full")),
      history: () => Promise.resolve([]),
    });
    expect((await pinion(["status", "--controller", url])).stderr).toContain("error store/failed: disk full");
  });
});
