/** Gateway and Node-RED agree on every path: what one of them takes the other takes, and flows see what callers asked for. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedNodeRed, startEmbeddedNodeRed } from "../../../../src/adapters/engines/node-red/embedded.ts";
import type { DeploymentUnit } from "../../../../src/domain/desired/unit.ts";
import { call, openSetting, type Setting } from "../../routers/gateway/setting.ts";
import { node, unitOf, wires } from "./flows.ts";
import { addressOf, silent } from "./instances.ts";

/** One process each, so that every path is judged by itself. */
const paths = [
  "/CaseRoute/Items",
  "/orders/:id?",
  "/deep/:a/:b?/:c?",
  "/v/*/meta",
  "/files/*",
  "/gr%C3%B6%C3%9Fe",
  String.raw`/number/:id(\d+)`,
  "/word/:name([a-c]+)",
  "/colou?r",
  "/ab(cd)?e",
  "/way/(x|y)z",
  "/report-:year.json",
  "/:from-:to/trip",
  "/rest/:all*",
  "/dot.ted/:file.:ext?",
  String.raw`/esc\.aped`,
  "/plus/a+b",
];

describe("paths of a real Node-RED behind the gateway", () => {
  let directory: string;
  let embedded: EmbeddedNodeRed;
  let setting: Setting;
  const privately = new Map<string, string>();

  const flow = (url: string) => ({
    nodes: [
      node("in", "http in", { method: "get", url }),
      node("say", "function", {
        // What Express read of the path goes first: asking for `path` reads it anew.
        func: "const { req } = msg; msg.payload = [req._parsedUrl.path, req.url, req.originalUrl, req.path, req.route.path].join(' '); return msg;",
        outputs: 1,
      }),
      node("out", "http response"),
    ],
    connections: wires("in > say > out"),
    config: {},
  });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "pinion-addresses-"));
    setting = await openSetting();
    embedded = await startEmbeddedNodeRed({ environment: "test", directory, instances: 1, log: silent, drainMs: 1_000 });
    const units = paths.map((path, index): DeploymentUnit => unitOf(`p${index}`, "1.0.0", flow(path)));
    const results = await embedded.engine.ensureInstalled(units);
    expect(results.filter(({ kind }) => kind === "refused")).toEqual([]);
    for (const [index, unit] of units.entries()) {
      const url = await addressOf(embedded.engine, unit);
      const { process, version, digest } = unit;
      privately.set(paths[index] ?? "", url);
      const share = {
        version,
        digest,
        weight: 100,
        endpoints: [{ method: "GET", path: paths[index] ?? "" }],
        targets: [{ instance: "a", url }],
      };
      // An environment for each: here it is asked what one pattern takes, not which of several goes first.
      const refused = await setting.router.ensureRoutes(process, [{ process, timeoutMs: 20_000, sticky: null, shares: [share] }]);
      expect(refused).toEqual([]);
    }
  });
  afterAll(async () => {
    await embedded?.stop();
    await setting?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const ask = async (path: string, request: string) => {
    const [engine, gateway] = await Promise.all([
      call(`${privately.get(path)}${request}`),
      call(`${setting.gateway.url}/p${paths.indexOf(path)}${request}`),
    ]);
    return { engine, gateway };
  };

  const word = fc.constantFrom("a", "b", "7", "42", "x", "z", "abcd", "Items", "META", "gr%c3%b6%c3%9fe", "%20", "-", "color", "json");
  const parameter = /:\w+(?:\([^)]*\))?[?*]?|\*/g;
  const asWritten = (path: string): string => path.replaceAll(/\|[^)]*|[()?\\+]/g, "");
  /** One request that it takes: chance may find none. */
  const fitting = (path: string): string => asWritten(path.replaceAll(parameter, (found) => (found.includes("\\d") ? "7" : "a")));
  /** The path as written, with its parameters filled in, and changed a little. */
  const requestLike = (path: string) =>
    fc.tuple(fc.array(word, { minLength: 8, maxLength: 8 }), fc.nat(5)).map(([words, change]) => {
      let next = 0;
      const filled = asWritten(path.replaceAll(parameter, () => words[next++] ?? "a"));
      const changes = [
        filled,
        filled.toUpperCase(),
        `${filled}/`,
        filled.replace(/\/[^/]*$/, ""),
        `${filled}/${words[7]}`,
        filled.replace("/", "//"),
      ];
      return changes[change] || "/";
    });

  it.each(paths)("%s: gateway and engine give the same answer", async (path) => {
    const requests = new Set([fitting(path), ...fc.sample(requestLike(path), { numRuns: 40 })]);
    const answers = await Promise.all([...requests].map(async (request) => ({ request, ...(await ask(path, request)) })));
    const statuses = answers.map(({ request, gateway }) => [request, gateway.status]);
    expect(statuses).toEqual(answers.map(({ request, engine }) => [request, engine.status]));
    expect(new Set(answers.map(({ gateway }) => gateway.status))).toContain(200);
    for (const { engine, gateway } of answers) expect(engine.body + gateway.body).not.toContain("~p");
  });

  it("flows see the path that their caller asked for", async () => {
    const { gateway, engine } = await ask("/orders/:id?", "/orders/7?x=1&y=%2F");
    const address = "/orders/7?x=1&y=%2F";
    expect(gateway.body).toBe(`${address} ${address} ${address} /orders/7 /orders/:id?`);
    expect(engine.body).toBe(gateway.body);
  });

  it("an error page of the engine names the public path", async () => {
    const { engine } = await ask("/orders/:id?", "/nothing/here");
    expect([engine.status, engine.body]).toEqual([404, expect.stringContaining("Cannot GET /nothing/here")]);
  });
});
