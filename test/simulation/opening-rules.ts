/** What must not begin, judged by the files of the commit that was in force and by the router's table. */

import semver from "semver";
import type { DeploymentUpdate } from "../../src/domain/journal/state.ts";
import { servingUnit } from "../../src/domain/observed/observation.ts";
import type { Opened } from "./decision-rules.ts";
import { readEnvironmentFiles } from "./files.ts";
import type { SimWorld } from "./sim-world.ts";
import { spoiltIn } from "./version-files.ts";

/** What somebody who is dead has sent may arrive so much later, in milliseconds. */
const lateMs = 15_000;

export interface OpeningRules {
  onStart(): void;
  judge(update: DeploymentUpdate): void;
}

export function createOpeningRules(world: SimWorld): OpeningRules {
  let startedAt = -Infinity;
  return {
    onStart: () => void (startedAt = world.time.now()),
    judge({ id, opened, step }) {
      if (!opened) return;
      const what = `${id}: ${opened.kind} ${opened.environment}/${opened.process} ${opened.version ?? ""}: ${step.why}`;
      judgeContent(world, opened, what);
      if (opened.kind !== "deploy" && opened.kind !== "prune") return;
      judgeFiles(world, opened, what);
      if (world.time.now() - startedAt > lateMs) judgeNeeds(world, opened, what);
    },
  };
}

function judgeFiles({ git, trace, catalogue }: SimWorld, { commit, environment, process, version, kind }: Opened, what: string): void {
  const files = git.find(commit)?.files;
  if (!files) return;
  const { broken, quarantine } = readEnvironmentFiles(files, environment);
  trace.expect(!broken.settings && !broken.pins && !broken.quarantine, "nothing begins where files cannot be read", what);
  if (kind !== "deploy" || version === null) return;
  const definition = catalogue.known(process, version)?.definitionDigest;
  const isHeld = quarantine.some((entry) => entry.process === process && entry.digest === definition);
  trace.expect(!isHeld, "what is held in git is not deployed", what);
}

/**
 * Whatever begins for a pin, whatever it is called: nothing that nobody can read, or that is not what was published. An environment whose
 * files cannot be read is kept as its last usable commit says, in which that version may have been as published.
 */
function judgeContent({ git, trace }: SimWorld, { commit, environment, process, version }: Opened, what: string): void {
  const files = git.find(commit)?.files;
  const { pins, broken } = readEnvironmentFiles(files ?? new Map(), environment);
  if (broken.settings || broken.pins || broken.quarantine) return;
  const isPinned = version !== null && pins.get(process) === version;
  const spoilt = files && isPinned ? spoiltIn(files, process, version) : null;
  trace.expect(spoilt === null, "nothing begins with a version that is not as published", `${what}: ${spoilt ?? ""}`);
}

/** What a version needs serves before it is deployed. */
function judgeNeeds({ outside, catalogue, trace }: SimWorld, { environment, process, version }: Opened, what: string): void {
  const needs = version === null ? [] : (catalogue.known(process, version)?.dependencies ?? []);
  for (const { name, version: range } of needs) {
    const serving = servingUnit(outside.traffic.route(environment, name));
    const isThere = serving !== null && semver.satisfies(serving.version, range);
    trace.expect(
      isThere,
      "what a version needs is there before it",
      `${what}; needs ${name} ${range}, ${serving?.version ?? "nothing"} serves`,
    );
  }
}
