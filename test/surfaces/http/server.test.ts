/** The controller's API: what it answers, and whom it refuses. */

import type { GatewayStatus } from "../../../src/domain/observed/gateway-status.ts";
import { describe, expect, it } from "vitest";
import { PinionError } from "../../../src/domain/errors.ts";
import type { HistoryQuery } from "../../../src/ports/journal.ts";
import { parseEvaluation } from "../../../src/api/parse-answers.ts";
import { createHttp } from "../../../src/surfaces/http/server.ts";
import { agreeing } from "../../support/api-contract.ts";
import { createKeptLog } from "../../support/log.ts";
import { type ControllerParts, complete, openDoor } from "../cli/controller.ts";
import { deployment, evaluation, noon, overview, repository } from "./pictures.ts";

function api(parts: ControllerParts = {}, gateway?: GatewayStatus) {
  const asked: HistoryQuery[] = [];
  const log = createKeptLog();
  let refreshed = 0;
  const known: ControllerParts = {
    overview: () => Promise.resolve(overview()),
    history(query) {
      asked.push(query);
      return Promise.resolve(query.id === undefined || query.id === deployment.id ? [deployment] : []);
    },
    refresh() {
      refreshed += 1;
    },
  };
  const metrics = () => Promise.resolve("# HELP up Whether it is up.\nup 1\n");
  const about = { log, metrics, gateway: () => gateway ?? null, now: () => noon };
  const app = agreeing(createHttp({ entrance: openDoor(), ...complete({ ...known, ...parts }), ...about }));
  return { app, asked, log, refreshed: () => refreshed };
}

const get = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await api().app.inject({ method: "GET", url, headers: { host: "127.0.0.1:8600", ...headers } });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
};

describe("health", () => {
  it("is ok as long as the process works, whatever the repository does", async () => {
    const { app } = api({ overview: () => Promise.reject(new Error("no")) });
    expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
  });

  it.each([
    ["starting", null, 503],
    ["error", null, 503],
    ["error", "0123", 200],
    ["ok", "0123", 200],
  ] as const)("readiness with a repository that is %s at commit %s is %i", async (state, commit, status) => {
    const { app } = api({ overview: () => Promise.resolve(overview({ repository: { ...repository, state, commit } })) });
    expect((await app.inject("/readyz")).statusCode).toBe(status);
  });

  it("is not ready while the gateway is down", async () => {
    const gateway = { state: "down", why: "it hangs", since: 0, restarts: 0, tampered: 0 } as const;
    const answer = await api({}, gateway).app.inject("/readyz");
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { status: "gateway is down" }]);
    expect((await api({}, { ...gateway, state: "up" }).app.inject("/readyz")).statusCode).toBe(200);
  });

  it("is part of the status: how the gateway is", async () => {
    const gateway = { state: "up", why: "it hung", since: noon, restarts: 1, tampered: 0 } as const;
    const status = async (of?: GatewayStatus) => (await api({}, of).app.inject("/api/v1/status")).json<{ gateway: unknown }>().gateway;
    expect(await status(gateway)).toEqual({ ...gateway, since: "2026-11-21T12:00:00.000Z" });
    expect(await status()).toBeNull();
  });

  it("is not ready while nothing can be recorded, and says why", async () => {
    const store = { since: 0, code: "store/full", why: "journal.db: the disk is full" } as const;
    const { app } = api({ overview: () => Promise.resolve(overview({ store })) });
    const answer = await app.inject("/readyz");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ status: "cannot record", store: { code: "store/full" } });
  });
});

describe("GET /api/v1/why", () => {
  const why: ControllerParts["why"] = (environment, process) =>
    environment === "production" && process === "order-intake"
      ? Promise.resolve(evaluation)
      : Promise.reject(new PinionError("process/unknown", `no process is called "${process}" in ${environment}`));

  it("answers every gate, what comes next and what would change it, with ISO times", async () => {
    const answer = await api({ why }).app.inject("/api/v1/why?environment=production&process=order-intake");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      now: "2026-11-21T12:00:00.000Z",
      observedAt: "2026-11-21T11:59:57.000Z",
      gates: [
        { gate: "pin", verdict: "open", code: null, until: null },
        { gate: "freeze", verdict: "blocked", code: "Frozen", until: "2026-11-21T12:05:00.000Z" },
      ],
      next: { due: "2026-11-21T12:05:00.000Z", deadline: "2026-11-21T13:00:00.000Z" },
      changedBy: evaluation.changedBy,
    });
    expect(parseEvaluation(answer.json())).toEqual(evaluation);
  });

  it.each([
    ["/api/v1/why?environment=production&process=nobody", 404],
    ["/api/v1/why?environment=production", 400],
    ["/api/v1/why?environment=production&process=order-intake&more=1", 400],
  ])("refuses %s", async (url, status) => {
    expect((await api({ why }).app.inject(url)).statusCode).toBe(status);
  });
});

describe("GET /api/v1/status", () => {
  it("answers the whole picture with ISO times", async () => {
    const { status, body } = await get("/api/v1/status");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      repository: { state: "ok", nextPollAt: "2026-11-21T12:00:20.000Z" },
      environments: [
        {
          name: "production",
          processes: [
            {
              process: "order-intake",
              desired: "1.4.0",
              actual: [
                { version: "1.4.0", weight: 100 },
                { version: "1.3.0", weight: 0 },
              ],
              sync: "Synced",
              health: "Healthy",
              phase: "Succeeded",
              since: "2026-11-21T11:57:00.000Z",
            },
            { process: "returns" },
          ],
        },
        { name: "staging" },
      ],
    });
  });

  it("answers one environment and one process", async () => {
    const { body } = await get("/api/v1/status?environment=production&process=returns");
    expect(body).toMatchObject({ environments: [{ name: "production", processes: [{ process: "returns" }] }] });
  });

  it.each([
    ["/api/v1/status?environment=prod", 404, "environment/unknown", "there are: production, staging"],
    ["/api/v1/status?process=nope", 404, "process/unknown", "nope"],
    ["/api/v1/status?env=production", 400, "usage/invalid", 'there is no "env"; there are: environment, process'],
    ["/api/v1/status?environment=", 400, "usage/invalid", "/environment: expected 1 to 200 characters"],
    ["/api/v1/history?limit=0", 400, "usage/invalid", "limit"],
    ["/api/v1/history?phase=Broken", 400, "usage/invalid", "/phase"],
    ["/api/v1/history?cursor=x", 400, "usage/invalid", "/cursor"],
    ["/api/v1/history?limit=many", 400, "usage/invalid", "limit"],
    ["/api/v1/deployments/none", 404, "deployment/unknown", "none"],
    ["/api/v2/status", 404, "http/not-found", "nothing"],
  ])("refuses %s with %i", async (url, status, code, message) => {
    expect(await get(url)).toEqual({
      status,
      body: { code, message: expect.stringContaining(message), hint: expect.stringMatching(/./u) },
    });
  });
});

describe("lists and counts", () => {
  it("has the processes that are asked for, a page at a time", async () => {
    const { body } = await get("/api/v1/processes?environment=production&health=Healthy&limit=1");
    expect(body).toMatchObject({ total: 2, processes: [{ environment: "production", process: "order-intake", desired: "1.4.0" }] });
    const after = await get(`/api/v1/processes?environment=production&limit=1&cursor=${String(body["next"])}`);
    expect(after.body).toMatchObject({ total: 2, next: null, processes: [{ process: "returns" }] });
  });

  it("counts, together and in each environment", async () => {
    const { body } = await get("/api/v1/summary");
    expect(body).toMatchObject({
      total: 2,
      environments: [
        { name: "production", total: 2, isFrozen: false },
        { name: "staging", total: 0 },
      ],
    });
  });

  it.each([
    ["/api/v1/processes?environment=nowhere", 404, "environment/unknown", "there are: production, staging"],
    ["/api/v1/processes?health=fine", 400, "usage/invalid", "/health: expected"],
    ["/api/v1/processes?limit=0", 400, "usage/invalid", "/limit: expected a whole number from 1 to 1000"],
    ["/api/v1/processes?cursor=x", 400, "usage/invalid", "/cursor: expected"],
    ["/api/v1/summary?proces=a", 400, "usage/invalid", 'there is no "proces"'],
  ])("refuses %s with %i", async (url, status, code, message) => {
    expect(await get(url)).toMatchObject({ status, body: { code, message: expect.stringContaining(message) as string } });
  });
});

describe("history", () => {
  it("is asked for what the query says", async () => {
    const { app, asked } = api();
    const answer = await app.inject("/api/v1/history?environment=production&process=order-intake&limit=3");
    expect(asked).toEqual([{ environment: "production", process: "order-intake", limit: 3 }]);
    expect(answer.json()).toMatchObject({ deployments: [{ id: deployment.id, startedAt: "2026-11-21T11:50:00.000Z", durationMs: 4200 }] });
  });

  it("is filtered, and goes on where a page has ended", async () => {
    const pages: HistoryQuery[] = [];
    const historyPage: ControllerParts["historyPage"] = (query) => {
      pages.push(query);
      return Promise.resolve({ deployments: [deployment], total: 7, next: deployment.id });
    };
    const { app } = api({ historyPage });
    const asked = "/api/v1/history?phase=RolledBack&q=error_rate&limit=1";
    const { total, next } = (await app.inject(asked)).json<{ total: number; next: string }>();
    expect(total).toBe(7);
    await app.inject(`${asked}&cursor=${next}`);
    const query = { phase: "RolledBack", q: "error_rate", limit: 1 };
    expect(pages).toEqual([query, { ...query, before: deployment.id }]);
  });

  it("shows one deployment with steps and validations", async () => {
    const { body } = await get(`/api/v1/deployments/${deployment.id}`);
    expect(body).toMatchObject({
      id: deployment.id,
      steps: [{ state: "started" }, { state: "switching" }],
      validations: [{ subject: "accepts an order" }],
    });
  });
});

describe("POST /api/v1/refresh", () => {
  it.each([
    ["without a body", {}],
    ["with JSON that is none", { headers: { "content-type": "application/json" }, payload: "{" }],
  ])("is accepted %s", async (_what, parts) => {
    const { app, refreshed } = api();
    expect((await app.inject({ method: "POST", url: "/api/v1/refresh", ...parts })).statusCode).toBe(202);
    expect(refreshed()).toBe(1);
  });
});

describe("GET /metrics", () => {
  it("is what the controller says, as Prometheus reads it", async () => {
    const answer = await api().app.inject("/metrics");
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.body).toBe("# HELP up Whether it is up.\nup 1\n");
  });
});

describe("only this machine is served", () => {
  it.each(["127.0.0.1", "127.0.0.1:8600", "localhost:1", "LOCALHOST", "[::1]:8600"])("host %s is", async (host) => {
    expect((await get("/healthz", { host })).status).toBe(200);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "0.0.0.0", "user@localhost"])(
    "host %j is not",
    async (host) => {
      expect(await get("/api/v1/status", { host })).toMatchObject({ status: 403, body: { code: "http/host-not-allowed" } });
    },
  );

  it.each([
    ["http://localhost:3000", 202],
    ["http://evil.example", 403],
    ["null", 403],
  ])("a page of %s gets %i", async (origin, status) => {
    const { app, refreshed } = api();
    expect((await app.inject({ method: "POST", url: "/api/v1/refresh", headers: { origin } })).statusCode).toBe(status);
    expect(refreshed()).toBe(status === 202 ? 1 : 0);
  });
});

describe("errors", () => {
  it("of the catalogue say code, message and hint", async () => {
    const { app } = api({ overview: () => Promise.reject(new PinionError("store/failed", "the disk is full")) });
    const answer = await app.inject("/api/v1/status");
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: "store/failed", message: "the disk is full" });
  });

  it("that are bugs are logged, and tell nothing", async () => {
    const { app, log } = api({ overview: () => Promise.reject(new Error("inner workings")) });
    const answer = await app.inject("/api/v1/status");
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("inner workings");
    expect(log.lines).toMatchObject([{ level: "error" }]);
  });
});
