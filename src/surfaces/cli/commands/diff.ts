/** `pinion diff`: what really differs between two versions of a process. */

import type { Command } from "commander";
import { liveJson } from "../../../api/json.ts";
import { detectChanges } from "../../../domain/changes/detect.ts";
import type { Definition } from "../../../domain/desired/definition.ts";
import { summarize } from "../../../domain/changes/describe.ts";
import { distanceBetween } from "../../../domain/plan/plan.ts";
import { differencesOfVersions } from "../../../domain/changes/version-difference.ts";
import type { ChangeNote } from "../../../domain/changes/changes.ts";
import { clientFor, configOption, controllerOption, type ControllerOptions } from "../asking/controller-option.ts";
import { parseProcessTarget, type ProcessTarget } from "../asking/target.ts";
import { changedLines, renderLive } from "../render/recorded-changes.ts";
import { type Difference, isNoDifference, renderDifference, textJson } from "../render/difference.ts";
import { type AddCommand, type Format, formatOption, pathFrom, print, printJson, type Session } from "../terminal/session.ts";
import type { VersionFile } from "../terminal/world.ts";

interface Options extends ControllerOptions {
  readonly live?: true;
  readonly format: Format;
}

export const addDiff: AddCommand = (program, session, finish) => {
  program
    .command("diff")
    .description("show the semantic difference between two versions, or what was changed by hand in an engine")
    .argument("<a>", "a version file, or an engine's export; with --live a process, such as production/order-intake")
    .argument("[b]", "the one to compare it with")
    .option("--live", "what was changed by hand in the engine, asked now")
    .addOption(controllerOption())
    .addOption(configOption())
    .addOption(formatOption())
    .addHelpText(
      "after",
      `
The order of nodes, connections and keys does not matter. Two version files are also compared in dependencies and checks.
With --live the controller reads the pinned version back from the engine and compares it with what was installed. It also
shows earlier manual changes that were undone. With --format json the changed nodes are printed completely, so that you can
copy an edit into a version. Secrets are never shown.
Exit code 0 without differences, 1 with, 2 when it could not run.

Examples:
  pinion diff processes/order-intake/versions/1.1.0.yaml processes/order-intake/versions/1.2.0.yaml
  pinion diff processes/order-intake/versions/1.2.0.yaml flows.json
  pinion diff old.yaml new.yaml --format json | jq .impact
  pinion diff production/order-intake --live
  pinion diff production/order-intake --live --format json | jq .edit.changes.changes.nodesModified
`,
    )
    .action(async (a: string, b: string | undefined, options: Options, command: Command) => {
      if (options.live) {
        if (b !== undefined)
          command.error("error: --live compares one process with its engine: name it alone, such as production/order-intake");
        finish(await diffLive(session, targetOf(a, command), options));
      } else {
        if (b === undefined) command.error("error: two files are compared; with --live one process with its engine");
        finish(await diffFiles(session, [a, b], options.format));
      }
    });
};

function targetOf(text: string, command: Command): ProcessTarget {
  try {
    return parseProcessTarget(text);
  } catch (error) {
    return command.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function diffLive(session: Session, { environment, process }: ProcessTarget, options: Options): Promise<number> {
  const client = await clientFor(session, options);
  const live = await client.live(environment, process);
  const view = { colors: session.colors, now: session.world.now(), width: session.world.columns };
  if (options.format === "json") {
    const texts = live.edit === null ? [] : changedLines(live.edit.changes);
    printJson(session, { ...liveJson(live, environment, view.now), texts });
  } else print(session, renderLive(live, environment, view));
  return live.edit === null && live.isInstalled ? 0 : 1;
}

async function diffFiles(session: Session, [a, b]: readonly [string, string], format: Format): Promise<number> {
  const [from, to] = await Promise.all([a, b].map((file) => session.world.readVersionFile(pathFrom(session, file))));
  if (!from || !to) throw new Error("two files were asked for");
  return show(session, compare({ file: a, content: from }, { file: b, content: to }), format);
}

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
