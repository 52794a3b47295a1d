/** What a deployment changes, or what somebody changed by hand, as it is kept: without secrets, and bounded whatever the definitions are. */

import type { Definition } from "../desired/definition.ts";
import type { Digest, EnvironmentName, Instant, ProcessId, UnitRef, Version } from "../names.ts";
import type { Impact, WorkflowChanges } from "./changes.ts";
import { atOnce, type Slices } from "../slices.ts";
import { detectChanges } from "./detect.ts";
import { impactOf } from "./impact.ts";
import { withoutSecrets } from "./redact.ts";
import { type ChangeSentence, describeChanges } from "./sentences.ts";

/** Journaled as JSON. */
export interface RecordedChanges {
  /** Null when nothing changed. */
  readonly impact: Impact | null;
  readonly sentences: readonly ChangeSentence[];
  /** So many more changes there were. */
  readonly more: number;
  /** What takes the one definition to the other; null: larger than is kept, or left out of a list. */
  readonly changes: WorkflowChanges | null;
}

/** What somebody changed in the engine by hand, from what was installed to what was there. */
export interface HandEdit {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly version: Version;
  /** Of the unit that was edited. */
  readonly digest: Digest;
  /** Digest of what was there: the same edit has the same. */
  readonly content: string;
  readonly seenAt: Instant;
  /**
   * When Pinion put back what was installed, and in which deployment: that under way, or else the last one; null: the history has none.
   * Null altogether: it is there still, or went with its version.
   */
  readonly undone: { readonly at: Instant; readonly deployment: string | null } | null;
  readonly changes: RecordedChanges;
}

/** What is in the engine instead of what was installed. */
export interface LiveChanges {
  readonly unit: UnitRef;
  readonly isInstalled: boolean;
  /** Null: it is as it was installed. */
  readonly edit: HandEdit | null;
  /** Changes by hand of before, newest first. */
  readonly earlier: readonly HandEdit[];
}

const mostSentences = 40;
const longestSentence = 400;
/** Characters of the changes as JSON. */
const largestChanges = 64 * 1024;

/** Changed nodes, and changed connections, that are looked at: no person reads more than these. */
const mostLookedAt = 250;

/** Of both together, compared without a pause. */
const nodesAtOnce = 500;

/** `secrets`: values that neither may show. */
export function recordChanges(from: Definition, to: Definition, secrets: Readonly<Record<string, string>> = {}): RecordedChanges {
  return atOnce(recordInSlices(from, to, secrets));
}

/** The same, with pauses: a definition may be large. */
export function* recordInSlices(from: Definition, to: Definition, secrets: Readonly<Record<string, string>> = {}): Slices<RecordedChanges> {
  const isLarge = from.nodes.length + to.nodes.length > nodesAtOnce;
  const whole = detectChanges(from, to);
  if (isLarge) yield;
  const first = firstOf(whole);
  const shown = withoutSecrets(onlyChanged(from, to, first), secrets);
  if (isLarge) yield;
  const { connectionsAdded, connectionsRemoved } = first;
  const changes = { ...detectChanges(shown.from, shown.to), connectionsAdded, connectionsRemoved };
  const names = { from: { ...from, ...named(from, shown.from) }, to: { ...to, ...named(to, shown.to) } };
  if (isLarge) yield;
  const sentences = describeChanges(names.from, names.to, changes);
  if (isLarge) yield;
  const leftOut = sizeOf(whole) - sizeOf(first);
  return {
    impact: impactOf(whole),
    sentences: sentences.slice(0, mostSentences).map((each) => ({ ...each, text: shortened(each.text) })),
    more: Math.max(0, sentences.length - mostSentences) + leftOut,
    changes: leftOut === 0 && isSmall(changes) ? changes : null,
  };
}

/** As many of each kind as are looked at. */
function firstOf(whole: WorkflowChanges): WorkflowChanges {
  const nodesModified = whole.nodesModified.slice(0, mostLookedAt);
  const nodesAdded = whole.nodesAdded.slice(0, mostLookedAt - nodesModified.length);
  const nodesRemoved = whole.nodesRemoved.slice(0, mostLookedAt - nodesModified.length - nodesAdded.length);
  const connectionsAdded = whole.connectionsAdded.slice(0, mostLookedAt);
  const connectionsRemoved = whole.connectionsRemoved.slice(0, mostLookedAt);
  return { ...whole, nodesModified, nodesAdded, nodesRemoved, connectionsAdded, connectionsRemoved };
}

function sizeOf({ nodesModified, nodesAdded, nodesRemoved, connectionsAdded, connectionsRemoved }: WorkflowChanges): number {
  const all = [nodesModified, nodesAdded, nodesRemoved, connectionsAdded, connectionsRemoved];
  return all.reduce((sum, { length }) => sum + length, 0);
}

/** Both are the same definition: nothing is compared. */
export const noChanges: RecordedChanges = { impact: null, sentences: [], more: 0, changes: null };

/** Without what is large, for lists. */
export function inShort(recorded: RecordedChanges): RecordedChanges {
  return { ...recorded, changes: null };
}

/** What is equal in both is looked at no further. */
function onlyChanged(from: Definition, to: Definition, { nodesModified, nodesRemoved, nodesAdded }: WorkflowChanges) {
  const ids = new Set([...nodesModified.map(({ nodeId }) => nodeId), ...nodesRemoved, ...nodesAdded.map(({ id }) => id)]);
  const reduced = ({ nodes, config }: Definition): Definition => ({
    nodes: nodes.filter(({ id }) => ids.has(id)),
    connections: [],
    config,
  });
  return { from: reduced(from), to: reduced(to) };
}

/** Names come from all nodes, those of changed ones from what may be shown. */
function named({ nodes }: Definition, shown: Definition): Pick<Definition, "nodes" | "config"> {
  const clean = new Map(shown.nodes.map((node) => [node.id, node]));
  return { nodes: nodes.map((node) => clean.get(node.id) ?? node), config: shown.config };
}

function shortened(text: string): string {
  return text.length > longestSentence ? `${text.slice(0, longestSentence - 1)}…` : text;
}

/** Measured piece by piece, so that no large text is written only to be thrown away. */
function isSmall({ nodesAdded, nodesModified, ...rest }: WorkflowChanges): boolean {
  let left = largestChanges;
  for (const piece of [...nodesAdded, ...nodesModified, rest]) {
    left -= JSON.stringify(piece).length;
    if (left < 0) return false;
  }
  return true;
}
