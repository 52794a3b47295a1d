/**
 * When something may be taken out of an environment: only by a commit in which that environment has no error at all, since a pin that
 * is gone beside an error may be a slip of the pen. The controller and the plan ask the same rule.
 */

import type { EnvironmentSpec } from "./environment.ts";
import { describeFinding, type Finding } from "../finding.ts";
import type { CommitId, EnvironmentName, ProcessId } from "../names.ts";
import { createSelection } from "../sharded-map.ts";
import type { PinnedVersion } from "./snapshot.ts";

/** One environment at one commit. */
export interface Removable {
  readonly environment: EnvironmentName;
  readonly spec: Pick<EnvironmentSpec, "allowEmpty"> | null;
  readonly findings: readonly Finding[];
  readonly pins: ReadonlyMap<ProcessId, PinnedVersion>;
}

/** Why what is pinned no more stays as it is, as the second half of a sentence; null: it may be taken out. */
export function whyNotTakenOut({ environment, spec, findings, pins }: Removable): string | null {
  const error = findings.find(({ severity }) => severity === "error");
  const brokenPin = firstBroken(pins);
  const what = error ? describeFinding(error) : brokenPin;
  if (what !== null) return `${environment} has errors (${what}): nothing is taken out until they are fixed`;
  if (pins.size === 0 && !spec?.allowEmpty) return "all pins are gone: nothing is taken out without allowEmpty: true";
  return null;
}

const brokenPins = createSelection<PinnedVersion>(({ kind }) => kind === "broken");

/** What is wrong with the first pin, by name, that cannot run; null: all can. */
function firstBroken(pins: ReadonlyMap<ProcessId, PinnedVersion>): string | null {
  let first: Extract<PinnedVersion, { kind: "broken" }> | null = null;
  for (const pinned of brokenPins(pins)) if (pinned.kind === "broken" && (!first || pinned.process < first.process)) first = pinned;
  return first && whyBroken(first);
}

/** The first of its findings, and how many there are besides. */
export function whyBroken({ findings }: Extract<PinnedVersion, { kind: "broken" }>): string {
  const [first, ...others] = findings;
  if (!first) return "its version cannot be used";
  return others.length === 0 ? describeFinding(first) : `${describeFinding(first)}, and ${others.length} more`;
}

/** Why nothing new begins in an environment whose environment.yaml cannot be used, or is gone with its folder. */
export function whyUnusable({ findings, settingsOf }: Pick<Removable, "findings"> & { readonly settingsOf?: CommitId }): string {
  const gone = findings.find(({ code }) => code === "environment/vanished");
  const why = gone ? gone.message : "environment.yaml cannot be used; what runs keeps running";
  if (settingsOf === undefined) return why;
  return `${why}, by the settings of ${settingsOf.slice(0, 7)}; pins of later commits have no effect until it is fixed, and \`pinion recover\` rolls back a bad version`;
}
