/** `pinion diff`: what really differs between two versions of a process. */

import { detectChanges } from "../../../domain/changes/detect.ts";
import type { Definition } from "../../../domain/desired/definition.ts";
import { summarize } from "../../../domain/changes/describe.ts";
import { distanceBetween } from "../../../domain/plan/plan.ts";
import { differencesOfVersions } from "../../../domain/changes/version-difference.ts";
import type { ChangeNote } from "../../../domain/changes/changes.ts";
import { type Difference, isNoDifference, renderDifference, textJson } from "../render/difference.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson, type Session } from "../terminal/session.ts";
import type { VersionFile } from "../terminal/world.ts";

export const addDiff: AddCommand = (program, session, finish) => {
  program
    .command("diff")
    .description("show the semantic difference between two versions")
    .argument("<a>", "a version file, or an engine's export")
    .argument("<b>", "the one to compare it with")
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
The order of nodes, connections and keys does not matter. Of two version files dependencies and checks are compared too.
Exit code 0 without differences, 1 with, 2 when it could not run.

Examples:
  pinion diff processes/order-intake/versions/1.1.0.yaml processes/order-intake/versions/1.2.0.yaml
  pinion diff processes/order-intake/versions/1.2.0.yaml flows.json
  pinion diff old.yaml new.yaml --format json | jq .impact
`,
    )
    .action(async (a: string, b: string, { format }: { readonly format: Format }) => {
      const [from, to] = await Promise.all([a, b].map((file) => session.world.readVersionFile(pathFrom(session, file))));
      if (!from || !to) throw new Error("two files were asked for");
      finish(show(session, compare({ file: a, content: from }, { file: b, content: to }), format));
    });
};

interface Side {
  readonly file: string;
  readonly content: VersionFile;
}

function compare(from: Side, to: Side): Difference {
  const changes = detectChanges(definitionOf(from.content), definitionOf(to.content), noteOf(to.content));
  const { impact, counts, lines, texts } = summarize(changes);
  const [one, other] = [from.content, to.content];
  const hasBoth = one.kind === "version" && other.kind === "version";
  return {
    from: labelOf(from),
    to: labelOf(to),
    distance: hasBoth ? distanceBetween(one.version.version, other.version.version) : null,
    impact,
    counts,
    changes,
    lines,
    texts,
    ...(hasBoth ? differencesOfVersions(one.version, other.version) : { dependencies: [], checks: [] }),
  };
}

function definitionOf(content: VersionFile): Definition {
  return content.kind === "version" ? content.version.definition : content.definition;
}

/** Who made the newer one, and what they call it. */
function noteOf(content: VersionFile): Partial<ChangeNote> {
  if (content.kind === "export") return {};
  const { title, description, tags, author } = content.version.metadata;
  return { title, description, tags, ...(author !== "" && { userId: author }) };
}

function labelOf({ file, content }: Side): Difference["from"] {
  const [process, version] = content.kind === "version" ? [content.version.process, content.version.version] : [null, null];
  return { file, process, version };
}

function show(session: Session, difference: Difference, format: Format): number {
  if (format === "json") printJson(session, { ...difference, texts: textJson(difference.texts) });
  else print(session, renderDifference(difference, { colors: session.colors, width: session.world.columns }));
  return isNoDifference(difference) ? 0 : 1;
}
