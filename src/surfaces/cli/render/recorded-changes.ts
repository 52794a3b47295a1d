/** Changes that were recorded, as text: a sentence for each, and the lines of functions that differ. */

import type { TextChange } from "../../../domain/changes/describe.ts";
import { textsOfNode } from "../../../domain/changes/describe.ts";
import type { HandEdit, LiveChanges, RecordedChanges } from "../../../domain/changes/recorded.ts";
import { printable } from "../../../domain/safe-text.ts";
import { hanging } from "../terminal/terminal.ts";
import { relativeTime } from "../terminal/time.ts";
import { paintChange } from "./difference.ts";
import { linesOf, paintLine } from "./text-change.ts";
import type { View } from "./view.ts";

/** Of one text. */
const mostLines = 200;
const signs = { added: "+", removed: "-", changed: "~" } as const;

/** Lines for all of them. */
export function renderChanges(recorded: RecordedChanges, view: View): readonly string[] {
  const { sentences, more } = recorded;
  if (sentences.length === 0) return ["no differences but in how it is written"];
  return [
    ...sentences.flatMap(({ kind, text, node }) => [
      ...hanging(paintChange(`${signs[kind]} ${printable(text)}`, view.colors), { start: "", width: view.width }),
      ...(node === null || kind !== "changed" ? [] : renderTexts(recorded, node, view)),
    ]),
    ...(more === 0 ? [] : [`… and ${more} more`]),
  ];
}

function renderTexts(recorded: RecordedChanges, node: string, { colors }: View): readonly string[] {
  const texts = textsOf(recorded, node);
  return texts.flatMap((text) => [
    ...(texts.length > 1 ? [`    ${colors.dim(text.name)}`] : []),
    ...linesOf(text, mostLines).map((line) => `    ${paintLine(line, colors)}`),
  ]);
}

function textsOf({ changes }: RecordedChanges, node: string): readonly TextChange[] {
  return changes?.nodesModified.filter(({ nodeId }) => nodeId === node).flatMap(textsOfNode) ?? [];
}

/** What scripts get beside the changes: the lines that differ, by node. */
export function changedLines(recorded: RecordedChanges) {
  const nodes = recorded.changes?.nodesModified.map(({ nodeId }) => nodeId) ?? [];
  return nodes.flatMap((node) => textsOf(recorded, node).map((text) => ({ node, name: text.name, lines: linesOf(text, mostLines) })));
}

/** Lines of `pinion diff --live`. */
export function renderLive({ unit, isInstalled, edit, earlier }: LiveChanges, environment: string, view: View): readonly string[] {
  const what = `${printable(unit.process)} ${printable(unit.version)}`;
  const where = printable(environment);
  return [
    ...(edit
      ? [
          `${view.colors.bold(what)} in ${where} was changed by hand, seen ${relativeTime(edit.seenAt, view.now)}`,
          "",
          ...renderChanges(edit.changes, view),
        ]
      : [
          isInstalled
            ? view.colors.green(`${what} in ${where} is as it was installed`)
            : view.colors.red(`${what} is not installed in ${where}`),
        ]),
    ...(earlier.length === 0
      ? []
      : ["", view.colors.bold("changed by hand before"), ...earlier.flatMap((each) => renderEarlier(each, view))]),
  ];
}

function renderEarlier(edit: HandEdit, view: View): readonly string[] {
  return [
    `  ${printable(edit.version)}, ${whatBecame(edit, view)}`,
    ...renderChanges(edit.changes, indented(view)).map((line) => `    ${line}`),
  ];
}

function whatBecame({ seenAt, undone }: HandEdit, { now }: View): string {
  if (undone === null) return `seen ${relativeTime(seenAt, now)}`;
  const by = undone.deployment === null ? "" : ` by ${printable(undone.deployment)}`;
  return `undone ${relativeTime(undone.at, now)}${by}`;
}

/** Lines of `pinion history --id`: what it changes, and what it put back. */
export function renderRecorded(changes: RecordedChanges | null, handEdits: readonly HandEdit[], view: View): readonly string[] {
  const { colors } = view;
  const inner = indented(view);
  return [
    ...(changes === null ? [] : ["", colors.bold("changes"), ...renderOwn(changes, inner).map((line) => `  ${line}`)]),
    ...handEdits.flatMap((edit) => [
      "",
      colors.bold("undid what was changed by hand"),
      ...renderChanges(edit.changes, inner).map((line) => `  ${line}`),
    ]),
  ];
}

function renderOwn(changes: RecordedChanges, view: View): readonly string[] {
  return changes.impact === null ? ["the definition is the same"] : renderChanges(changes, view);
}

function indented(view: View): View {
  return { ...view, width: view.width === null ? null : view.width - 4 };
}
