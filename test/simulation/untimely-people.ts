/** People who push just what hurts just then: rarer than what all others do, and only in worlds with the misfortune that it belongs to. */

import semver from "semver";
import type { Instant, ProcessId, UnitRef, Version } from "../../src/domain/names.ts";
import type { Dependency } from "../../src/domain/desired/version.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import {
  isBroken,
  pinsPath,
  quarantinePath,
  readPins,
  readQuarantine,
  settingsPath,
  withEntry,
  withHalfAnEdit,
  withoutHalfAnEdit,
  withPin,
} from "./files.ts";
import type { Bad } from "./disk-rules.ts";
import type { EnvironmentPlan, Nature } from "./plan.ts";
import type { Random } from "./random.ts";
import { afterBreaking, badsToLose, goneMs } from "./settings-rules.ts";
import type { SimWorld } from "./sim-world.ts";
import { lateMs } from "./traffic.ts";
import { asPublished, spoilings, spoiltText, versionPath } from "./version-files.ts";

/** How often they look, on an average, and for how long a file stays broken at most, in milliseconds. */
const [lookMs, brokenMs] = [700, 20_000];
/** How often they do something when they could. */
const chanceEach = 0.7;
/** How long before and after what it calls goes bad a caller is pinned, in milliseconds: then it is checked while that fails. */
const [justBeforeMs, justAfterMs] = [2_500, 500];

const bad: ReadonlySet<Nature> = new Set(["errors", "errors-late", "fails-in-public"]);
const early: ReadonlySet<string> = new Set(["validating", "pausing", "draining-batch", "installing"]);
const settled: ReadonlySet<string> = new Set(["post-deployment", "draining", "baking"]);

export interface UntimelyParts {
  readonly world: SimWorld;
  readonly random: Random;
  /** Pinion is told of the commit at once, if it runs. */
  readonly refresh: () => void;
}

export function startUntimelyPeople({ world, random, refresh }: UntimelyParts, until: Instant): void {
  const { plan, git, time, catalogue, journal, outside } = world;
  const { holdsByHand, breaksFiles, breaksVersions, needs, paths } = plan.sourceErrors;
  /** What somebody has done already: once is enough. */
  const done = new Set<string>();

  function textOf(path: string): string {
    return git.head.files.get(path) ?? "";
  }

  function push(what: string, path: string, text: string): void {
    if (git.isDown || text === textOf(path)) return;
    const files = new Map(git.head.files).set(path, text);
    git.move(git.make(git.head, { by: "person", message: what, files, at: time.now() }));
    refresh();
  }

  function once(what: string, work: () => void): void {
    if (done.has(what)) return;
    done.add(what);
    if (random.chance(chanceEach)) work();
  }

  /** Bad versions are pinned once what runs has all the traffic. */
  function pinBad({ name }: EnvironmentPlan, { process, rollout, knownGood }: ProcessState): void {
    const version = plan.soonPinned.get(process);
    const path = pinsPath(name);
    const isSettled = rollout === null ? knownGood.length > 0 : rollout.state.kind === "baking";
    if (version === undefined || !isSettled || !readPins(textOf(path)).has(process)) return;
    once(`${name}: ${process} ${version}`, () =>
      push(`${name}: ${process} ${version}, and it is bad`, path, withPin(textOf(path), process, version)),
    );
  }

  /** What a version would go back to is put into quarantine, while it is watched and about to fail. */
  function closeWayBack({ name }: EnvironmentPlan, { process, rollout }: ProcessState): void {
    const { stable, candidate, kind, state } = rollout ?? { stable: null, candidate: null, kind: "", state: { kind: "" } };
    if (!stable || !candidate || kind !== "deploy" || !settled.has(state.kind) || stable.version === candidate.version) return;
    const known = catalogue.known(process, stable.version);
    const path = quarantinePath(name);
    if (!known || !isBad(process, candidate.version) || isBroken(textOf(path))) return;
    const entry = { process, version: stable.version, digest: known.definitionDigest, rollbackId: "by-hand" };
    once(`${name}: the way back of ${process} from ${candidate.version} in quarantine`, () =>
      push(`${name}: ${process} ${stable.version} in quarantine by hand`, path, withEntry(textOf(path), entry)),
    );
  }

  function isBad(process: string, version: string): boolean {
    const nature = catalogue.nature(process, version);
    return nature !== null && bad.has(nature);
  }

  /** A quarantine that holds something is broken, and fixed soon. */
  function breakQuarantine({ name }: EnvironmentPlan): void {
    const path = quarantinePath(name);
    const held = readQuarantine(textOf(path)).length;
    if (held === 0) return;
    once(`${path} with ${held} entries is broken`, () => {
      push(`${path} is broken`, path, withHalfAnEdit(textOf(path)));
      time.later(random.between(1_000, brokenMs), () => push(`${path} is fixed`, path, withoutHalfAnEdit(textOf(path))));
    });
  }

  /** Settings are broken while a version that fails is watched, and stay so until that must have been noticed. */
  function breakSettings(bad: Bad): void {
    const path = settingsPath(bad.environment);
    once(`${path} is broken while ${bad.process} ${bad.version} fails`, () => {
      push(`${path} is broken`, path, withHalfAnEdit(textOf(path)));
      afterBreaking(world, bad);
      time.later(goneMs + 1, () => push(`${path} is fixed`, path, withoutHalfAnEdit(textOf(path))));
    });
  }

  /** A caller is pinned just before what it calls, and has all the traffic, goes bad: it is checked while that is taken back. */
  function pinCaller({ name }: EnvironmentPlan, { process: called, rollout }: ProcessState): void {
    const { stable, candidate } = rollout ?? { stable: null, candidate: null };
    if (!stable || !candidate || !isGoingBad(name, candidate)) return;
    const path = pinsPath(name);
    const callers = callersOf(called, [stable.version, candidate.version], readPins(textOf(path)));
    if (callers.length === 0) return;
    const { process, version } = random.pick(callers);
    once(`${name}: a caller of ${called} ${candidate.version}`, () =>
      push(`${name}: ${process} ${version}, just then`, path, withPin(textOf(path), process, version)),
    );
  }

  function isGoingBad(environment: string, { process, version, digest }: UnitRef): boolean {
    const since = catalogue.nature(process, version) === "errors-late" ? outside.traffic.fullSince(environment, process, digest) : null;
    const age = since === null ? 0 : time.now() - since;
    return age >= lateMs - justBeforeMs && age < lateMs + justAfterMs;
  }

  /** Good ones that are not pinned, and that all of these versions are enough for. */
  function callersOf(called: ProcessId, versions: readonly Version[], pins: ReadonlyMap<ProcessId, Version>) {
    const isFit = ({ name, version }: Dependency): boolean => name === called && versions.every((each) => semver.satisfies(each, version));
    const callers = [...needs].filter(([, all]) => all.some(isFit)).map(([key]) => key.split("@"));
    return callers.flatMap(([process = "", version = ""]) => {
      const isOther = pins.has(process) && pins.get(process) !== version;
      return isOther && catalogue.nature(process, version) === "good" ? [{ process, version }] : [];
    });
  }

  /** What is just about to be installed is spoilt, and fixed soon. */
  function spoil({ name }: EnvironmentPlan, { process, rollout }: ProcessState): void {
    const version = rollout?.candidate?.version ?? "";
    const path = versionPath(process, version);
    if (!rollout || !early.has(rollout.state.kind) || !git.head.files.has(path)) return;
    once(`${name}: ${rollout.deployment} is spoilt`, () => {
      const how = random.pick(spoilings);
      push(`${process} ${version}: ${how}, just then`, path, spoiltText(how));
      time.later(random.between(1_000, brokenMs), () => push(`${path} is as published again`, path, asPublished));
    });
  }

  async function look(): Promise<void> {
    if (breaksFiles) for (const bad of await badsToLose(world)) breakSettings(bad);
    for (const environment of plan.environments) {
      const { processes } = await journal.state(environment.name);
      if (breaksFiles) breakQuarantine(environment);
      for (const state of processes.values()) {
        pinBad(environment, state);
        if (holdsByHand) closeWayBack(environment, state);
        if (needs.size > 0) pinCaller(environment, state);
        if (breaksVersions) spoil(environment, state);
      }
    }
  }

  function go(): void {
    time.later(random.between(1, 2 * lookMs), () => {
      if (time.now() >= until) return;
      void look().then(go);
    });
  }
  if (paths.size === 0 && (holdsByHand || breaksFiles || breaksVersions || needs.size > 0 || plan.soonPinned.size > 0)) go();
}
