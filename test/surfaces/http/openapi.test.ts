/** The document that describes the API, and what is really served. */

import { describe, expect, it } from "vitest";
import { createHttp } from "../../../src/surfaces/http/server.ts";
import { agreeing, documented, openApi } from "../../support/api-contract.ts";
import { createKeptLog } from "../../support/log.ts";
import { complete, openDoor } from "../cli/controller.ts";
import { fullOverview, noon } from "./pictures.ts";

function api(status: () => Promise<unknown> = () => Promise.resolve(fullOverview())) {
  const parts = complete({ overview: status as () => Promise<ReturnType<typeof fullOverview>> });
  return createHttp({ entrance: openDoor(), ...parts, log: createKeptLog(), metrics: () => Promise.resolve(""), now: () => noon });
}

const drawn = /^(.*)── (\S+) \((.*)\)$/u;

/** `GET /api/v1/status`, out of fastify's own drawing of its routes, where a path stands below the beginning of it. */
async function routesOf(app: ReturnType<typeof api>): Promise<readonly string[]> {
  await app.ready();
  const parents: { readonly depth: number; readonly path: string }[] = [];
  const routes: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).trim().split("\n")) {
    const [, before = "", path = "", methods = ""] = drawn.exec(line) ?? [];
    const whole = (parents.findLast(({ depth }) => depth < before.length)?.path ?? "") + path;
    parents.push({ depth: before.length, path: whole });
    const named = methods.split(", ").filter((method) => method !== "HEAD");
    routes.push(...named.map((method) => `${method} ${documented(whole)}`));
  }
  return routes;
}

describe("the document of the API", () => {
  it("names every route that is served, and no other", async () => {
    const described = Object.entries(openApi.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual((await routesOf(api())).toSorted());
  });

  it("is served", async () => {
    const answer = await agreeing(api()).inject("/api/v1/openapi.json");
    expect(answer.json()).toEqual(openApi);
  });

  it("describes a picture with everything in it", async () => {
    expect((await agreeing(api()).inject("/api/v1/status")).statusCode).toBe(200);
  });

  it("is really held against what is answered", async () => {
    const [production, ...others] = fullOverview().environments;
    const odd = { ...fullOverview(), environments: [{ ...production, url: 8 }, ...others] };
    expect((await agreeing(api(() => Promise.resolve(odd))).inject("/api/v1/status")).statusCode).toBe(500);
  });
});
