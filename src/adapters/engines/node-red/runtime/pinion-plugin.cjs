"use strict";
/**
 * Pinion's part inside Node-RED: says when a deploy really runs, counts per tab, and holds schedules and subscriptions of tabs
 * that are not armed. The embedded engine loads it by itself; README.md says how to add it to a Node-RED of your own.
 */

const { randomUUID } = require("node:crypto");
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Meter } = require("./meter.cjs");
const { OwnChecks } = require("./own-checks.cjs");
const showPublicPaths = require("./public-paths.cjs");
const { TabContents } = require("./tab-contents.cjs");
const { TabLog } = require("./tab-log.cjs");

const markerVariable = "PINION_UNIT";
/** A message that nothing leads to came from one of these because a request, or another node, set it off. */
const setOffByOthers = new Set(["http in", "link in", "catch", "status", "complete", "websocket in"]);

/** Tabs in one answer: some hundred kilobytes. */
const mostChanges = 2_000;

/** `flows` are the ways to the flows themselves where the host process has them, `get` and `set`; `tellAtWork` is given whose work is under way, whenever that changes. */
module.exports = function pinion(RED, { flows = null, tellAtWork = () => undefined } = {}) {
  if (RED.plugins) RED.plugins.registerPlugin("pinion", { type: "pinion" });
  const tabs = trackTabs(RED);
  const checks = new OwnChecks();
  const meter = new Meter(tabs, { tellAtWork, isCheck: (request) => checks.has(request) });
  const arming = holdUnarmed(RED, tabs);

  RED.hooks.add("onSend.pinion", (sent) => {
    const [first] = sent;
    if (!first || !first.source.node) return undefined;
    if (!arming.mayStart(first.source.node)) return false;
    meter.sent(first.source.node, first.msg);
    return undefined;
  });
  RED.hooks.add("preDeliver.pinion", (event) => void meter.routed(event));
  RED.hooks.add("onReceive.pinion", (event) => void meter.receiving(event.destination.node, event.msg));
  RED.hooks.add("postReceive.pinion", (event) => void meter.handedOver(event.destination.node, event.msg));
  RED.hooks.add("onComplete.pinion", (event) => void meter.completed(event.node.node, event.msg));
  if (RED.log && RED.log.addHandler) RED.log.addHandler({ emit: (_event, entry) => meter.logged(entry) });
  RED.events.on("flows:started", () => meter.keepOnly(tabs.known));

  if (RED.httpNode) {
    RED.httpNode.use(function receiveCheck(request, _response, next) {
      checks.receive(request);
      next();
    });
  }
  showPublicPaths(RED);
  const contents = new TabContents({ active: flows ? flows.get : followDeploys(RED), replace: flows && flows.set, isMarked });
  const revision = async () => (flows ? ((await flows.get()) || { rev: null }).rev : null);
  serve(RED, { tabs, meter, arming, checks, contents, revision });
  return { atWork: () => meter.atWork(), inFlight: () => [...tabs.known.keys()].reduce((sum, tab) => sum + meter.read(tab).inFlight, 0) };
};

/** What Pinion asks of the plugin, beside Node-RED's own admin API and behind the same permissions. */
function serve(RED, { tabs, meter, arming, checks, contents, revision }) {
  const may = (permission) => RED.auth.needsPermission(permission);
  const answering = (work) => (request, response) => {
    work(request, response).catch((error) => response.status(500).json({ error: String(error) }));
  };
  const life = randomUUID();
  const health = () => ({ protocol: 1, pid: process.pid, life, flows: tabs.start });
  const stateOf = ([tab, { missing }]) => [tab, { missing, armedAt: arming.since(tab), ...meter.read(tab) }];

  RED.httpAdmin.get("/pinion/health", may("flows.read"), (_request, response) => response.json(health()));
  const state = answering(async (_request, response) => {
    const rev = await revision();
    const { rss: memoryBytes } = process.memoryUsage();
    response.json({ ...health(), rev, memoryBytes, checks: checks.digests, tabs: Object.fromEntries([...tabs.known].map(stateOf)) });
  });
  RED.httpAdmin.get("/pinion/state", may("flows.read"), state);
  const arm = answering(async (request, response) => {
    const wish = parseWish(request.body ?? (await readBody(request)));
    if (!wish) return response.status(400).json({ error: "expected {arm: [tab], disarm: [tab]}" });
    arming.set(wish);
    return response.json({ armed: wish.arm });
  });
  RED.httpAdmin.put("/pinion/armed", may("flows.write"), arm);
  const learn = answering(async (request, response) => {
    const { digest } = (request.body ?? (await readBody(request))) || {};
    if (!/^[0-9a-f]{64}$/.test(digest)) return response.status(400).json({ error: "expected {digest: SHA-256 in hex}" });
    checks.learn(digest);
    return response.json({ checks: checks.digests });
  });
  RED.httpAdmin.put("/pinion/checks", may("flows.write"), learn);
  serveChanges(RED, { health, tabs, meter, arming, checks, contents, log: new TabLog(life), may, answering });
}

/** What changed in which tabs, and the nodes of single ones: with ten thousand versions everything is tens of megabytes. */
function serveChanges(RED, { health, tabs, meter, arming, checks, contents, log, may, answering }) {
  let noted = "";
  const note = ({ rev, digests }) => {
    const now = `${rev} ${tabs.changes()} ${arming.changes()}`;
    if (now === noted) return;
    noted = now;
    // A copy: it is filled while its flows start.
    const missingIn = (tab) => (tabs.known.has(tab) ? [...tabs.known.get(tab).missing] : null);
    log.note(new Map([...digests].map(([tab, content]) => [tab, { content, missing: missingIn(tab), armedAt: arming.since(tab) }])));
  };
  const workOf = (processes) => {
    const wanted = new Set(processes);
    const isAsked = (unit) => processes === null || (unit !== null && wanted.has(unit.process));
    const asked = [...tabs.known].filter(([, { unit }]) => isAsked(unit)).map(([tab]) => [tab, meter.read(tab)]);
    return asked
      .filter(([, { inFlight, finished }]) => inFlight + finished > 0)
      .map(([tab, { inFlight, finished, errors }]) => [tab, inFlight, finished, errors]);
  };
  const changes = answering(async (request, response) => {
    const { since = null, work = null } = request.body ?? ((await readBody(request)) || {});
    const now = await contents.digests();
    if (now === null) return response.json({ ...health(), checks: checks.digests, rev: null });
    note(now);
    const processes = Array.isArray(work) ? work : null;
    return response.json({
      ...health(),
      checks: checks.digests,
      rev: now.rev,
      canSplice: contents.canSplice,
      ...log.since(since, mostChanges),
      work: workOf(processes),
    });
  });
  RED.httpAdmin.post("/pinion/changes", may("flows.read"), changes);
  const read = answering(async (request, response) => {
    const { tabs: wanted } = request.body ?? ((await readBody(request)) || {});
    if (!areNames(wanted)) return response.status(400).json({ error: "expected {tabs: [tab]}" });
    return response.json((await contents.read(wanted)) || { rev: null, flows: [] });
  });
  RED.httpAdmin.post("/pinion/tabs", may("flows.read"), read);
  if (!contents.canSplice) return;
  const splice = answering(async (request, response) => {
    const { rev, gone, added } = request.body ?? ((await readBody(request)) || {});
    const areNodes = Array.isArray(added) && added.every((node) => node && typeof node.id === "string" && typeof node.type === "string");
    if (typeof rev !== "string" || !areNames(gone) || !areNodes)
      return response.status(400).json({ error: "expected {rev, gone: [tab], added: [node]}" });
    const next = await contents.splice({ rev, gone, added });
    return next === null ? response.status(409).json({ error: "version_mismatch" }) : response.json({ rev: next });
  });
  RED.httpAdmin.post("/pinion/splice", may("flows.write"), splice);
}

/** Where only Node-RED's events tell: what was started last, as long as nothing else has been deployed since that did not start. */
function followDeploys(RED) {
  let started = null;
  let deployed = null;
  RED.events.on("flows:starting", ({ config }) => {
    started = config && typeof config.rev === "string" ? config : null;
    deployed = started && started.rev;
  });
  RED.events.on("runtime-event", ({ id, payload }) => {
    if (id === "runtime-deploy" && payload) deployed = payload.revision;
  });
  return async () => (started !== null && started.rev === deployed ? started : null);
}

/** Which tabs are Pinion's, whether their nodes live, and how often flows were started. */
function trackTabs(RED) {
  const known = new Map();
  const start = { started: 0, failed: 0, why: "" };
  const tabOfNode = new WeakMap();
  let ledTo = new Set();
  let changes = 0;

  RED.events.on("flows:starting", ({ config }) => {
    changes += 1;
    ledTo = targetsOf(config.flows);
    known.clear();
    for (const node of config.flows) if (node.type === "tab" && isMarked(node)) known.set(node.id, { missing: [], unit: unitOf(node) });
  });
  RED.events.on("flows:started", ({ config }) => {
    changes += 1;
    start.started += 1;
    for (const node of config.flows) {
      const tab = known.get(node.z);
      if (tab && node.d !== true && node.type !== "junction" && !RED.nodes.getNode(node.id)) tab.missing.push(node.id);
    }
  });
  RED.events.on("runtime-event", ({ id, payload }) => {
    if (id !== "runtime-state" || !payload || !payload.error) return;
    start.failed += 1;
    start.why = describeFailure(payload);
  });

  function of(node) {
    if (tabOfNode.has(node)) return tabOfNode.get(node);
    let flow = node._flow;
    while (flow && flow.TYPE === "subflow") flow = flow.parent;
    const tab = flow ? flow.id : undefined;
    tabOfNode.set(node, tab);
    return tab;
  }
  return { known, start, of, changes: () => changes, isLedTo: (node) => ledTo.has(node._alias || node.id) };
}

function describeFailure({ error, types = [], modules = [] }) {
  const names = [...types, ...modules.map((each) => each.module)];
  return names.length > 0 ? `${error}: ${names.join(", ")}` : String(error);
}

function isMarked(tab) {
  return Array.isArray(tab.env) && tab.env.some((entry) => entry && entry.name === markerVariable);
}

/** What the mark says that a tab is; null: it cannot be read. */
function unitOf(tab) {
  try {
    const { process: name, version, digest } = JSON.parse(tab.env.find((entry) => entry.name === markerVariable).value);
    return { process: name, version, digest };
  } catch {
    return null;
  }
}

/** Ids of all nodes that some wire, or the way into a subflow, leads to. */
function targetsOf(flows) {
  const targets = new Set();
  for (const node of flows) {
    for (const id of (Array.isArray(node.wires) ? node.wires : []).flat()) targets.add(id);
    for (const wire of node.type === "subflow" ? (node.in || []).flatMap((port) => port.wires || []) : []) targets.add(wire.id);
  }
  return targets;
}

/** Keeps the set of armed tabs, on disk too, and stops what unarmed tabs would start by themselves. */
function holdUnarmed(RED, tabs) {
  const file = join(RED.settings.userDir, "pinion-armed.json");
  const armed = new Map(readArmed(file));
  const heldOnce = new Map();
  let changes = 0;
  const save = () => {
    changes += 1;
    writeFileSync(`${file}.new`, JSON.stringify([...armed]));
    renameSync(`${file}.new`, file);
  };
  RED.events.on("flows:started", () => {
    const gone = [...armed.keys()].filter((tab) => !tabs.known.has(tab));
    for (const tab of gone) armed.delete(tab);
    for (const tab of heldOnce.keys()) if (!tabs.known.has(tab)) heldOnce.delete(tab);
    if (gone.length > 0) save();
  });

  function mayStart(node) {
    const tab = tabs.of(node);
    if (!tabs.known.has(tab) || armed.has(tab)) return true;
    if (setOffByOthers.has(node.type) || node.type.startsWith("subflow:") || tabs.isLedTo(node)) return true;
    if (node.type === "inject" && node.once) heldOnce.set(tab, (heldOnce.get(tab) || new Set()).add(node));
    return false;
  }
  /** What should have fired at the start of the flow fires once, when the tab is armed. */
  function fireHeld(tab) {
    const held = heldOnce.get(tab) || new Set();
    heldOnce.delete(tab);
    for (const node of held) if (RED.nodes.getNode(node.id) === node) node.emit("input", {});
  }
  function set({ arm, disarm }) {
    for (const tab of disarm) armed.delete(tab);
    const fresh = arm.filter((tab) => !armed.has(tab));
    for (const tab of fresh) armed.set(tab, Date.now());
    save();
    for (const tab of fresh) fireHeld(tab);
  }
  return { mayStart, set, changes: () => changes, since: (tab) => armed.get(tab) ?? null };
}

function readArmed(file) {
  try {
    const read = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(read) ? read.filter((entry) => Array.isArray(entry) && entry.length === 2) : [];
  } catch {
    return [];
  }
}

function parseWish(body) {
  return body && areNames(body.arm) && areNames(body.disarm) ? { arm: body.arm, disarm: body.disarm } : null;
}

function areNames(list) {
  return Array.isArray(list) && list.every((name) => typeof name === "string");
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}
