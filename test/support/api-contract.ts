/** Holds the answers of the API to schemas/openapi.json: one that is not as described there becomes an error. */

import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { FastifyInstance } from "fastify";

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>>;
}

export const openApi = JSON.parse(readFileSync(new URL("../../schemas/openapi.json", import.meta.url), "utf8")) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

const ajv = new Ajv2020({ strict: false, discriminator: true });
formats.default(ajv, ["date-time"]);
ajv.addSchema(openApi, "api");

/** As fastify writes paths, as the document does. */
export function documented(path: string): string {
  return path.replaceAll(/:(?<name>\w+)/gu, "{$<name>}");
}

function validatorOf(path: string, method: string, status: number): ValidateFunction | null {
  const responses = openApi.paths[path]?.[method]?.responses;
  if (responses === undefined) throw new Error(`schemas/openapi.json has no ${method} ${path}`);
  const answer = String(status) in responses ? String(status) : "default";
  if (responses[answer]?.content["application/json"] === undefined) return null;
  const at = ["paths", path, method, "responses", answer, "content", "application/json", "schema"];
  const pointer = at.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  return ajv.compile({ $ref: `api#/${pointer}` });
}

/** The same API; what it answers is looked at. */
export function agreeing(app: FastifyInstance): FastifyInstance {
  app.addHook("onSend", async ({ method, routeOptions: { url } }, reply, payload) => {
    if (url === undefined) return payload;
    const isValid = validatorOf(documented(url), method.toLowerCase(), reply.statusCode);
    if (isValid !== null && !isValid(JSON.parse(String(payload))))
      throw new Error(`${method} ${url} ${reply.statusCode} is not as described: ${ajv.errorsText(isValid.errors)}`);
    return payload;
  });
  return app;
}
