/**
 * Engine and gateway of the size that `observed.ts` wants, as a process of its own: told on standard input where the flows and the table
 * are and where to listen, it prints a line once it does. Flows and requests do not run; what is asked about them is answered by the very code that answers in Node-RED and in the gateway.
 */

import { EventEmitter } from "node:events";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { json, text } from "node:stream/consumers";
import { readMarker } from "../src/adapters/engines/node-red/marker.ts";
import type { FlowNode } from "../src/adapters/engines/node-red/flow-nodes.ts";
import type { Route } from "../src/domain/observed/route.ts";
import { createControlServer } from "../src/gateway/control-server.ts";
import { createCounters } from "../src/gateway/counters.ts";
import { openLiveTable } from "../src/gateway/live-table.ts";
import { createUpstreams } from "../src/gateway/upstreams.ts";

interface Told {
  readonly environment: string;
  readonly token: string;
  readonly flowsFile: string;
  readonly routesFile: string;
  readonly enginePort: number;
  readonly controlPort: number;
}

interface Answer {
  status(code: number): Answer;
  json(body: unknown): void;
}

type Handler = (request: IncomingMessage & { readonly body?: unknown }, response: Answer) => void;

const told = JSON.parse(await text(process.stdin)) as Told;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const engine = openEngine(JSON.parse(readFileSync(told.flowsFile, "utf8")) as readonly FlowNode[]);
const gateway = await openGateway(JSON.parse(readFileSync(told.routesFile, "utf8")) as readonly Route[]);
await listen(engine, told.enginePort);
await listen(gateway.control, told.controlPort);
console.log("listening");

/** Node-RED's admin API at its root, with Pinion's plugin in it; below `/~TAB` every version answers its smoke test. */
function openEngine(flows: readonly FlowNode[]): Server {
  const handlers = new Map<string, Handler>();
  const events = new EventEmitter();
  const on = (method: string) => (path: string, _guard: unknown, handler: Handler) => void handlers.set(`${method} ${path}`, handler);
  const RED = {
    events,
    hooks: { add: () => undefined },
    auth: { needsPermission: () => null },
    httpAdmin: { get: on("GET"), put: on("PUT"), post: on("POST") },
    nodes: { getNode: () => ({}) },
    settings: { userDir: dirname(told.flowsFile) },
  };
  let active = { rev: revOf(flows), flows };
  const set = async (next: { readonly rev: string; readonly flows: readonly FlowNode[] }): Promise<string | null> => {
    if (next.rev !== active.rev) return null;
    active = { rev: revOf(next.flows), flows: next.flows };
    setImmediate(start);
    return active.rev;
  };
  const start = (): void => {
    events.emit("flows:starting", { config: active });
    events.emit("flows:started", { config: active });
  };
  const load = createRequire(import.meta.url);
  const pinion = load("../src/adapters/engines/node-red/runtime/pinion-plugin.cjs") as (red: object, around: object) => unknown;
  pinion(RED, { flows: { get: async () => active, set }, revision: async () => active.rev });
  start();
  const types = ["http in", "http response", "function", "catch", "switch", "change", "comment"];
  handlers.set("GET /nodes", (_request, response) => response.json([{ types, enabled: true }]));
  handlers.set("GET /flows", (_request, response) => response.json(active));
  handlers.set("POST /flows", ({ body }, response) => {
    void set(body as typeof active).then((rev) => (rev === null ? response.status(409).json({}) : response.json({ rev })));
  });
  return createServer((request, response) => {
    const { method, url = "/" } = request;
    if (url.startsWith("/~")) return void answer(response).json({ version: versionOf(url, active.flows) });
    if (url.startsWith("/public/")) return void answer(response).json({ version: gateway.versionAt(url) });
    const handler = handlers.get(`${method} ${url}`);
    if (!handler) return void answer(response).status(404).json({});
    const body = method === "GET" ? Promise.resolve(null) : json(request);
    return void body.then((parsed) => handler(Object.assign(request, { body: parsed }), answer(response)));
  });
}

function revOf(flows: readonly FlowNode[]): string {
  return createHash("sha256").update(JSON.stringify(flows)).digest("hex");
}

function versionOf(url: string, flows: readonly FlowNode[]): string {
  const [, place = ""] = url.split("/");
  const tab = flows.find(({ id }) => id === place.slice(1));
  return (tab && readMarker(tab)?.version) ?? "";
}

/** Every version has been called once. */
async function openGateway(routes: readonly Route[]): Promise<{ readonly control: Server; versionAt(url: string): string }> {
  const counters = createCounters(60_000);
  const { environment, token } = told;
  const storage = { load: async () => new Map([[environment, routes]]), save: async () => undefined };
  const table = await openLiveTable({ storage, counters, upstreams: createUpstreams({ log: silent }), log: silent });
  for (const { process: name, shares } of routes)
    for (const { version, digest, targets } of shares)
      for (const { instance } of targets) {
        const counter = counters.of({ environment, process: name, version, digest, instance });
        counter.begin();
        counter.end(200, false, 12);
      }
  const around = { token, table, counters, restored: () => 0, count: async () => undefined, health: () => [], succeed: null, log: silent };
  return {
    control: createControlServer(around),
    versionAt(url) {
      const name = url.split("/").at(-1);
      const shares = table.routes(environment).find((route) => route.process === name)?.shares ?? [];
      return shares.find(({ weight }) => weight === 100)?.version ?? "";
    },
  };
}

function answer(response: ServerResponse): Answer {
  let code = 200;
  const self: Answer = {
    status(given) {
      code = given;
      return self;
    },
    json: (body) => void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body)),
  };
  return self;
}

async function listen(server: Server, port: number): Promise<void> {
  // As the engine's: nothing is asked of it for a while.
  Object.assign(server, { keepAliveTimeout: 65_000 });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}
