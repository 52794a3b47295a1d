/** The history of the journal in memory: deployments with their stories, found and counted. */

import { mergeResults } from "../../src/domain/journal/remembered.ts";
import type { HandEdit, RecordedChanges } from "../../src/domain/changes/recorded.ts";
import type { OpenedPlan } from "../../src/domain/journal/rollout-plan.ts";
import type { ValidationResult } from "../../src/domain/validation-result.ts";
import type { Deployment, DeploymentStepRecord, DeploymentUpdate } from "../../src/domain/journal/state.ts";
import type { HistoryPage, HistoryQuery, DeploymentCount } from "../../src/ports/journal.ts";

const nothingBeside = { changes: null, handEdits: [], deploymentPlan: null, rollbackPlan: null };

/** Opens a deployment or takes it further; an update of an unknown one is left out. */
export function updateHistory(history: Map<string, Deployment>, update: DeploymentUpdate, validations: readonly ValidationResult[]): void {
  const known =
    history.get(update.id) ??
    (update.opened && { ...update.opened, id: update.id, steps: [], validations, ...nothingBeside, trigger: null });
  if (!known) return;
  const { phase, endedAt, step } = update;
  const trigger = update.trigger ?? known.trigger;
  history.set(update.id, { ...known, phase, endedAt, trigger, reason: { code: step.code, text: step.why }, steps: [...known.steps, step] });
}

/** The deployment with newer results of its validations. */
export function withResults(known: Deployment, results: readonly ValidationResult[]): Deployment {
  return { ...known, validations: mergeResults(known.validations, results) };
}

/** The deployment with one more line in its story; what it says already is not said again. */
export function storyWith(known: Deployment, step: DeploymentStepRecord): Deployment {
  if (known.steps.some(({ state, why }) => state === step.state && why === step.why)) return known;
  return { ...known, steps: [...known.steps, step] };
}

/** Ended deployments, counted by what they have in common. */
export function tallied(deployments: readonly Deployment[]): readonly DeploymentCount[] {
  const deploymentCounts = new Map<string, DeploymentCount>();
  for (const { environment, process, kind, strategy, phase, trigger, startedAt, endedAt } of deployments) {
    if (endedAt === null) continue;
    const what = { environment, process, kind, strategy, phase, trigger };
    const key = JSON.stringify(what);
    const before = deploymentCounts.get(key) ?? { ...what, count: 0, durationMs: 0 };
    deploymentCounts.set(key, { ...before, count: before.count + 1, durationMs: before.durationMs + endedAt - startedAt });
  }
  return [...deploymentCounts.values()];
}

/** All of them, newest first. */
export function matching(deployments: readonly Deployment[], query: HistoryQuery): readonly Deployment[] {
  return deployments
    .toReversed()
    .filter((deployment) => query.environment === undefined || deployment.environment === query.environment)
    .filter((deployment) => query.process === undefined || deployment.process === query.process)
    .filter((deployment) => query.id === undefined || deployment.id === query.id)
    .filter((deployment) => query.phase === undefined || deployment.phase === query.phase)
    .filter(({ process, version, commit, reason }) => holds([process, version ?? "", commit, reason.text], query.q));
}

function holds(texts: readonly string[], q: string | undefined): boolean {
  return q === undefined || texts.some((text) => text.toLowerCase().includes(q.toLowerCase()));
}

/** Those of them that one page shows. */
export function pageFrom(all: readonly Deployment[], found: readonly Deployment[], { before, limit = 50 }: HistoryQuery): HistoryPage {
  const from = before === undefined ? all.length : all.findIndex(({ id }) => id === before);
  const older = new Set(all.slice(0, Math.max(0, from)).map(({ id }) => id));
  const rest = found.filter(({ id }) => older.has(id));
  const deployments = rest.slice(0, limit);
  return { deployments, total: found.length, next: rest.length > limit ? (deployments.at(-1)?.id ?? null) : null };
}

/** While it is there it has one record, which also says when it was undone. Newest first. */
export function keepHandEdit(kept: HandEdit[], edit: HandEdit): void {
  const index = kept.findIndex((each) => isSameEdit(each, edit));
  if (index < 0) kept.unshift(edit);
  else kept[index] = { ...(kept[index] ?? edit), undone: edit.undone };
}

function isSameEdit(one: HandEdit, other: HandEdit): boolean {
  const key = ({ environment, process, digest, content }: HandEdit): string => [environment, process, digest, content].join(" ");
  return key(one) === key(other) && (one.undone === null || (other.undone !== null && one.undone.deployment === other.undone.deployment));
}

export interface KeptChanges {
  readonly changes: ReadonlyMap<string, RecordedChanges>;
  readonly plans: ReadonlyMap<string, OpenedPlan>;
  readonly handEdits: readonly HandEdit[];
}

/** The deployment with what is kept of its changes; with `isWhole` also what is large. */
export function withChanges(deployment: Deployment, { changes, plans, handEdits }: KeptChanges, isWhole: boolean): Deployment {
  const shown = (recorded: RecordedChanges): RecordedChanges => (isWhole ? recorded : { ...recorded, changes: null });
  const own = changes.get(deployment.id);
  return {
    ...deployment,
    changes: own ? shown(own) : null,
    ...(isWhole ? plans.get(deployment.id) : null),
    handEdits: handEdits
      .filter(({ undone }) => undone?.deployment === deployment.id)
      .map((each) => ({ ...each, changes: shown(each.changes) })),
  };
}
