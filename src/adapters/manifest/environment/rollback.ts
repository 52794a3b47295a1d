/** The rollback policy: when Pinion takes a version back by itself, and whether people may. */

import type { RollbackSpec } from "../../../domain/desired/environment.ts";
import type { RollbackDefaults } from "../../../domain/config/config.ts";
import type { Finding } from "../../../domain/finding.ts";
import type { RollbackPolicySection } from "../../../generated/environment.ts";
import { durationMs } from "../document/durations.ts";
import { asWarning, type Say } from "../document/findings.ts";
import { durationFindings } from "./amounts.ts";
import { toTriggers, triggerFindings } from "./triggers.ts";

const defaults = { watch: "10m", coolDown: "5m", evidenceMaxAge: "1m" } as const;

/** So many measurements must fit into the age that evidence may have, or a single slow answer would make all unknown. */
const fewestIntervals = 3;

/** What must hold in a rollback policy beyond its shape; `intervalMs`: how often metrics are measured. */
export function rollbackFindings(
  { automatic = {}, manual = {} }: RollbackPolicySection,
  intervalMs: number,
  pointer: string,
  say: Say,
): readonly Finding[] {
  const at = `${pointer}/automatic`;
  return [
    ...idleFindings(automatic, at, say),
    ...idleApproval(manual, `${pointer}/manual`, say),
    ...(automatic.triggers ?? []).flatMap((item, index) => triggerFindings(item, `${at}/triggers/${index}`, say)),
    ...durationFindings(automatic.timeout, `${at}/timeout`, { atLeast: "0s", atMost: "30d" }, say),
    ...durationFindings(automatic.coolDown, `${at}/coolDown`, { atLeast: "0s", atMost: "30d" }, say),
    ...durationFindings(
      automatic.evidenceMaxAge,
      `${at}/evidenceMaxAge`,
      { atLeast: `${fewestIntervals * intervalMs}ms`, atMost: "1h" },
      say,
    ),
  ];
}

/** Switched off for a while is no mistake; forgotten like that would be one. */
function idleFindings({ enabled, triggers = [] }: Automatic, pointer: string, say: Say): readonly Finding[] {
  if (enabled !== false || triggers.length === 0) return [];
  const message = "the triggers have no effect: enabled is false";
  const hint = "Write enabled: true, or remove the triggers, so that what is written is what happens.";
  return [asWarning(say(`${pointer}/enabled`, "environment/no-effect", message, hint))];
}

/** An emergency recovery waits for no approval. */
function idleApproval({ enabled, approvalRequired }: Manual, pointer: string, say: Say): readonly Finding[] {
  if (enabled !== false || approvalRequired !== true) return [];
  const message = "approvalRequired has no effect: enabled is false, so nobody can roll back by a command";
  const hint = "Write enabled: true, or remove approvalRequired, so that what is written is what happens.";
  return [asWarning(say(`${pointer}/approvalRequired`, "environment/no-effect", message, hint))];
}

export interface RollbackContext {
  readonly intervalMs: number;
  readonly defaults: RollbackDefaults;
}

/** A rollback policy with its defaults. */
export function toRollback({ automatic = {}, manual = {} }: RollbackPolicySection, context: RollbackContext): RollbackSpec {
  const { enabled: mayRollBack = true, approvalRequired = false } = manual;
  return { automatic: toAutomatic(automatic, context), manual: { enabled: mayRollBack, approvalRequired } };
}

type Automatic = NonNullable<RollbackPolicySection["automatic"]>;
type Manual = NonNullable<RollbackPolicySection["manual"]>;

function toAutomatic(section: Automatic, { intervalMs, defaults: operator }: RollbackContext): RollbackSpec["automatic"] {
  const { coolDown = defaults.coolDown, evidenceMaxAge } = section;
  const enabled = section.enabled ?? operator.isAutomatic ?? true;
  const triggers = section.triggers === undefined ? (operator.triggers ?? []) : toTriggers(section.triggers);
  const oldestMs = Math.max(durationMs(defaults.evidenceMaxAge), fewestIntervals * intervalMs);
  return {
    enabled,
    triggers,
    bakeMs: durationMs(section.timeout ?? (enabled && triggers.length > 0 ? defaults.watch : 0)),
    coolDownMs: durationMs(coolDown),
    evidenceMaxAgeMs: evidenceMaxAge === undefined ? oldestMs : durationMs(evidenceMaxAge),
  };
}
