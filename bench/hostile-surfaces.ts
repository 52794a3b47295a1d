/** What comes in over the network: answers of engines, metric sources and git servers, and what callers send to the API. Each is of 5 MB unless it says otherwise. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNodeRedClient, type NodeRedClient } from "../src/adapters/engines/node-red/client.ts";
import { createTabSummaries } from "../src/adapters/engines/node-red/tabs.ts";
import { readCommit, readTree } from "../src/adapters/git/mirror/read-object.ts";
import { createGitRepository } from "../src/adapters/git/repository.ts";
import { createHttpJsonSource } from "../src/adapters/metrics/http-json.ts";
import { createPrometheusSource } from "../src/adapters/metrics/prometheus.ts";
import { createMatcher } from "../src/gateway/matcher.ts";
import { parseControllerConfig } from "../src/adapters/manifest/operator/controller-config.ts";
import type { MetricQuery } from "../src/domain/analysis/metrics.ts";
import { readPath } from "../src/domain/paths/path-pattern.ts";
import { createHttp } from "../src/surfaces/http/server.ts";
import { createKeptLog } from "../test/support/log.ts";
import { lettersWithoutOrder } from "../test/adapters/routers/gateway/letters.ts";
import { complete, openDoor } from "../test/surfaces/cli/controller.ts";
import type { Attack, HostileCase } from "./hostile-case.ts";

const megabytes = 5;
const size = megabytes * 1024 * 1024 - 100;
const fill = (piece: string, bytes = size): string => piece.repeat(Math.floor(bytes / piece.length));

/** Serves one body at every path. */
async function serving(body: string | Buffer, type: string, attack: (url: string) => Promise<string>): Promise<Attack> {
  const bytes = Buffer.from(body);
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.writeHead(200, { "content-type": type }).end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return () => attack(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const json = (body: string, attack: (url: string) => Promise<string>): Promise<Attack> => serving(body, "application/json", attack);

async function said(work: Promise<unknown>): Promise<string> {
  const answer = await work.catch((error: unknown) => `refused: ${String(error)}`);
  return typeof answer === "string" ? answer : "taken";
}

const engine = (url: string): NodeRedClient => createNodeRedClient({ adminUrl: url, token: null, timeoutMs: 60_000 });

const flows = (nodes: string): string => `{"rev":"1","flows":[${nodes}{"id":"z","type":"tab"}]}`;
const marker = JSON.stringify({ process: "p", version: "1.0.0", digest: `sha256-${"a".repeat(64)}`, nodes: {} });
const nodeOf = (index: number): string =>
  `{"id":"t${index % 500}.n${index}","type":"debug","z":"t${index % 500}","x":1,"y":1,"name":"${"x".repeat(90)}","wires":[[]]},`;
const tabOf = (index: number): string =>
  `{"id":"t${index}","type":"tab","label":"t","env":[{"name":"PINION_UNIT","value":${JSON.stringify(marker)},"type":"json"}]},`;
const listed = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join("");

const readFlows =
  (body: () => string): HostileCase["prepare"] =>
  () =>
    json(body(), (url) =>
      said(
        engine(url)
          .flows()
          .then(({ nodes }) => createTabSummaries()(nodes))
          .then(({ size: tabs }) => `${tabs} tabs`),
      ),
    );

const engines: Readonly<Record<string, HostileCase["prepare"]>> = {
  "flows, 30,000 small nodes": readFlows(() => flows(listed(30_000, nodeOf))),
  "flows, 500 tabs with markers": readFlows(() => flows(listed(500, tabOf) + listed(28_000, nodeOf))),
  "flows, lists in lists": readFlows(() => flows(`{"id":"a","type":"b","x":${"[".repeat(5000)}${"]".repeat(5000)}},`)),
  "flows, one node of lists": readFlows(() => flows(`{"id":"a","type":"b","x":[${fill("[],")}1]},`)),
  "flows, one text": readFlows(() => flows(`{"id":"a","type":"b","x":"${fill("a")}"},`)),
  "flows, 250,000 different keys": readFlows(() => flows(`{"id":"a","type":"b",${listed(250_000, (index) => `"k${index}":"",`)}"y":1},`)),
  "flows, 30 MB": readFlows(() => flows(listed(180_000, nodeOf))),
  "nodes, lists in lists": () => json(fill("[", 2_000_000), (url) => said(engine(url).nodeTypes())),
  "nodes, one list of sets": () => json(`[${fill('{"id":"a","types":["b"]},')}{}]`, (url) => said(engine(url).nodeTypes())),
  "nodes, types that are lists": () => json(`[{"types":[${fill("[],")}1]}]`, (url) => said(engine(url).nodeTypes())),
  "state, 80,000 tabs": () =>
    json(
      `{"flows":{},"tabs":{${listed(80_000, (index) => `"t${index}":{"missing":[],"armedAt":null,"inFlight":0},`)}"z":{"missing":[]}}}`,
      (url) => said(engine(url).state()),
    ),
};

const metricOptions = (url: string) => ({
  url,
  name: "m",
  auth: { kind: "none" } as const,
  headers: {},
  timeoutMs: 60_000,
  secrets: { resolve: async () => "" },
});
const query: MetricQuery = {
  environment: "dev",
  unit: { process: "p", version: "1.0.0", digest: `sha256-${"a".repeat(64)}` },
  metric: "error_rate",
  statistic: null,
  query: "x",
  windowMs: 1000,
  until: 0,
};

const measure =
  (body: () => string): HostileCase["prepare"] =>
  () =>
    json(body(), (url) => said(createPrometheusSource({ ...metricOptions(url), queries: {}, range: false }).measure(query)));

const metrics: Readonly<Record<string, HostileCase["prepare"]>> = {
  "1 MB of series": measure(
    () => `{"status":"success","data":{"resultType":"vector","result":[${fill('{"metric":{},"value":[1,"1"]},', 1_000_000)}{}]}}`,
  ),
  "1 MB of lists": measure(() => fill("[", 1_000_000)),
  "5 MB": measure(() => `{"status":"${fill("a")}"}`),
  "a JSON document of 1 MB": () =>
    json(`{"a":[${fill("[1,2],", 1_000_000)}1]}`, (url) =>
      said(createHttpJsonSource({ ...metricOptions(url), value: "/a/0/0", count: null }).measure(query)),
    ),
};

const packet = (line: string): string => `${(line.length + 4).toString(16).padStart(4, "0")}${line}`;
const id = "a".repeat(40);
const capabilities = `${packet("# service=git-upload-pack\n")}0000${packet("version 2\n")}${packet("ls-refs\n")}${packet("fetch=shallow\n")}0000`;

/** A server that lists what nobody asked for. */
async function polled(refs: string): Promise<Attack> {
  const server = createServer((request, response) => {
    request.resume();
    const isDiscovery = request.method === "GET";
    response.writeHead(200, { "content-type": `application/x-git-upload-pack-${isDiscovery ? "advertisement" : "result"}` });
    response.end(isDiscovery ? capabilities : refs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.git`;
  const directory = mkdtempSync(join(tmpdir(), "pinion-hostile-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const repository = createGitRepository({ url, branch: "main", directory: join(directory, "mirror"), log: createKeptLog() });
  return () => said(repository.poll());
}

const rawTree = (count: number, name: (index: number) => string): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, index) => Buffer.concat([Buffer.from(`40000 ${name(index)}\0`), Buffer.alloc(20, index)])),
  );

const git: Readonly<Record<string, HostileCase["prepare"]>> = {
  "70,000 branches": () => polled(`${listed(70_000, (index) => packet(`${id} refs/heads/b${index}\n`))}0000`),
  "branches with long names": () => polled(`${listed(80, (index) => packet(`${id} refs/heads/${"n".repeat(60_000)}${index}\n`))}0000`),
  "a million empty packets": () => polled(fill("0004")),
  "a million ends": () => polled(fill("0000")),
  "an answer that is no packet": () => polled(fill("zzzz")),
  "a tree of 100,000 names": () => {
    const bytes = rawTree(100_000, (index) => `file-${index}`);
    return async () => `${(await readTree(bytes, 20)).length}`;
  },
  "a tree of 100,000 names in git's order, which is not that of the names": () => {
    const bytes = rawTree(100_000, (index) => `f${String(index >> 1).padStart(6, "0")}${index % 2 === 0 ? "-" : ""}`);
    return async () => `${(await readTree(bytes, 20)).length}`;
  },
  "a commit of 100,000 parents": () => {
    const bytes = Buffer.from(`tree ${id}\n${fill(`parent ${id}\n`)}author a <a> 1 +0000\n\nx`);
    return async () => `${readCommit(id, bytes).parents.length}`;
  },
  "a commit's message of 5 MB": () => {
    const bytes = Buffer.from(
      `tree ${id}\nauthor ${fill("<", 1_000_000)}\ncommitter ${fill("> 1 ", 1_000_000)}\n\n${fill(" \n", 3_000_000)}`,
    );
    return async () => readCommit(id, bytes).subject;
  },
};

function api(): ReturnType<typeof createHttp> {
  return createHttp({ entrance: openDoor(), ...complete({}), log: createKeptLog(), metrics: async () => "", now: () => 0 });
}

async function sent(path: string, payload: string): Promise<Attack> {
  const app = api();
  await app.ready();
  return () =>
    said(
      app
        .inject({ method: "POST", url: path, headers: { host: "127.0.0.1", "content-type": "application/json" }, payload })
        .then(({ statusCode }) => `${statusCode}`),
    );
}

function matched(pattern: (index: number) => string, path: string): HostileCase["prepare"] {
  return () => {
    const endpoints = Array.from({ length: 500 }, (_, index) =>
      readPath(pattern(index)).forms.map((form) => ({ form, path: form.key, method: "GET", serves: index })),
    );
    const { match } = createMatcher(endpoints.flat());
    return async () => match("GET", `/${path}`).kind;
  };
}

const orders = "/api/v1/environments/dev/commands";
const callers: Readonly<Record<string, HostileCase["prepare"]>> = {
  "an order of 5 MB": () => sent(orders, `{"a":"${fill("a")}"}`),
  "an order of 60 KB of lists": () => sent(orders, fill("[", 60_000)),
  "an order of 60 KB of keys": () => sent(orders, `{${listed(5000, (index) => `"k${index}":1,`)}"z":1}`),
  "a URL of 15 KB": () => sent(`${orders}?${fill("a=1&", 15_000)}`, "{}"),
  "a path of 15 KB against 500 patterns": matched((index) => `/${"a*".repeat(6)}${index}`, fill("a", 15_000)),
  "a path of 30 KB against 500 patterns that know no two places of it as the same": matched(
    (index) => `/:x([ab]+a[ab]{60})${index}`,
    lettersWithoutOrder(30_000),
  ),
  "a path of 30 KB against 20 such patterns": matched(
    (index) => (index < 20 ? `/:x([ab]+a[ab]{60})${index}` : `/p${index}`),
    lettersWithoutOrder(30_000),
  ),
  "a path of 15,000 slashes": matched((index) => `/${":a/".repeat(40)}x${index}`, fill("a/", 30_000)),
};

const config =
  (text: () => string): HostileCase["prepare"] =>
  () => {
    const file = text();
    return async () => said(new Promise((resolve) => resolve(parseControllerConfig(file, "pinion.yaml"))).then(() => "taken"));
  };

const own: Readonly<Record<string, HostileCase["prepare"]>> = {
  "pinion.yaml of 5 MB of keys": config(() => listed(300_000, (index) => `k${index}: 1\n`)),
  "pinion.yaml of brackets": config(() => fill("[")),
};

const named = (kind: string, cases: Readonly<Record<string, HostileCase["prepare"]>>): readonly HostileCase[] =>
  Object.entries(cases).map(([name, prepare]) => ({ name: `${kind}: ${name}`, prepare }));

export const surfaces: readonly HostileCase[] = [
  ...named("engine", engines),
  ...named("metrics", metrics),
  ...named("git", git),
  ...named("API", callers),
  ...named("own file", own),
];
