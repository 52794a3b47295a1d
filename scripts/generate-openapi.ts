/** Makes the OpenAPI document of src/schemas/api-routes.ts. */

import { problem } from "../src/schemas/answers.ts";
import { apiRoutes, type ApiRoute } from "../src/schemas/api-routes.ts";
import { hoist } from "./generate-validators.ts";

type Json = Readonly<Record<string, unknown>>;

const title = "Pinion";
const description =
  "What a Pinion controller answers. Everything but /healthz and /readyz needs a token, over TCP. Further fields may come with any release.";

/** The document as JSON. */
export function generateOpenApi(): string {
  const schemas = new Map<string, Json>();
  const schemaOf = (schema: unknown) => hoist(schema, schemas, "#/components/schemas/");
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(apiRoutes)) {
    const [method = "", path = ""] = name.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(path, route, schemaOf) };
  }
  const components = {
    securitySchemes: { token: { type: "http", scheme: "bearer" } },
    schemas: Object.fromEntries([...schemas].toSorted(([one], [other]) => (one < other ? -1 : 1))),
  };
  const document = { openapi: "3.1.0", info: { title, version: "1", description }, security: [{ token: [] }], paths, components };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function operationOf(path: string, route: ApiRoute, schemaOf: (schema: unknown) => unknown): Json {
  const json = (schema: unknown) => ({ "application/json": { schema: schemaOf(schema) } });
  const answer = (schema: unknown) => (schema === null ? { "text/plain": { schema: { type: "string" } } } : json(schema));
  const responses = Object.entries(route.answers).map(([status, schema]) => [status, { description: status, content: answer(schema) }]);
  const inPath = [...path.matchAll(/\{(?<name>\w+)\}/gu)].map(({ groups }) =>
    parameter(groups?.["name"] ?? "", "path", { type: "string" }),
  );
  const query = Object.entries((route.query as { readonly properties: Json } | undefined)?.properties ?? {});
  const parameters = [...inPath, ...query.map(([name, schema]) => parameter(name, "query", schemaOf(schema)))];
  return {
    summary: route.summary,
    ...(route.isOpen && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: { required: true, content: json(route.body) } }),
    responses: { ...Object.fromEntries(responses), default: { description: "What went wrong.", content: json(problem) } },
  };
}

function parameter(name: string, place: "path" | "query", schema: unknown): Json {
  return { name, in: place, required: place === "path", schema };
}
