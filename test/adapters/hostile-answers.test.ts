/** Everything that asks over HTTP meets the same hostile answers: none goes on reading, waits for ever, follows, or tells secrets. */

import { hasPulse } from "../../src/adapters/engines/node-red/child-process.ts";
import { createNodeRedClient } from "../../src/adapters/engines/node-red/client.ts";
import { createGitHttpClient } from "../../src/adapters/git/transport/git-http-client.ts";
import { createPrometheusSource } from "../../src/adapters/metrics/prometheus.ts";
import { createReceiver } from "../../src/adapters/notifiers/webhook/receiver.ts";
import { createHttpProber } from "../../src/adapters/probes/http-prober.ts";
import { createGatewayRouter } from "../../src/adapters/routers/gateway/client.ts";
import { createHttpClient } from "../../src/platform/http/http-client.ts";
import { httpCallerContract, token } from "../contracts/http-caller.ts";
import { aQuery } from "../support/metric-values.ts";

const mebibyte = 1024 * 1024;
const reference = { kind: "env", name: "TOKEN" } as const;
const secrets = { resolve: async () => token };
const authorization = `Bearer ${token}`;

httpCallerContract("the prober", {
  timeoutMs: 200,
  largestBodyBytes: mebibyte,
  answers: ["redirect", "login page", "compressed", "endless body"],
  code: null,
  open: async ({ url }, timeoutMs) => {
    const prober = createHttpProber();
    const ask = () => prober.ask({ method: "GET", url: `${url}/x`, headers: { authorization }, body: null, timeoutMs });
    return { ask, close: () => prober.close() };
  },
});

httpCallerContract("a metric source", {
  timeoutMs: 200,
  largestBodyBytes: mebibyte,
  code: "metric/unreachable",
  open: async ({ url }, timeoutMs) => {
    const auth = { kind: "bearer", token: reference } as const;
    const source = createPrometheusSource({ name: "prom", url, auth, headers: {}, timeoutMs, queries: {}, range: false, secrets });
    return { ask: () => source.measure(aQuery({ metric: "custom_metric", query: "up" })), close: () => source.close() };
  },
});

httpCallerContract("a receiver of messages", {
  timeoutMs: 200,
  largestBodyBytes: 4_096,
  answers: ["login page", "compressed", "endless body"],
  code: null,
  open: async ({ url }, timeoutMs) => {
    const receiver = createReceiver({ name: "chat", url: `${url}/hook`, token: reference, secrets, clock: { now: () => 0 }, timeoutMs });
    return { ask: () => receiver.post("application/json", "{}"), close: async () => undefined };
  },
});

httpCallerContract("the gateway's control client", {
  timeoutMs: 200,
  largestBodyBytes: 64 * mebibyte,
  code: "router/unreachable",
  open: async ({ url }, timeoutMs) => {
    const router = createGatewayRouter({ gateway: { controlUrl: url, token }, publicUrl: url, timeoutMs });
    return { ask: () => router.routes("production"), close: () => router.close() };
  },
});

const nodeRed = { timeoutMs: 200, code: "engine/unreachable" } as const;

httpCallerContract("an engine's client, for flows", {
  ...nodeRed,
  largestBodyBytes: 128 * mebibyte,
  open: async ({ url }, timeoutMs) => {
    const client = createNodeRedClient({ adminUrl: url, token, timeoutMs });
    return { ask: () => client.flows(), close: async () => undefined };
  },
});

httpCallerContract("an engine's client, for all else", {
  ...nodeRed,
  largestBodyBytes: 2 * mebibyte,
  open: async ({ url }, timeoutMs) => {
    const client = createNodeRedClient({ adminUrl: url, token: async () => token, timeoutMs });
    return { ask: () => client.starts(), close: async () => undefined };
  },
});

httpCallerContract("the pulse of an engine's process", {
  timeoutMs: 200,
  largestBodyBytes: 4_096,
  answers: ["redirect", "login page", "compressed", "endless body"],
  code: null,
  open: async ({ port }, timeoutMs) => {
    const http = createHttpClient({ connections: 1 });
    const record = { port, token, credentialSecret: "", uid: null, process: null };
    const ask = async () => {
      if (!(await hasPulse(http, record, timeoutMs))) throw new Error("none");
    };
    return { ask, close: async () => http.close() };
  },
});

httpCallerContract("the poll of a repository", {
  timeoutMs: 200,
  largestBodyBytes: 256 * 1024,
  code: null,
  open: async ({ url }, timeoutMs) => {
    const remote = { kind: "http", url, authorization, secrets: [token] } as const;
    const access = { enter: async () => remote, authorities: () => null };
    const client = createGitHttpClient({ access, timeoutMs, closing: new AbortController().signal });
    const ask = () => client.request({ url: `${url}/info/refs?service=git-upload-pack`, method: "GET", headers: {} });
    return { ask, close: () => client.close() };
  },
});
