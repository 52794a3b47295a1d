/** What a commit of the bot may contain: one version in one line of the pins for each process that goes back, and one more entry in the quarantine. */

import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import { pinsPath, quarantinePath, readPins, readQuarantine } from "./files.ts";
import type { SimCommit } from "./git.ts";
import type { Trace } from "./trace.ts";

export interface Written {
  readonly to: SimCommit;
  readonly from: SimCommit;
}

export function judgeWritten(trace: Trace, request: RevertRequest, { to, from }: Written): void {
  const [pins, quarantine] = [pinsPath(request.environment), quarantinePath(request.environment)];
  const paths = new Set([...to.files.keys(), ...from.files.keys()]);
  const others = [...paths].filter((path) => to.files.get(path) !== from.files.get(path) && path !== pins && path !== quarantine);
  trace.expect(others.length === 0, "the bot changes nothing else", others.join(", "));
  judgePins(trace, request, [textOf(from, pins), textOf(to, pins)]);
  judgeQuarantine(trace, request, [textOf(from, quarantine), textOf(to, quarantine)]);
}

type Texts = readonly [before: string, after: string];

function judgePins(trace: Trace, request: RevertRequest, [before, after]: Texts): void {
  const lines = differingLines(before, after);
  const along = (request.along ?? []).filter(({ process, from }) => readPins(before).get(process) === from);
  const pins = [request, ...along];
  trace.expect(
    lines.length === pins.length,
    "the bot changes one line of the pins for each process",
    `${request.id} changes ${lines.length}`,
  );
  for (const [was, is] of lines) {
    const isWanted = pins.some(({ process, from, to }) => was !== is && is === was.replace(`${process}: ${from}`, `${process}: ${to}`));
    trace.expect(isWanted, "the bot changes the version in that line and nothing else", `${was} became ${is}`);
  }
  for (const { process, from, to } of pins) {
    const [was, is] = [readPins(before).get(process), readPins(after).get(process)];
    const what = `${was ?? "nothing"} to ${is ?? "nothing"}, not ${from} to ${to}`;
    trace.expect(was === from && is === to, "the bot puts back what was ordered", what);
  }
}

function judgeQuarantine(trace: Trace, request: RevertRequest, [before, after]: Texts): void {
  const [had, has] = [readQuarantine(before), readQuarantine(after)];
  const isHeld = has.some(({ process, digest }) => process === request.process && digest === request.quarantine);
  trace.expect(request.quarantine === null || isHeld, "what is rolled back is quarantined by the same commit", request.id);
  const more = has.length - had.length;
  trace.expect(more === 0 || more === 1, "the bot adds one entry to the quarantine", `${more} more`);
  const lost = lostLines(before, after);
  trace.expect(lost.length === 0, "the quarantine keeps what it had", `${request.id}: ${lost.join(" / ")}`);
}

function textOf({ files }: SimCommit, path: string): string {
  return files.get(path) ?? "";
}

/** All of both when they do not have as many. */
function differingLines(one: string, other: string): readonly Texts[] {
  const [before, after] = [one.split("\n"), other.split("\n")];
  const count = Math.max(before.length, after.length);
  const pairs = Array.from({ length: count }, (_, index) => [before[index] ?? "", after[index] ?? ""] as const);
  return before.length === after.length ? pairs.filter(([was, is]) => was !== is) : pairs;
}

/** Lines of a text that do not come, in this order, in another. */
function lostLines(text: string, other: string): readonly string[] {
  const there = other.split("\n");
  let next = 0;
  return text.split("\n").filter((line) => {
    const found = there.indexOf(line, next);
    if (found >= 0) next = found + 1;
    return line !== "" && found < 0;
  });
}
