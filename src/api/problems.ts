/** How errors become answers: one place for status codes and the JSON `{code, message, hint}`. */

import { type ErrorCode, PinionError } from "../domain/errors.ts";
import type { Finding } from "../domain/finding.ts";

export interface Problem {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly hint: string; readonly findings?: readonly Finding[] };
}

const served =
  "GET /api/v1/status, /api/v1/processes, /api/v1/summary, /api/v1/why, /api/v1/history, /api/v1/deployments/ID, /api/v1/openapi.json, /metrics, /healthz and /readyz are served, and POST /api/v1/refresh and " +
  "/api/v1/environments/ENVIRONMENT/commands.";

const statusByCode: Partial<Record<ErrorCode, number>> = {
  "usage/invalid": 400,
  "environment/unknown": 404,
  "process/unknown": 404,
  "deployment/unknown": 404,
  "command/refused": 409,
  "controller/unauthorized": 401,
};

/** What is answered for an error. A bug tells nothing about itself; the log does. */
export function problemOf(error: unknown): Problem {
  if (error instanceof PinionError) return problemOfPinion(error);
  const status = clientStatusOf(error);
  if (status !== null) return { status, body: { code: "usage/invalid", message: messageOf(error), hint: served } };
  return { status: 500, body: { code: "internal", message: "something went wrong inside of the controller", hint: "Its log says what." } };
}

function problemOfPinion(error: PinionError): Problem {
  const status = statusByCode[error.code] ?? (error.retry === "later" ? 503 : 500);
  const findings = error.findings.length === 0 ? {} : { findings: error.findings };
  return { status, body: { code: error.code, message: error.message, hint: error.hint, ...findings } };
}

/** Of errors that the server framework makes for requests that are no good. */
function clientStatusOf(error: unknown): number | null {
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : null;
  return typeof status === "number" && status >= 400 && status < 500 ? status : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "the request is no good";
}

export const notFound: Problem = {
  status: 404,
  body: { code: "http/not-found", message: "there is nothing at this address", hint: served },
};

/** Who comes without a token that is known. */
export function stranger(hasShownOne: boolean): Problem {
  const message = hasShownOne ? "the token is not the one of this controller" : "the API is open to those who show its token";
  return { ...problemOf(new PinionError("controller/unauthorized", message)), status: 401 };
}

/** Who shows the token for the metrics page and wants more. */
export const metricsOnly: Problem = {
  ...problemOf(new PinionError("controller/unauthorized", "this token is for GET /metrics alone")),
  status: 403,
};

export const foreignHost: Problem = {
  status: 403,
  body: {
    code: "http/host-not-allowed",
    message: "the Host header does not name this controller",
    hint: "Ask for its address, such as http://127.0.0.1:8600, or add the name that you use to `listen.names` in pinion.yaml.",
  },
};

export const foreignOrigin: Problem = {
  status: 403,
  body: {
    code: "http/origin-not-allowed",
    message: "the request was made by a page of another origin",
    hint: "Only pages of its own address may use the API.",
  },
};
