"use strict";
/**
 * One Node-RED instance as a process of its own: `node child.cjs FOLDER`, told what it must know on standard input. It serves its
 * flows and a token-guarded admin API on loopback, outlives whoever started it, and finishes what is in flight on SIGTERM.
 */

const { createHash, timingSafeEqual } = require("node:crypto");
const { ftruncateSync, readFileSync, writeSync } = require("node:fs");
const http = require("node:http");
const RED = require("node-red");
const { makeLargeDeploysCheap } = require("./large-deploys.cjs");
const { surviveLateErrors } = require("./late-errors.cjs");
const { guardStart } = require("./start-guard.cjs");
const pinion = require("./pinion-plugin.cjs");

/** Node-RED's own express: its apps must be mounted in the same one. */
const express = require(require.resolve("express", { paths: [require.resolve("node-red")] }));

/** The exit code that says the port is taken. */
const portTaken = 98;
/** With more than one nobody is named anyway. */
const mostRecorded = 10;
const pulsePath = "/__admin/pinion/pulse";

const { port, tokenDigest, userDir, credentialSecret, drainMs, atWorkFd } = JSON.parse(readFileSync(0, "utf8"));
const guard = guardStart(userDir);
const app = express();
app.disable("x-powered-by");
// Whether this process still turns is answered before anything of Node-RED's is asked.
const server = http.createServer((request, response) => (request.url === pulsePath ? response.end("alive") : app(request, response)));
server.keepAliveTimeout = 65_000;

RED.init(server, {
  uiHost: "127.0.0.1",
  uiPort: port,
  userDir,
  flowFile: "flows.json",
  flowFilePretty: false,
  httpAdminRoot: "/__admin",
  httpNodeRoot: "/",
  disableEditor: true,
  credentialSecret,
  adminAuth: {
    type: "credentials",
    users: async () => null,
    authenticate: async () => null,
    tokens: async (given) => (isToken(given) ? { username: "pinion", permissions: "*" } : null),
  },
  apiMaxLength: "64mb",
  telemetry: { enabled: false, updateNotification: false },
  diagnostics: { enabled: true },
  runtimeState: { enabled: true },
  externalModules: { autoInstall: false, palette: { allowInstall: false, allowUpload: false }, modules: { allowInstall: false } },
  functionTimeout: 0,
  logging: { console: { level: "off" }, pinion: { level: "warn", metrics: false, audit: false, handler: () => writeLog } },
});
makeLargeDeploysCheap();
surviveLateErrors(RED);
app.use("/__admin", RED.httpAdmin);
app.use("/", RED.httpNode);
const { inFlight, atWork } = pinion(RED, { flows: { get: () => RED.runtime.flows.getFlows({}), set: setFlows }, tellAtWork: record });
// A flow that ends this process by `process.exit` does so while it runs.
process.on("exit", () => record(atWork()));

server.once("error", (error) => {
  process.stderr.write(`${new Date().toISOString()} cannot listen on port ${port}: ${error.message}\n`);
  process.exit(error.code === "EADDRINUSE" ? portTaken : 1);
});
// Nobody gets in before the flows of an earlier life run again: a request that came too soon would be answered 404.
const listen = () => void (server.listening || server.listen(port, "127.0.0.1"));
RED.events.once("flows:started", listen);
RED.events.on("flows:starting", () => guard.starting());
RED.events.on("flows:started", () => guard.started());
RED.events.on("runtime-event", ({ payload }) => payload && payload.error && listen());
RED.start().catch((error) => {
  process.stderr.write(`${new Date().toISOString()} Node-RED did not start: ${error.stack}\n`);
  process.exit(1);
});
process.once("SIGTERM", () => void finish());

/** For whoever finds this process dead: one line, over the one before. */
function record({ isSure, units }) {
  try {
    writeSync(atWorkFd, `${JSON.stringify({ isSure, units: units.slice(0, mostRecorded) })}\n`, 0);
  } catch {
    forget();
  }
}

/** Better nobody is named than somebody who was at work before. */
function forget() {
  try {
    ftruncateSync(atWorkFd);
  } catch {
    // Then it cannot be read either.
  }
}

/** As the admin API does it; null: somebody else has deployed since that revision. */
async function setFlows(flows) {
  try {
    return (await RED.runtime.flows.setFlows({ flows, deploymentType: "nodes" })).rev;
  } catch (error) {
    if (error.code === "version_mismatch") return null;
    throw error;
  }
}

async function finish() {
  server.close();
  server.closeIdleConnections();
  const deadline = Date.now() + drainMs;
  while (inFlight() > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 25));
  await Promise.race([RED.stop(), new Promise((resolve) => setTimeout(resolve, 5_000))]);
  process.exit(0);
}

function isToken(given) {
  return timingSafeEqual(createHash("sha256").update(String(given)).digest(), Buffer.from(tokenDigest, "hex"));
}

function writeLog(entry) {
  const message = entry.msg && entry.msg.message ? entry.msg.message : entry.msg;
  process.stdout.write(
    `${new Date(entry.timestamp).toISOString()} ${entry.id ? `${entry.id} ` : ""}${typeof message === "string" ? message : JSON.stringify(message)}\n`,
  );
}
