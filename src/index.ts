/** Pinion as a library: what can be used of it without running a controller. */

import { applyChanges as apply } from "./domain/change-applier.ts";
import { detectChanges as detect } from "./domain/change-detector.ts";
import { asChanges, asNote } from "./domain/changes-door.ts";
import { asDefinition } from "./domain/definition-door.ts";
import { type ChangeSummary, summarize } from "./domain/describe-changes.ts";
import type { Definition } from "./domain/definition.ts";
import type { ChangeNote, WorkflowChanges } from "./domain/workflow-changes.ts";

export type {
  Connection as ConnectionDefinition,
  ConnectionEnd,
  Definition as WorkflowDefinition,
  Json,
  JsonObject,
  Position,
  WorkflowNode as NodeDefinition,
} from "./domain/definition.ts";
export type { ChangeSummary } from "./domain/describe-changes.ts";
export { connectionId } from "./domain/workflow-changes.ts";
export type { ChangeNote, ConfigurationChange, Impact, NodeModification, WorkflowChanges } from "./domain/workflow-changes.ts";

/**
 * What takes the old definition to the new one; the order of nodes, connections and keys does not matter.
 * @throws TypeError when one of them is no definition.
 */
export function detectChanges(oldDefinition: Definition, newDefinition: Definition, note: Partial<ChangeNote> = {}): WorkflowChanges {
  return detect(asDefinition(oldDefinition, "oldDefinition"), asDefinition(newDefinition, "newDefinition"), asNote({ ...note }));
}

/**
 * The definition with the changes in it: `applyChanges(a, detectChanges(a, b))` equals `b` up to order.
 * @throws TypeError when one of them is not what it should be, Error when the changes were made for another definition.
 */
export function applyChanges(definition: Definition, changes: WorkflowChanges): Definition {
  return apply(asDefinition(definition, "definition"), asChanges(changes));
}

/** The changes in lines for people, counted, and whether they break anything. @throws TypeError when they are no changes. */
export function summarizeChanges(changes: WorkflowChanges): ChangeSummary {
  return summarize(asChanges(changes));
}

/** The same as an object, for those who hand collaborators around. */
export class ChangeDetector {
  detectChanges(oldDefinition: Definition, newDefinition: Definition, note: Partial<ChangeNote> = {}): WorkflowChanges {
    return detectChanges(oldDefinition, newDefinition, note);
  }

  applyChanges(definition: Definition, changes: WorkflowChanges): Definition {
    return applyChanges(definition, changes);
  }
}
