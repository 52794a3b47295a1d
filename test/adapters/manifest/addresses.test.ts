/** Where the versions of a repository answer: what cannot be served, and who would answer for whom. */

import { describe, expect, it } from "vitest";
import { createManifests } from "../../../src/adapters/manifest/manifests.ts";
import { validateRepository } from "../../../src/adapters/manifest/validate-repository.ts";
import { nodeRedDialect } from "../../../src/adapters/engines/node-red/dialect.ts";
import { createFakeObjects, createFakeParseCache } from "../../fakes/objects.ts";

/** Draft processes by name, each with the addresses that it answers at; all are pinned in production. */
function repository(processes: Readonly<Record<string, readonly string[]>>, environment = ""): Record<string, string> {
  const files = Object.entries(processes).flatMap(([process, urls]) => [
    [
      `processes/${process}/process.yaml`,
      `id: ${process}\ntitle: T\nowner: team\nengine: node-red\nversions:\n  - { version: 1.0.0, status: draft }\n`,
    ],
    [`processes/${process}/versions/1.0.0.yaml`, `version: 1.0.0\ntitle: T\ndefinition:\n  nodes:\n${urls.map(nodeText).join("")}`],
  ]);
  return {
    ...(Object.fromEntries(files) as Record<string, string>),
    "environments/production/environment.yaml": `name: production\ntype: production\nrestrictions: { allowedVersionTypes: [draft] }\n${environment}`,
    "environments/production/pins.yaml": Object.keys(processes)
      .map((process) => `${process}: 1.0.0\n`)
      .join(""),
  };
}

function nodeText(written: string, index: number): string {
  const [method = "", url = ""] = written.split(" ");
  return `    - { id: n${index}, type: http in, config: { method: ${method}, url: '${url.replaceAll("_", " ")}' } }\n`;
}

async function findings(files: Record<string, string>) {
  const objects = createFakeObjects();
  const found = await validateRepository({ objects, dialects: [nodeRedDialect], commit: objects.commit(files) });
  return found.findings.map(({ file, line, code, message }) => ({ at: `${file.replace("processes/", "")}:${line}`, code, message }));
}

describe("a path that is not served", () => {
  it.each([
    ["get /zz|\\S+", '"|" outside of parentheses'],
    ["get /sp_ace", "write %20"],
    ["get /a(?=b)", "one pass"],
    ["get /~other/x", "private"],
    ["head /x", "Node-RED listens to get, post, put, patch, delete"],
    ["get ", "it has no url"],
  ])("%s is a finding at its line", async (address, why) => {
    expect(await findings(repository({ orders: ["get /orders", address] }))).toContainEqual({
      at: "orders/versions/1.0.0.yaml:6",
      code: "address/not-served",
      message: expect.stringContaining(why) as string,
    });
  });

  it.each(["/orders/:id?", "/colou?r", "/ab(cd)?e", "/v/*/meta", "/(x|y)z", "/gr%C3%B6%C3%9Fe", "/item/:id(\\d+)", "orders"])(
    "%s is none",
    async (path) => {
      expect(await findings(repository({ orders: [`get ${path}`] }))).toEqual([]);
    },
  );
});

describe("two processes of one environment", () => {
  it("that answer the same requests are a finding each, with the other's place", async () => {
    expect(await findings(repository({ alpha: ["get /apple", "get /shared/:id"], beta: ["post /apple", "get /Shared/:number/"] }))).toEqual(
      [
        {
          at: "alpha/versions/1.0.0.yaml:6",
          code: "address/clash",
          message:
            "GET /shared/:id of alpha answers what GET /Shared/:number/ of beta 1.0.0 (processes/beta/versions/1.0.0.yaml:6) answers in production too, such as GET /shared/1",
        },
        {
          at: "beta/versions/1.0.0.yaml:6",
          code: "address/clash",
          message: expect.stringContaining("of alpha 1.0.0 (processes/alpha/versions/1.0.0.yaml:6)") as string,
        },
      ],
    );
  });

  it.each([
    ["/item/:id(\\d+)", "/item/:slug", false],
    ["/item/:id(\\d+)", "/item/:n([0-9]+)", true],
    ["/item/:id(\\d+)", "/item/:n([a-z]+)", false],
    ["/item/:id?", "/item", true],
    ["/*", "/item", false],
    ["/health", "/health", false],
  ])("%s and %s clash: %s", async (one, other, isClash) => {
    const health = "validation: { healthCheck: { endpoint: /health } }\n";
    const found = await findings(repository({ alpha: [`get ${one}`], beta: [`get ${other}`] }, health));
    expect(found.map(({ code }) => code).filter((code) => code !== "pin/health-not-served")).toEqual(
      isClash ? ["address/clash", "address/clash"] : [],
    );
  });

  it("may move, swap and rename paths in one commit", async () => {
    expect(await findings(repository({ alpha: ["get /apple"], gamma: ["get /banana"] }))).toEqual([]);
    expect(await findings(repository({ alpha: ["get /banana"], gamma: ["get /apple"] }))).toEqual([]);
  });

  it("keep their pins runnable: what serves the address goes on, and only a newcomer is refused", async () => {
    const objects = createFakeObjects();
    const manifests = createManifests({ objects, cache: createFakeParseCache(), dialects: [nodeRedDialect] });
    const { environments } = await manifests.snapshot(objects.commit(repository({ alpha: ["get /a"], beta: ["get /a"] })), 0);
    expect([...(environments.get("production")?.pins.values() ?? [])].map(({ kind }) => kind)).toEqual(["runnable", "runnable"]);
  });

  it("are told apart in bounded time, however many patterns of one kind there are", async () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`p${index}`, [`get /:a(x{60}${index})`]]));
    expect(await findings(repository(many))).toEqual([]);
  });
});

describe("a health check", () => {
  const asking = (validation: string): string => `validation: { ${validation} }\n`;
  const health = asking("healthCheck: { endpoint: /health }");

  it("that a pinned version does not answer is a finding at its pin", async () => {
    expect(await findings(repository({ alpha: ["get /health"], beta: ["get /b", "post /health"] }, health))).toEqual([
      {
        at: "environments/production/pins.yaml:2",
        code: "pin/health-not-served",
        message: "the health check of production asks GET /health, and beta 1.0.0 does not answer it: its deployment would fail",
      },
    ]);
  });

  it.each([
    ["/health", "/health"],
    ["/Health/", "/health"],
    ["/:what", "/health"],
    ["/h*", "/health"],
    ["/health", "/health?deep=1"],
  ])("is answered by %s when it asks %s", async (path, asked) => {
    expect(await findings(repository({ alpha: [`get ${path}`] }, asking(`healthCheck: { endpoint: "${asked}" }`)))).toEqual([]);
  });

  it("of which nothing is asked is none", async () => {
    expect(await findings(repository({ alpha: ["get /a"] }))).toEqual([]);
  });
});
