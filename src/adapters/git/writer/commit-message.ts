/** What a rollback's commit says: why, in people's words, and the trailers that machines look for. */

import type { CommitId, Version } from "../../../domain/names.ts";
import { describePerson, type Person } from "../../../domain/journal/people.ts";
import type { PinBack, RevertRequest } from "../../../domain/journal/revert.ts";

export interface MessageFacts {
  readonly request: RevertRequest;
  /** Pins of other processes that are put back by the same commit. */
  readonly along: readonly PinBack[];
  /** Who pinned the bad version; null: not known. */
  readonly rollbackOf: CommitId | null;
  /** What became of quarantine.yaml; `untouched`: it is broken, so the entry is only in Pinion's store. */
  readonly quarantine: "none" | "entered" | "untouched";
}

const subjectWidth = 72;
const bodyWidth = 72;
const maxClaim = 200;
// oxlint-disable-next-line no-control-regex
const oddCharacters = /[\s\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;
/** What makes a build system pass a commit by, anywhere in its message. */
const skipMarks = /\[([^[\]]*\b(?:skip|no)\b[^[\]]*)\]|\*{3}NO_CI\*{3}/gi;

/** The whole message. */
export function commitMessage(facts: MessageFacts): string {
  const body = bodyParagraphs(facts).map(wrapped);
  return `${[subjectOf(facts.request), ...body, trailersOf(facts).join("\n")].join("\n\n")}\n`;
}

/** A text of somebody else's as one line that commands nothing. */
export function oneLine(text: string): string {
  return text.replaceAll(oddCharacters, " ").trim();
}

/** What marks the commit of a revert request, wherever it ends up. */
export function idTrailer(request: RevertRequest): string {
  return `Rollback-Id: ${request.id}`;
}

function subjectOf({ environment, process, from, to }: RevertRequest): string {
  const candidates = [`revert(${environment}): ${process} ${from} -> ${to}`, `revert(${environment}): ${process} to ${to}`];
  const fitting = candidates.find((subject) => subject.length <= subjectWidth);
  return fitting ?? `${`revert(${environment}): ${process}`.slice(0, subjectWidth - 3)}...`;
}

function bodyParagraphs({ request, along, quarantine }: MessageFacts): readonly string[] {
  const { environment, process, from, to, by } = request;
  const why = oneLine(request.why).replaceAll(skipMarks, (mark) => mark.replace("[", "(").replace("]", ")").replaceAll("***", ""));
  const commanded = by === null ? "" : `, by command of ${shortened(describePerson(by))}`;
  const done = `Pinion takes ${process} in ${environment} back from ${from} to ${to}${commanded}${why === "" ? "." : `: ${why}`}`;
  return [done, ...alongParagraph(along), ...quarantineParagraph(from, quarantine)];
}

function alongParagraph(along: readonly PinBack[]): readonly string[] {
  if (along.length === 0) return [];
  const pins = along.map((pin) => `${pin.process} from ${pin.from} to ${pin.to}`).join(", ");
  return [`Paths had changed owner together with it, so these go back too, and are not rejected: ${pins}.`];
}

function quarantineParagraph(from: Version, quarantine: MessageFacts["quarantine"]): readonly string[] {
  switch (quarantine) {
    case "none":
      return [];
    case "entered":
      return [`${from} is in quarantine: to deploy it here again, take its entry out of quarantine.yaml.`];
    case "untouched":
      return [
        "quarantine.yaml cannot be read, or is full, and was left as it is; until it is fixed, only Pinion itself remembers the quarantine.",
      ];
  }
}

function trailersOf({ request, rollbackOf }: MessageFacts): readonly string[] {
  const { by } = request;
  return [
    ...(rollbackOf === null ? [] : [`Rollback-Of: ${rollbackOf}`]),
    `Rollback-Trigger: ${oneLine(request.trigger)}`,
    idTrailer(request),
    ...(by === null ? [] : [`Rollback-By: ${claimOf(by)}`]),
  ];
}

/** Who gave the command by their own word: the commit itself is by Pinion. */
function claimOf({ name, email, claimed }: Person): string {
  const address = email === null ? "" : ` <${oneLine(email)}>`;
  return `${shortened(name)}${address}${claimed === undefined ? "" : ` (as claimed ${oneLine(claimed)})`}`;
}

/** A claim as one line; no part of it may stand at the beginning of one. */
function shortened(text: string): string {
  const line = oneLine(text);
  return line.length > maxClaim ? `${line.slice(0, maxClaim)}...` : line;
}

/** Lines of a readable width. A word that would read as a trailer at the start of a line is kept on the line before. */
function wrapped(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || (line.length + 1 + word.length > bodyWidth && !/^[\w-]+:/.test(word))) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join("\n");
}
