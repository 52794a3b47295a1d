/** The commit by which Pinion put a pin back: fetched into the working copy, held to what it promises, and shown as git shows it. */

import pc from "picocolors";
import type { Stage } from "./stage.ts";
import { printable } from "../domain/safe-text.ts";

export interface BotCommit {
  readonly id: string;
  readonly author: string;
  /** Values of the trailers by their names. */
  readonly trailers: ReadonlyMap<string, string>;
  /** What it touches, from the root of the repository. */
  readonly files: readonly string[];
  /** As `git show` prints it. */
  readonly text: string;
}

/** What it has to be. */
export interface Promised {
  /** The commit that pinned the bad version. */
  readonly rollbackOf: string;
  readonly trigger: string;
  readonly files: readonly string[];
}

/** Pulls, and reads the commits since that one. @throws Error when there is not exactly one. */
export async function pullBotCommit({ git }: Pick<Stage, "git">, since: string): Promise<BotCommit> {
  await git("pull", "--quiet", "--ff-only");
  const ids = (await git("log", "--format=%H", `${since}..HEAD`)).split("\n").filter((line) => line !== "");
  const [id] = ids;
  if (id === undefined || ids.length !== 1) throw new Error(`${ids.length} commits came after ${since.slice(0, 8)} instead of one`);
  const [author, trailers, files, text] = await Promise.all([
    git("show", "--no-patch", "--format=%an <%ae>", id),
    git("show", "--no-patch", "--format=%(trailers:only,unfold)", id),
    git("show", "--name-only", "--format=", id),
    git("show", "--no-color", "--no-ext-diff", id),
  ]);
  return { id, author: author.trim(), trailers: parseTrailers(trailers), files: linesOf(files), text };
}

/** What it does not keep of its promises; empty: it keeps them all. */
export function brokenPromises({ trailers, files }: BotCommit, promised: Promised): readonly string[] {
  const touched = files.toSorted().join(", ");
  const wanted = promised.files.toSorted().join(", ");
  return [
    ...(trailers.get("Rollback-Of") === promised.rollbackOf ? [] : [`Rollback-Of is ${trailers.get("Rollback-Of") ?? "missing"}`]),
    ...(trailers.get("Rollback-Trigger") === promised.trigger
      ? []
      : [`Rollback-Trigger is ${trailers.get("Rollback-Trigger") ?? "missing"} instead of ${promised.trigger}`]),
    ...(trailers.get("Rollback-Id") ? [] : ["Rollback-Id is missing"]),
    ...(touched === wanted ? [] : [`it touches ${touched} instead of ${wanted}`]),
  ];
}

/** Its text with the colours that git gives it. */
export function colourCommit(text: string, colour: boolean): readonly string[] {
  const colours = pc.createColors(colour);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => paintLine(printable(line), colours));
}

function paintLine(line: string, colours: ReturnType<typeof pc.createColors>): string {
  if (line.startsWith("commit ")) return colours.yellow(line);
  if (/^(?:diff |index |new file |--- |\+\+\+ )/u.test(line)) return colours.bold(line);
  if (line.startsWith("@@")) return colours.cyan(line);
  if (line.startsWith("+")) return colours.green(line);
  return line.startsWith("-") ? colours.red(line) : line;
}

function parseTrailers(text: string): ReadonlyMap<string, string> {
  return new Map(
    linesOf(text).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
