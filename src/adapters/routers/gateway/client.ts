/** The router port over a gateway's control port. */

import { randomUUID } from "node:crypto";
import { PinionError } from "../../../domain/errors.ts";
import type { OwnAddress } from "../../../domain/config/config.ts";
import { parseShallowJson } from "../../../domain/shallow-json.ts";
import type { EnvironmentName, ProcessId } from "../../../domain/names.ts";
import type { TrafficCount } from "../../../domain/observed/route.ts";
import type { Router } from "../../../ports/router.ts";
import { readIdentity } from "../../../gateway/identity.ts";
import { ownerHeader, sequenceHeader } from "../../../gateway/owner.ts";
import { type Call, createTableWatch } from "../../../gateway/table-watch.ts";
import { checkHeaders } from "../../../gateway/own-requests.ts";
import * as fits from "../../../generated/validators/gateway.mjs";
import type { Successor } from "../../../schemas/gateway.ts";
import { checked } from "../../../domain/checked.ts";
import { bearer } from "../../../platform/http/authorization.ts";
import { type HttpAnswer, whole } from "../../../platform/http/http-answer.ts";
import { createHttpClient, type HttpClient } from "../../../platform/http/http-client.ts";
import { HttpFailure, type HttpFailureCode } from "../../../platform/http/http-failure.ts";
import { createKnownRoutes } from "./known-routes.ts";

/** Where a gateway's control port is: told, or read from its state folder before each call. */
export type ControlAddress =
  | { readonly controlUrl: string; readonly token: string | (() => Promise<string>) }
  /** `token`: of one that was handed it, and does not keep it in that folder. */
  | { readonly stateDirectory: string; readonly token?: string };

export interface GatewayRouterOptions {
  readonly gateway: ControlAddress;
  /** Base of the public address as callers reach it; null: as the gateway in the state folder says. */
  readonly publicUrl: string | null;
  /** Environments with an address of their own. */
  readonly environments?: Readonly<Record<EnvironmentName, OwnAddress>>;
  /** How long one call may take; default 10 s. */
  readonly timeoutMs?: number;
}

/** A router whose connections can be let go of. */
export interface GatewayRouter extends Router {
  /** Resolves when a gateway of this release is there and takes the token. @throws `router/unreachable`. */
  probe(): Promise<void>;
  /**
   * Whether the gateway is there and takes the token. Takes it over where it belongs to nobody, or to somebody else, and puts its
   * table back then. Gives one line for each thing that somebody else has done to it. @throws `router/unreachable`.
   */
  heartbeat(): Promise<readonly string[]>;
  /** Takes the gateway over and asks it to put another one in its place, on the same sockets where the addresses stay. False: it cannot. */
  succeed(change: Successor): Promise<boolean>;
  close(): Promise<void>;
}

interface Address {
  readonly controlUrl: string;
  readonly token: string;
}

const defaultTimeoutMs = 10_000;
/** As much as the control port takes of a table. */
const largestAnswerBytes = 64 * 1024 * 1024;
const unusable: ReadonlySet<HttpFailureCode> = new Set(["too-long", "headers", "encoded", "protocol"]);
/** Of the names of processes in an address, in characters. */
const longestQuery = 4_000;

/** Connects when first used, and keeps the connection. */
export function createGatewayRouter(options: GatewayRouterOptions): GatewayRouter {
  const http = createHttpClient({ connections: 4 });
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  // Until it takes the gateway over it is anybody with the token.
  const name = randomUUID();
  let calls = 0;
  const call = async (wanted: Call) => {
    const sequence = (calls += 1);
    return ask({ http, address: await locate(options.gateway), timeoutMs, name, sequence, call: wanted });
  };
  const watch = createTableWatch(call);
  // Asked at every turn, and the same most of the time.
  const known = createKnownRoutes();
  return {
    async routes(environment) {
      const since = known.revision(environment);
      const asked = since === null ? "" : `&since=${encodeURIComponent(since)}`;
      const text = await call({ method: "GET", path: `/table?environment=${encodeURIComponent(environment)}${asked}` });
      return atTheDoor(() => known.take(environment, text));
    },
    async ensureRoutes(environment, routes) {
      return watch.setting(environment, routes, async () => {
        const text = await call({ method: "PUT", path: `/routes/${encodeURIComponent(environment)}`, body: JSON.stringify(routes) });
        return atTheDoor(() =>
          checked(fits.routed, JSON.parse(text)).refused.map(({ index, ...refusal }) => ({
            process: routes[index]?.process ?? "",
            ...refusal,
          })),
        );
      });
    },
    async traffic(environment, counted): Promise<readonly TrafficCount[]> {
      if (counted?.size === 0) return [];
      const text = await call(trafficCall(environment, counted));
      const { traffic } = atTheDoor(() => checked(fits.traffic, JSON.parse(text)));
      // One of an earlier release gives all.
      return counted === undefined ? traffic : traffic.filter(({ process }) => counted.has(process));
    },
    async probe() {
      await call({ method: "GET", path: "/heartbeat" });
    },
    heartbeat: () => watch.beat(),
    succeed: (change) =>
      askForSuccessor(call, change).then(
        () => true,
        () => false,
      ),
    checkHeaders: async () => checkHeaders((await locate(options.gateway)).token),
    publicAddress: (environment: EnvironmentName) => `${publicUrl(options)}/${environment}`,
    callersAddress: (environment: EnvironmentName) => callersUrl(publicUrl(options), environment, options.environments?.[environment]),
    close: async () => http.close(),
  };
}

/** In the address, where an earlier release overlooks them, as far as they have room in it. */
function trafficCall(environment: EnvironmentName, counted: ReadonlySet<ProcessId> | undefined): Call {
  const path = `/traffic/${encodeURIComponent(environment)}`;
  if (counted === undefined) return { method: "GET", path };
  const query = [...counted].map((process) => `process=${encodeURIComponent(process)}`).join("&");
  if (query.length <= longestQuery) return { method: "GET", path: `${path}?${query}` };
  return { method: "POST", path, body: JSON.stringify({ processes: [...counted] }) };
}

async function askForSuccessor(call: (wanted: Call) => Promise<string>, change: Successor): Promise<void> {
  await call({ method: "PUT", path: "/owner" });
  await call({ method: "PUT", path: "/successor", body: JSON.stringify(change) });
}

function callersUrl(base: string, environment: EnvironmentName, own: OwnAddress | undefined): string {
  if (own === undefined) return `${base}/${environment}`;
  const url = new URL(base);
  if ("port" in own) url.port = String(own.port);
  else url.hostname = own.host;
  return url.origin;
}

function publicUrl(options: GatewayRouterOptions): string {
  if (options.publicUrl !== null) return options.publicUrl.replace(/\/+$/, "");
  const identity = "stateDirectory" in options.gateway ? readIdentity(options.gateway.stateDirectory) : null;
  if (identity === null)
    throw new PinionError("router/unreachable", "the gateway's public address is not known: it has not run in this state folder");
  return identity.url;
}

/** Read each time: a gateway that was restarted may be elsewhere, and its token may be another. */
async function locate(gateway: ControlAddress): Promise<Address> {
  if ("controlUrl" in gateway) {
    const token = typeof gateway.token === "string" ? gateway.token : await gateway.token();
    return { controlUrl: gateway.controlUrl.replace(/\/+$/, ""), token };
  }
  const identity = readIdentity(gateway.stateDirectory);
  if (identity === null) throw new PinionError("router/unreachable", `no gateway has run in ${gateway.stateDirectory}`);
  return { controlUrl: identity.controlUrl, token: gateway.token ?? identity.token ?? "" };
}

interface Ask {
  readonly http: HttpClient;
  readonly address: Address;
  readonly timeoutMs: number;
  /** What it calls itself. */
  readonly name: string;
  /** How many calls it has made, with this one. */
  readonly sequence: number;
  readonly call: Call;
}

async function ask(wanted: Ask): Promise<string> {
  const { address, call } = wanted;
  const answer = await send(wanted);
  if (answer.status === 200) return answer.text();
  if (answer.status === 400) throw new Error(`the gateway refuses ${call.method} ${call.path}: ${messageOf(answer)}`);
  const who = `the gateway's control port at ${address.controlUrl}`;
  throw new PinionError("router/unreachable", `${who} answered ${answer.status}: ${messageOf(answer)}`);
}

async function send({ http, address, timeoutMs, name, sequence, call }: Ask): Promise<HttpAnswer> {
  const { method, path, body } = call;
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const headers = { ...bearer(address.token), [ownerHeader]: name, [sequenceHeader]: String(sequence), ...json };
  const request = { url: address.controlUrl + path, method, headers, body: body ?? null, timeoutMs };
  try {
    // Setting routes twice is setting them once.
    return await http.ask({ ...request, reading: whole(largestAnswerBytes), isRepeatable: true });
  } catch (error) {
    const isUnusable = error instanceof HttpFailure && unusable.has(error.code);
    const what = isUnusable ? "gives no usable answer" : "does not answer";
    throw new PinionError("router/unreachable", `the gateway's control port at ${address.controlUrl} ${what}: ${reason(error)}`, {
      cause: error,
    });
  }
}

function atTheDoor<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new PinionError(
      "router/unreachable",
      `what answers on the gateway's control port is no gateway of this release: ${reason(error)}`,
      { cause: error },
    );
  }
}

function messageOf(answer: HttpAnswer): string {
  const message = fieldOf(answer.text(), "message");
  return answer.quote(typeof message === "string" ? message : undefined);
}

function fieldOf(text: string, name: string): unknown {
  try {
    const value: unknown = parseShallowJson(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
