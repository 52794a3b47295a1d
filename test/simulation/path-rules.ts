/** A path has one owner, and is never without one because of a switch. */

import { isInRange, requiredProcesses } from "../../src/domain/desired/dependency-graph.ts";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import type { EnvironmentName, ProcessId, UnitRef, Version } from "../../src/domain/names.ts";
import { requestsOf } from "../../src/domain/observed/requests.ts";
import type { Exchange, Rollout } from "../../src/domain/journal/rollout.ts";
import type { Route } from "../../src/domain/observed/route.ts";
import { servingUnit } from "../../src/domain/observed/observation.ts";
import type { EnvironmentState } from "../../src/domain/journal/state.ts";
import type { Installed } from "../../src/domain/desired/unit.ts";
import type { Files } from "./git.ts";
import { isDecidedInMemory, type SimWorld } from "./sim-world.ts";

type Owners = ReadonlyMap<string, readonly ProcessId[]>;

export interface Written {
  readonly environment: EnvironmentName;
  /** The table before. */
  readonly table: readonly Route[];
  readonly routes: readonly Route[];
  readonly state: EnvironmentState;
  readonly installed: readonly Installed[];
}

/** The path of the own name never moves, and no two have the same. */
export function judgePaths(world: SimWorld, written: Written): void {
  const { environment, table, routes } = written;
  const before = ownersOf(table);
  const after = ownersOf([...new Map([...table, ...routes].map((route) => [route.process, route])).values()]);
  for (const [path, owners] of after) {
    const isOne = owners.length === 1 || owners.some((process) => isRecreated(world, environment, process));
    world.trace.expect(isOne, "a path has one owner", `${environment}${path}: ${owners.join(" and ")}`);
  }
  for (const [path, owners] of before) if (!after.has(path)) judgeLost(world, written, { path, owners });
}

interface Lost {
  readonly path: string;
  readonly owners: readonly ProcessId[];
}

function judgeLost(world: SimWorld, written: Written, { path, owners }: Lost): void {
  const { trace, git, applied, lookedOn } = world;
  const { environment } = written;
  // What is decided is carried out also where another commit comes into force in that very moment.
  const commits = [git.head, git.find(applied ?? ""), git.find(lookedOn.get(environment) ?? "")];
  const wanted = commits.map((commit) => (commit ? ownerIn(world, { environment, files: commit.files, path }, written) : null));
  const [owner] = wanted;
  if (!owner || owners.includes(owner) || wanted.some((each) => each !== owner)) return;
  const isAnyRecreated = [owner, ...owners].some((process) => isRecreated(world, environment, process));
  const isNeverComing = isTakerFailed(written, owner) || isTakerLacking(world, written, owner);
  const isGivenUp = isNeverComing && owners.every((process) => isAsPinned(world, written, process));
  const isExcused = isAnyRecreated || isGivenUp || owners.some((process) => isLeftBehind(world, written, { process, path }));
  trace.expect(
    isExcused,
    "a path is never without an owner because of a switch",
    `${environment}${path} of ${owners.join()}, pinned for ${owner}`,
  );
}

/** Nothing goes on there until a person tries it again. */
function isTakerFailed({ state }: Written, taker: ProcessId): boolean {
  const row = state.processes.get(taker);
  return row?.rollout === null && row.refused !== null && row.refused.awaits === undefined;
}

/** It has not begun, and these pins never give it what it calls; what was good here goes back without asking for that. */
function isTakerLacking({ catalogue, applied, git }: SimWorld, { environment, state }: Written, taker: ProcessId): boolean {
  const files = git.find(applied ?? "")?.files ?? new Map();
  const { pins } = catalogue.environment(files, environment);
  const pinned = pins.get(taker);
  if (pinned?.kind !== "runnable" || hasBegun(state, taker, pinned.summary.version)) return false;
  return requiredProcesses(pinned.summary.dependencies).some(({ name, version: range }) => {
    const called = pins.get(name);
    return !called || (called.kind === "runnable" && !isInRange(called.summary.version, range));
  });
}

/** Now, or before. */
function hasBegun({ processes }: EnvironmentState, process: ProcessId, version: Version): boolean {
  const row = processes.get(process);
  return row !== undefined && (row.rollout !== null || row.knownGood.some((good) => good.version === version));
}

/** What is pinned serves already, and gets the rest: the share of a canary that nobody watches any more. */
function isAsPinned({ catalogue, applied, git }: SimWorld, { environment, table, routes }: Written, process: ProcessId): boolean {
  const files = git.find(applied ?? "")?.files;
  const pinned = files && catalogue.environment(files, environment).pins.get(process);
  const [before, after] = [table, routes].map((each) => servingIn(each, process));
  return pinned?.kind === "runnable" && after?.version === pinned.summary.version && after.digest === before?.digest;
}

function servingIn(routes: readonly Route[], process: ProcessId): UnitRef | null {
  return servingUnit(routes.find((route) => route.process === process) ?? null);
}

/** Whoever is recreated is away for a while, with all of its paths. */
function isRecreated({ plan }: SimWorld, environment: EnvironmentName, process: ProcessId): boolean {
  const spec = plan.environments.find(({ name }) => name === environment)?.spec;
  return spec !== undefined && strategyFor(spec, process).kind === "recreate";
}

/** A version that is rolled back leaves it behind, and whoever it took it over from cannot go back with it. */
function isLeftBehind(
  world: SimWorld,
  written: Written,
  { process, path }: { readonly process: ProcessId; readonly path: string },
): boolean {
  const rollout = written.state.processes.get(process)?.rollout;
  if (!rollout || !isRejected(world, written, rollout)) return false;
  const isIt = (request: string): boolean => requestsOf({ method: "GET", path }).includes(request);
  const givers = (rollout.exchanged ?? []).filter((each) => each.process !== process && each.gave.some(isIt));
  return !givers.some((giver) => isPinned(world, written.environment, giver) && canGoBack(written, giver));
}

/** While nothing can be recorded only the route tells it: as a rejection makes it. */
function isRejected(world: SimWorld, { routes }: Written, { process, state, stable }: Rollout): boolean {
  if (state.kind === "rejected" || !isDecidedInMemory(world)) return state.kind === "rejected";
  const route = routes.find((each) => each.process === process);
  return route !== undefined && route.shares.every(({ digest }) => digest === stable?.digest);
}

/** Nothing has changed there since, and the version before it is good, warm, and answers. */
function canGoBack({ state, table, installed }: Written, { process, before, after }: Exchange): boolean {
  const row = state.processes.get(process);
  const serving = servingIn(table, process);
  if (!row || !before || row.rollout || serving?.digest !== after?.digest) return false;
  const isGood = row.knownGood.some(({ digest }) => digest === before.digest);
  const isWarm = installed.some(({ digest, placements }) => digest === before.digest && placements.some(({ ready }) => ready));
  return isGood && isWarm && row.quarantined.length === 0;
}

/** In the commit in force, as it was when the paths changed owner. */
function isPinned({ catalogue, applied, git }: SimWorld, environment: EnvironmentName, { process, after }: Exchange): boolean {
  const pinned = catalogue.environment(git.find(applied ?? "")?.files ?? new Map(), environment).pins.get(process);
  if (!pinned || !after) return !pinned && !after;
  return after.version === (pinned.kind === "runnable" ? pinned.summary.version : pinned.version);
}

interface Place {
  readonly environment: EnvironmentName;
  readonly files: Files;
  readonly path: string;
}

/**
 * By what is pinned and can run; null: nobody, or several claim it. What was put into quarantine, and is not in git yet, can run no more
 * than what quarantine.yaml holds: nobody waits for it.
 */
function ownerIn({ catalogue }: SimWorld, { environment, files, path }: Place, { state }: Written): ProcessId | null {
  const owners = [...catalogue.environment(files, environment).pins].filter(([process, pinned]) => {
    if (pinned.kind !== "runnable" || !pinned.summary.endpoints.some((endpoint) => endpoint.path === path)) return false;
    const held = state.processes.get(process)?.quarantined ?? [];
    return !held.some(({ digest }) => digest === pinned.summary.definitionDigest);
  });
  return owners.length === 1 ? (owners[0]?.[0] ?? null) : null;
}

function ownersOf(routes: readonly Route[]): Owners {
  const owners = new Map<string, ProcessId[]>();
  for (const { process, shares } of routes) {
    const paths = new Set(shares.flatMap(({ weight, endpoints }) => (weight > 0 ? endpoints.map(({ path }) => path) : [])));
    for (const path of paths) owners.set(path, [...(owners.get(path) ?? []), process]);
  }
  return owners;
}
