/** The way back from the API's JSON to a rollout under way, to reverts and to what is quarantined. */

import type { Verdict } from "../domain/evidence.ts";
import type { EnvironmentName } from "../domain/names.ts";
import type { Freeze } from "../domain/journal/commands.ts";
import type { Progress } from "../domain/journal/progress.ts";
import type { PinBack, Quarantined, RevertOrder, RevertOutcome } from "../domain/journal/revert.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import type { Person } from "../domain/journal/people.ts";
import type { Fields } from "./json-fields.ts";
import type { Figure } from "../domain/analysis/figures.ts";

/** @throws TypeError */
export function parseProgress(fields: Fields): Progress {
  return {
    deployment: fields.text("deployment"),
    strategy: fields.text("strategy"),
    state: fields.text("state"),
    version: fields.textOrNull("version"),
    from: fields.textOrNull("from"),
    startedAt: fields.time("startedAt"),
    step: fields.numberOrNull("step"),
    steps: fields.numberOrNull("steps"),
    weight: fields.number("weight"),
    why: fields.text("why"),
    until: fields.timeOrNull("until"),
    deadline: fields.timeOrNull("deadline"),
    verdict: fields.object("verdict", parseVerdict),
    figures: fields.list("figures", parseFigure),
    paused: fields.objectOrNull("paused", parsePause),
  };
}

const verdicts: Readonly<Record<Verdict["kind"], true>> = { healthy: true, unhealthy: true, unknown: true };

function parseVerdict(fields: Fields): Verdict {
  const kind = fields.oneOf("kind", verdicts);
  return kind === "healthy" ? { kind } : { kind, why: fields.text("why") };
}

function parseFigure(fields: Fields): Figure {
  return {
    name: fields.text("name"),
    unit: fields.oneOf("unit", { "%": true, ms: true, "": true }),
    candidate: fields.numberOrNull("candidate"),
    stable: fields.numberOrNull("stable"),
    limit: fields.text("limit"),
    requests: fields.numberOrNull("requests"),
    verdict: fields.oneOf("verdict", verdicts),
    why: fields.text("why"),
  };
}

/** Somebody's word that holds things up: a pause, or a freeze. @throws TypeError */
export function parsePause(fields: Fields): Freeze {
  return { by: fields.object("by", parsePerson), why: fields.text("why"), at: fields.time("at") };
}

/** @throws TypeError */
export function parsePerson(fields: Fields): Person {
  const claimed = fields.textOrNull("claimed");
  return { name: fields.text("name"), email: fields.textOrNull("email"), ...(claimed !== null && { claimed }) };
}

/** @throws TypeError */
export function parseRevert(fields: Fields, environment: EnvironmentName): RevertView {
  const refusal = fields.textOrNull("refusal");
  return {
    ...(refusal !== null && { refusal }),
    order: fields.object("order", (order) => parseRevertOrder(order, environment)),
    outcome: fields.objectOrNull("outcome", parseOutcome),
  };
}

function parseRevertOrder(fields: Fields, environment: EnvironmentName): RevertOrder {
  const along = fields.raw("along") === null ? null : fields.list("along", parsePinBack);
  return {
    id: fields.text("id"),
    environment,
    process: fields.text("process"),
    from: fields.text("from"),
    to: fields.text("to"),
    ...(along !== null && { along }),
    quarantine: fields.digestOrNull("quarantine"),
    trigger: fields.text("trigger"),
    why: fields.text("why"),
    at: fields.time("at"),
    commit: fields.text("commit"),
    deployment: fields.textOrNull("deployment"),
    by: fields.objectOrNull("by", parsePerson),
    mode: fields.oneOf("mode", { push: true, propose: true }),
  };
}

function parsePinBack(fields: Fields): PinBack {
  return { process: fields.text("process"), from: fields.text("from"), to: fields.text("to") };
}

function parseOutcome(fields: Fields): RevertOutcome {
  const kind = fields.oneOf("kind", { committed: true, superseded: true, proposed: true });
  if (kind === "committed") return { kind, commit: fields.text("commit") };
  if (kind === "superseded") return { kind, why: fields.text("why") };
  return { kind, branch: fields.text("branch"), commit: fields.text("commit"), why: fields.text("why") };
}

/** @throws TypeError */
export function parseQuarantined(fields: Fields): Quarantined {
  return {
    version: fields.text("version"),
    digest: fields.digest("digest"),
    why: fields.text("why"),
    at: fields.time("at"),
    rollbackId: fields.text("rollbackId"),
    isInGit: fields.flag("isInGit"),
  };
}
