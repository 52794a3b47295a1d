/** `pinion status` and `pinion history`, against a controller's real API on loopback. */

import { afterEach, describe, expect, it } from "vitest";
import type { Overview } from "../../../src/controller/queries.ts";
import { PinionError } from "../../../src/domain/errors.ts";
import type { Deployment } from "../../../src/domain/state.ts";
import { type HttpServer, startHttp } from "../../../src/surfaces/http/server.ts";
import { createKeptLog } from "../../support/log.ts";
import { deployment, overview, process, repository } from "../http/pictures.ts";
import { pinion } from "./fake-world.ts";

const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function controller(picture: Overview, deployments: readonly Deployment[] = []): Promise<string> {
  const queries = {
    overview: () => Promise.resolve(picture),
    history: ({ id, limit }: { readonly id?: string; readonly limit?: number }) =>
      Promise.resolve(deployments.filter((one) => id === undefined || one.id === id).slice(0, limit)),
  };
  const server = await startHttp({ host: "127.0.0.1", port: 0, queries, commands: { refresh: () => undefined }, log: createKeptLog() });
  servers.push(server);
  return server.url;
}

function production(...processes: readonly ReturnType<typeof process>[]): Overview {
  return overview({ environments: overview().environments.map((one) => (one.name === "production" ? { ...one, processes } : one)) });
}

describe("pinion status", () => {
  it("shows the repository first, then a table for each environment", async () => {
    const { code, stdout } = await pinion(["status", "--controller", await controller(overview())]);
    expect(code).toBe(0);
    expect(stdout).toBe(`repository  http://127.0.0.1:9/config.git  main
  01234567 order-intake 1.4.0 to production (team-orders, 5m ago)
  ok; next poll in 20s

staging  http://127.0.0.1:8610/staging  no engine yet
  nothing is pinned here

production  http://127.0.0.1:8610/production  1 engine instance ready
  PROCESS       DESIRED  ACTUAL                   SYNC    HEALTH   PHASE      SINCE   REASON
  order-intake  1.4.0    1.4.0 100% · 1.3.0 warm  Synced  Healthy  Succeeded  3m ago  has all traffic; 1.3.0 is kept warm
  returns       1.1.0    1.1.0 100%               Synced  Healthy  Succeeded  3m ago  has all traffic; 1.3.0 is kept warm
`);
  });

  it.each([80, 100, 120])("wraps the reason to a terminal of %i columns", async (columns) => {
    const reason = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
    const { stdout } = await pinion(["status", "--controller", await controller(production(process("a", { reason })))], { columns });
    expect(stdout.split("\n").filter((line) => line.length > columns)).toEqual([]);
    for (const word of reason.split(" ")) expect(stdout).toContain(word);
  });

  it("prints nothing that a terminal would obey", async () => {
    const { stdout } = await pinion([
      "status",
      "--controller",
      await controller(production(process("a", { reason: "\u001B]0;title\u0007" }))),
    ]);
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
    [
      "it is still starting",
      overview({ repository: { ...repository, state: "starting", commit: null, subject: null, committedAt: null } }),
      1,
    ],
  ])("ends by whether %s", async (_what, picture, code) => {
    expect((await pinion(["status", "--controller", await controller(picture)])).code).toBe(code);
  });

  it("says why the repository cannot be followed", async () => {
    const picture = overview({ repository: { ...repository, state: "error", code: "git/unreachable", reason: "no route to host" } });
    const { stdout } = await pinion(["status", "--controller", await controller(picture)]);
    expect(stdout).toContain("error since 1h ago: git/unreachable: no route to host; next poll in 20s");
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

  it("gives scripts exactly this", async () => {
    const { code, stdout } = await pinion(["status", "--controller", await controller(production(process("a"))), "--format", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      repository: {
        ...repository,
        committedAt: "2026-11-21T11:55:00.000Z",
        fetchedAt: "2026-11-21T11:56:00.000Z",
        since: "2026-11-21T11:00:00.000Z",
        lastPollAt: "2026-11-21T11:59:50.000Z",
        nextPollAt: "2026-11-21T12:00:20.000Z",
      },
      environments: [
        {
          name: "production",
          type: "production",
          url: "http://127.0.0.1:8610/production",
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
              reason: "has all traffic; 1.3.0 is kept warm",
              since: "2026-11-21T11:57:00.000Z",
            },
          ],
          instances: [{ id: "a", state: "ready", why: "" }],
          findings: [],
        },
        { name: "staging", type: "staging", url: "http://127.0.0.1:8610/staging", processes: [], instances: [], findings: [] },
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
      env: filled,
      controllerAddress(file) {
        asked.push(file);
        return Promise.resolve(url);
      },
    });
    expect({ code, asked }).toEqual({ code: 0, asked: files });
  });

  it("says how to start a controller when none answers", async () => {
    const url = await controller(overview());
    await servers.pop()?.close();
    const { code, stderr } = await pinion(["status", "--controller", url]);
    expect(code).toBe(2);
    expect(stderr).toContain(`error controller/unreachable: no controller answers at ${url}: connect ECONNREFUSED`);
    expect(stderr).toContain("hint: Start it with `pinion run`");
  });

  it.each(["nonsense", "file:///etc/passwd"])("refuses the address %s", async (url) => {
    expect(await pinion(["status", "--controller", url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("error usage/invalid"),
    });
  });

  it("hands on what the controller reports", async () => {
    const queries = { overview: () => Promise.reject(new PinionError("store/failed", "disk full")), history: () => Promise.resolve([]) };
    const server = await startHttp({ host: "127.0.0.1", port: 0, queries, commands: { refresh: () => undefined }, log: createKeptLog() });
    servers.push(server);
    expect((await pinion(["status", "--controller", server.url])).stderr).toContain("error store/failed: disk full");
  });
});

describe("pinion history", () => {
  const failed: Deployment = {
    ...deployment,
    id: "production.returns.2.0.0.x",
    process: "returns",
    version: "2.0.0",
    phase: "Failed",
    reason: "smoke_test failed",
    endedAt: null,
  };

  it("lists deployments", async () => {
    const { code, stdout } = await pinion(["history", "--controller", await controller(overview(), [failed, deployment])]);
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/u))).toEqual([
      ["WHEN", "ENVIRONMENT", "PROCESS", "FROM → TO", "HOW", "OUTCOME", "TOOK", "ID", "REASON"],
      [
        "10m ago",
        "production",
        "returns",
        "1.3.0 → 2.0.0",
        "deploy, blue-green",
        "Failed",
        "running",
        "production.returns.2.0.0.x",
        "smoke_test failed",
      ],
      [
        "10m ago",
        "production",
        "order-intake",
        "1.3.0 → 1.4.0",
        "deploy, blue-green",
        "Succeeded",
        "4.2 s",
        deployment.id,
        "has all traffic",
      ],
      [""],
    ]);
  });

  it("says when there is nothing", async () => {
    expect(await pinion(["history", "--controller", await controller(overview())])).toMatchObject({ code: 0, stdout: "no deployments\n" });
  });

  it("asks for no more than the limit", async () => {
    const { stdout } = await pinion([
      "history",
      "-n",
      "1",
      "--format",
      "json",
      "--controller",
      await controller(overview(), [failed, deployment]),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ deployments: [{ id: failed.id, endedAt: null, durationMs: null }] });
  });

  it("tells the story of one", async () => {
    const { stdout } = await pinion(["history", "--id", deployment.id, "--controller", await controller(overview(), [deployment])]);
    expect(stdout).toBe(`order-intake in production: 1.3.0 → 1.4.0  Succeeded
  when     2026-11-21 11:50:00Z, took 4.2 s
  how      deploy, blue-green
  commit   ${deployment.commit}
  outcome  Succeeded: has all traffic
  id       ${deployment.id}

steps
  +0 ms   started    1.4.0 is pinned
  +1.5 s  switching  checks passed

validations
  passed  during  smoke_test "accepts an order"  12 ms  answered 201
`);
  });

  it("gives one to scripts", async () => {
    const { stdout } = await pinion([
      "history",
      "--id",
      deployment.id,
      "--format",
      "json",
      "--controller",
      await controller(overview(), [deployment]),
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ id: deployment.id, durationMs: 4200, steps: [{ at: "2026-11-21T11:50:00.000Z" }, {}] });
  });

  it("says when there is no such one", async () => {
    const { code, stderr } = await pinion(["history", "--id", "nope", "--controller", await controller(overview())]);
    expect(code).toBe(2);
    expect(stderr).toContain('error deployment/unknown: no deployment has the id "nope"');
  });
});
