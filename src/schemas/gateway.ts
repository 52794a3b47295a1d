/** What the gateway takes at its control port and keeps in its files, and what a controller reads there. */

import { type Static , Type } from "typebox";
import type { GatewaySettings } from "../domain/config/config.ts";
import type { Route, TrafficCount } from "../domain/observed/route.ts";
import { count, describing, digest, form, list as listOf, nullable, oneOf, percent, someText } from "./shapes.ts";

const endpoint = Type.Object({
  method: form(/^[A-Z]{1,20}$/, "a method in upper case, or ANY"),
  path: Type.String({ description: "a path" }),
});

const target = Type.Object({
  instance: form(/^[\x21-\x7e]{1,200}$/, "the name of an instance"),
  url: form(/^https?:\/\/[^\s]{1,2000}$/, "an http(s) URL"),
});

const share = Type.Object({
  version: form(/^[0-9A-Za-z.+-]{1,200}$/, "a semantic version"),
  digest,
  weight: percent,
  endpoints: listOf(endpoint),
  targets: listOf(target),
});

/** Node clamps longer timers to nothing. */
const timeoutMs = Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: "a whole number from 1 to 2147483647" });

const sticky = Type.Object({
  kind: oneOf(["header", "cookie"]),
  name: form(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/, "the name of a header or a cookie"),
});

/** Only kept and given back. A gateway of an earlier release drops it. */
const takenBack = Type.Object({ deployment: Type.String(), trigger: Type.String(), why: Type.String() });

/** Who gets the traffic of a process. */
export const route = describing<Route>()(
  Type.Object({
    process: form(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "a process id: lower-case words joined by hyphens"),
    timeoutMs,
    sticky: nullable(sticky),
    shares: listOf(share),
    takenBack: Type.Optional(takenBack),
  }),
);

/** Routes, each of which holds or does not by itself. */
export const list = listOf(Type.Unknown());

/** A whole table, as it is kept and as it is read: routes by environment. */
export const table = Type.Object({ environments: Type.Record(Type.String(), list) });

/** The routes of one environment, as they are read: all, or those that have changed since a revision. One of an earlier release knows no revisions. */
export const routes = Type.Object({
  routes: list,
  revision: Type.Optional(Type.String()),
  isWhole: Type.Optional(Type.Boolean()),
  gone: Type.Optional(listOf(Type.String())),
});

/** Whose requests are asked for. */
export const counted = Type.Object({ processes: listOf(Type.String()) });

/** What a gateway says of the routes that it was sent: those that it refused. */
export const routed = Type.Object({
  refused: listOf(Type.Object({ index: Type.Integer({ minimum: 0 }), isAboutPath: Type.Boolean(), why: Type.String() })),
});

const trafficCount = describing<TrafficCount>()(
  Type.Object({
    process: Type.String(),
    version: Type.String(),
    digest,
    instance: Type.String(),
    requests: count,
    errors: count,
    inFlight: count,
    latencySumMs: count,
    latency: listOf(Type.Object({ leMs: count, count })),
  }),
);

/** What went through a gateway. */
export const traffic = Type.Object({ traffic: listOf(trafficCount) });

/** What a gateway says of itself. */
export const heartbeat = Type.Object({ pid: Type.Number(), isOwner: Type.Boolean(), refused: count, restored: count });

export type Heartbeat = Static<typeof heartbeat>;

const whole = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: "a whole number" });
const host = someText;
const port = Type.Integer({ minimum: 1, maximum: 65_535, description: "a port" });

const settings = describing<GatewaySettings>()(
  Type.Object({
    trustedProxies: listOf(someText),
    maxConnections: whole,
    bodyIdleMs: whole,
    environments: Type.Record(Type.String(), Type.Union([Type.Object({ port }), Type.Object({ host })])),
  }),
);

/** What a gateway's successor is started with instead of what the gateway before was. Port 0: a free one. */
export const successor = Type.Object({
  host,
  port: Type.Integer({ minimum: 0, maximum: 65_535, description: "a port, or 0" }),
  settings,
});

export type Successor = Static<typeof successor>;

const ownedProcess = Type.Object({
  pid: Type.Integer({ minimum: 1, description: "a process id" }),
  startTime: nullable(someText),
});

/** `gateway.json`: who serves a state folder, now or before. */
export const identity = Type.Object({
  ...ownedProcess.properties,
  url: someText,
  host,
  controlUrl: someText,
  token: nullable(someText),
  startedAt: someText,
  settings: Type.String(),
  workers: listOf(ownedProcess),
  standby: nullable(ownedProcess),
});
