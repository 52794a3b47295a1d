/** `pinion digest`: which digests a catalogue should list, and writes what is missing. */

import { count } from "../terminal/findings.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson, type Session } from "../terminal/session.ts";
import { renderTable } from "../terminal/table.ts";
import type { DigestLine } from "../../../domain/desired/digest-line.ts";

interface Options {
  readonly write?: boolean;
  readonly format: Format;
}

export const addDigest: AddCommand = (program, session, finish) => {
  program
    .command("digest")
    .description("show the digests of published versions, and write those that are missing")
    .argument("[dir]", "the work tree of the config repository", ".")
    .option("--write", "add missing digests to process.yaml, and rewrite those of older releases")
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
The digest of a version covers its whole file and its definition. One that is not true is never rewritten: restore the
version's file, or, when the version was never merged, remove the digest and run this again.

Exit code 0 when all digests are right, or were written; 1 when any is wrong or missing; 2 when it could not run.

Examples:
  pinion digest
  pinion digest --write
  pinion digest ./config-repo --format json | jq -r '.digests[] | select(.state != "right") | .file'
`,
    )
    .action(async (directory: string, { write = false, format }: Options) => {
      const lines = await session.world.digests(pathFrom(session, directory), write);
      finish(show(session, lines, { write, format }));
    });
};

function show(session: Session, lines: readonly DigestLine[], { write, format }: Required<Options>): number {
  const isWritten = ({ state }: DigestLine): boolean => write && (state === "missing" || state === "old");
  const written = lines.filter(isWritten);
  const bad = lines.filter(({ state }) => state === "wrong" || (state === "missing" && !write));
  if (format === "json") printJson(session, { digests: lines.map((line) => ({ ...line, written: isWritten(line) })) });
  else print(session, [...rows(lines, write), ...(lines.length > 0 ? [""] : []), summary(lines, written, bad)]);
  return bad.length > 0 ? 1 : 0;
}

function rows(lines: readonly DigestLine[], write: boolean): readonly string[] {
  const cells = lines.map((line) => [`${line.file}:${line.line}`, line.version, `${line.computed}  ${word(line, write)}`]);
  return renderTable(cells, { width: null, indent: "" });
}

function word({ state, listed }: DigestLine, write: boolean): string {
  switch (state) {
    case "right":
      return "right";
    case "missing":
      return write ? "added" : "missing";
    case "old":
      return write ? "rewritten" : "to be rewritten: the digest listed covers the definition only";
    case "wrong":
      return `wrong: listed is ${listed ?? "none"}`;
  }
}

function summary(lines: readonly DigestLine[], written: readonly DigestLine[], bad: readonly DigestLine[]): string {
  if (lines.length === 0) return "no published versions";
  const old = written.length > 0 ? 0 : lines.filter(({ state }) => state === "old").length;
  const parts = [
    count(lines.length, "digest"),
    ...(written.length > 0 ? [`${written.length} written`] : []),
    ...(old > 0 ? [`${old} of an older format: \`pinion digest --write\` rewrites them`] : []),
    ...(bad.length > 0 ? [`${bad.length} wrong or missing`] : []),
  ];
  return parts.join(", ");
}
