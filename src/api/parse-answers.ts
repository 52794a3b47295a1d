/** The way back from the API's JSON to domain values. */

import type { LiveChanges } from "../domain/changes/recorded.ts";
import { checked, type Validator } from "../domain/checked.ts";
import type { CommandResult } from "../domain/journal/commands.ts";
import { isReasonCode, type Reason, type ReasonCode } from "../domain/journal/reason.ts";
import type { RevertView } from "../domain/journal/revert-view.ts";
import type { Deployment } from "../domain/journal/state.ts";
import type { ProcessEvaluation } from "../domain/status/evaluation.ts";
import type { Instant } from "../domain/names.ts";
import * as fits from "../generated/validators/answers.mjs";
import type { DeploymentAnswer, ProcessAnswer } from "../schemas/answers.ts";
import type { IsoTime } from "../schemas/shapes.ts";
import type { HistoryPage } from "./history-pages.ts";
import type { Page, Summary } from "./listing.ts";
import type { Overview, ProcessView } from "./views.ts";

/** The same with instants where times were written. */
type Read<T> = T extends IsoTime
  ? Instant
  : T extends readonly (infer Item)[]
    ? readonly Read<Item>[]
    : T extends object
      ? { [K in keyof T]: Read<T[K]> }
      : T;

/** Deployments as of the controller's clock. */
export interface History extends HistoryPage {
  readonly now: Instant;
}

/** @throws Mismatch */
export function parseOverview(value: unknown): Overview {
  const { now, environments, ...answer } = read(fits.status, value);
  return {
    ...answer,
    ...(now !== null && { now }),
    environments: environments.map(({ processes, ...environment }) => ({
      ...environment,
      processes: processes.map((process) => processView(process, environment.name)),
    })),
  };
}

function processView(process: Read<ProcessAnswer>, environment: string): ProcessView {
  return { ...process, environment, reason: knownReason(process.reason), revert: process.revert && revertView(process.revert) };
}

function revertView({ refusal, ...revert }: NonNullable<Read<ProcessAnswer>["revert"]>): RevertView {
  return { ...revert, ...(refusal !== null && { refusal }) };
}

/** @throws Mismatch */
export function parsePage(value: unknown): Page {
  const { now: _now, processes, ...page } = read(fits.processes, value);
  return { ...page, processes: processes.map((process) => processView(process, process.environment)) };
}

/** @throws Mismatch */
export function parseSummary(value: unknown): Summary {
  return read(fits.summary, value);
}

/** @throws Mismatch */
export function parseEvaluation(value: unknown): ProcessEvaluation {
  const { gates, ...evaluation } = read(fits.why, value);
  const known = gates.map((gate) => ({ ...gate, code: gate.code === null ? null : knownCode(gate.code) }));
  return { ...evaluation, gates: known, reason: knownReason(evaluation.reason) };
}

/** @throws Mismatch */
export function parseLive(value: unknown): LiveChanges {
  const { now: _now, environment: _environment, process, version, digest, ...live } = read(fits.live, value);
  return { unit: { process, version, digest }, ...live };
}

/** @throws Mismatch */
export function parseDeployment(value: unknown): Deployment {
  return deploymentOf(read(fits.deployment, value));
}

/** @throws Mismatch */
export function parseHistory(value: unknown): History {
  const { deployments, ...page } = read(fits.history, value);
  return { ...page, deployments: deployments.map(deploymentOf) };
}

function deploymentOf({ durationMs: _durationMs, ...deployment }: Read<DeploymentAnswer>): Deployment {
  const steps = deployment.steps.map((step) => ({ ...step, code: knownCode(step.code) }));
  return { ...deployment, reason: knownReason(deployment.reason), steps };
}

/** @throws Mismatch */
export function parseCommandResult(value: unknown): CommandResult {
  return read(fits.commandResult, value);
}

/** Longer than any reason that a controller gives. */
const longestReason = 10_000;

function knownReason(reason: Reason): Reason {
  const { code, text } = reason;
  const shown = text.length > longestReason ? `${text.slice(0, longestReason - 1)}…` : text;
  return { ...reason, code: knownCode(code), text: shown };
}

/** A controller of a later release may have a code that is unknown here. */
function knownCode(code: string): ReasonCode {
  return isReasonCode(code) ? code : "Unrecorded";
}

/** Where the times are in an answer: `true` is one, a list has the same in each item. */
type Times = true | readonly [Times] | { readonly [field: string]: Times };

function read<T>(isValid: Validator<T> & { readonly times: unknown }, value: unknown): Read<T> {
  return withInstants(checked(isValid, value), isValid.times as Times) as Read<T>;
}

function withInstants(value: unknown, times: Times): unknown {
  if (value === null || value === undefined) return value;
  if (times === true) return Date.parse(value as IsoTime);
  if (isListOfTimes(times)) return (value as readonly unknown[]).map((item) => withInstants(item, times[0]));
  const fields = { ...(value as Readonly<Record<string, unknown>>) };
  for (const [name, part] of Object.entries(times)) if (name in fields) fields[name] = withInstants(fields[name], part);
  return fields;
}

function isListOfTimes(times: Exclude<Times, true>): times is readonly [Times] {
  return Array.isArray(times);
}
