/** The way back from the API's JSON to domain values. What is not as expected is a TypeError that says where. */

import type { EnvironmentStatus, Overview, ProcessView, RepositoryStatus } from "./views.ts";
import type { GatewayStatus } from "../domain/observed/gateway-status.ts";
import type { RequestRate } from "../domain/observed/request-rate.ts";
import type { Finding } from "../domain/finding.ts";
import type { Health, SyncStatus } from "../domain/journal/status.ts";
import type { StoreTrouble } from "../domain/status/store-failure.ts";
import type { EngineInstance } from "../domain/desired/unit.ts";
import { phases, parseReason } from "./parse-deployment.ts";
import { type Fields, fieldsOf } from "./json-fields.ts";
import { parsePause, parseProgress, parseQuarantined, parseRevert } from "./parse-progress.ts";

/** @throws TypeError */
export function parseOverview(value: unknown): Overview {
  const fields = fieldsOf(value, "the answer");
  const now = fields.raw("now") === undefined ? null : fields.timeOrNull("now");
  return {
    // A controller of an earlier release says none.
    ...(now !== null && { now }),
    store: fields.objectOrNull("store", parseStoreTrouble),
    gateway: fields.objectOrNull("gateway", parseGateway),
    repository: parseRepository(fieldsOf(fields.raw("repository"), "repository")),
    environments: fields.list("environments", parseEnvironment),
    findings: fields.list("findings", parseFinding),
  };
}

function parseStoreTrouble(fields: Fields): StoreTrouble {
  return { since: fields.time("since"), code: fields.oneOf("code", { "store/full": true, "store/failed": true }), why: fields.text("why") };
}

function parseGateway(fields: Fields): GatewayStatus {
  return {
    state: fields.oneOf("state", { up: true, down: true }),
    why: fields.text("why"),
    since: fields.time("since"),
    restarts: fields.number("restarts"),
    tampered: fields.number("tampered"),
  };
}

function parseRepository(fields: Fields): RepositoryStatus {
  return {
    url: fields.text("url"),
    branch: fields.text("branch"),
    commit: fields.textOrNull("commit"),
    subject: fields.textOrNull("subject"),
    author: fields.textOrNull("author"),
    committedAt: fields.timeOrNull("committedAt"),
    fetchedAt: fields.timeOrNull("fetchedAt"),
    state: fields.oneOf("state", { starting: true, ok: true, error: true }),
    code: fields.textOrNull("code"),
    reason: fields.text("reason"),
    since: fields.time("since"),
    lastPollAt: fields.timeOrNull("lastPollAt"),
    lastGoodPollAt: fields.timeOrNull("lastGoodPollAt"),
    nextPollAt: fields.timeOrNull("nextPollAt"),
  };
}

function parseEnvironment(fields: Fields): EnvironmentStatus {
  const name = fields.text("name");
  return {
    name,
    observedAt: fields.timeOrNull("observedAt"),
    type: fields.text("type"),
    url: fields.text("url"),
    instances: fields.list("instances", parseInstance),
    notes: parseNotes(fields.raw("notes")),
    findings: fields.list("findings", parseFinding),
    processes: fields.list("processes", (process) => parseProcess(process, name)),
    freeze: fields.objectOrNull("freeze", parsePause),
  };
}

/** A controller of an earlier release says none. */
function parseNotes(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function parseInstance(fields: Fields): EngineInstance {
  return { id: fields.text("id"), state: fields.oneOf("state", { starting: true, ready: true, down: true }), why: fields.text("why") };
}

const syncs: Readonly<Record<SyncStatus, true>> = { Synced: true, OutOfSync: true, Unknown: true };
const healths: Readonly<Record<Health, true>> = { Healthy: true, Progressing: true, Degraded: true, Suspended: true, Missing: true };

function parseProcess(fields: Fields, environment: string): ProcessView {
  return {
    environment,
    process: fields.text("process"),
    desired: fields.textOrNull("desired"),
    actual: fields.list("actual", (share) => ({ version: share.text("version"), weight: share.number("weight") })),
    sync: fields.oneOf("sync", syncs),
    health: fields.oneOf("health", healths),
    phase: fields.raw("phase") === null ? null : fields.oneOf("phase", phases),
    reason: parseReason(fields),
    since: fields.time("since"),
    requests: parseRequests(fields),
    progress: fields.objectOrNull("progress", parseProgress),
    revert: fields.objectOrNull("revert", (revert) => parseRevert(revert, environment)),
    quarantined: fields.list("quarantined", parseQuarantined),
    deadEnd: fields.textOrNull("deadEnd"),
  };
}

/** A controller of an earlier release says none. */
function parseRequests(fields: Fields): RequestRate | null {
  if ((fields.raw("requests") ?? null) === null) return null;
  return fields.objectOrNull("requests", (rate) => ({ perSecond: rate.number("perSecond"), overMs: rate.number("overMs") }));
}

function parseFinding(fields: Fields): Finding {
  return {
    file: fields.text("file"),
    line: fields.number("line"),
    column: fields.number("column"),
    pointer: fields.text("pointer"),
    code: fields.text("code"),
    severity: fields.oneOf("severity", { error: true, warning: true }),
    message: fields.text("message"),
    hint: fields.text("hint"),
  };
}
