/** Once nothing fails any more: the world comes to rest as `main` says, or held for a reason, and then nobody does anything. */

import { resolveDesired } from "../../src/domain/desired/resolve.ts";
import type { Pinned } from "../../src/domain/desired/resolve.ts";
import { strategyFor } from "../../src/domain/desired/environment.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import { findQuarantined, pinnedDefinition } from "../../src/domain/rollback/quarantine.ts";
import { servingUnit } from "../../src/domain/observed/observation.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { ProcessState } from "../../src/domain/journal/state.ts";
import type { Installed } from "../../src/domain/desired/unit.ts";
import { pinsPath, readPins } from "./files.ts";
import { sha256 } from "./known-digests.ts";
import { judgeByCatch, lacking } from "./needs-rules.ts";
import type { EnvironmentPlan } from "./plan.ts";
import { type EndParts, isAlarming, untilAtRest } from "./rest.ts";
import type { SimWorld } from "./sim-world.ts";

export async function judgeEnd(parts: EndParts): Promise<void> {
  const { world, isOver } = parts;
  const unrest = await untilAtRest(parts);
  if (isOver()) return;
  if (unrest !== null) return world.trace.violate(unrest.invariant, unrest.seen);
  for (const environment of world.plan.environments) await judgeEnvironment(world, environment);
  judgeOrders(parts);
}

async function judgeEnvironment(world: SimWorld, { name, instances }: EnvironmentPlan): Promise<void> {
  const { journal, outside, catalogue, git } = world;
  const state = await journal.state(name);
  const snapshot = catalogue.environment(git.head.files, name);
  const desired = resolveDesired(snapshot, { address: outside.router.publicAddress(name), hash: sha256 }, null);
  const inventory = await outside.engine(name).inventory();
  const routes = await outside.router.routes(name);
  for (const process of world.plan.processes.keys()) {
    const installed = inventory.installed.filter((unit) => unit.process === process);
    const route = routes.find((each) => each.process === process) ?? null;
    const wanted = desired?.processes.get(process) ?? null;
    judgeByCatch(world, state, wanted);
    judgeProcess(world, {
      environment: name,
      process,
      installed,
      desired: wanted,
      serving: servingUnit(route),
      targets: route?.shares.flatMap((share) => share.targets).length ?? 0,
      instances: instances.length,
      state: state.processes.get(process) ?? null,
      heldInGit: new Set(snapshot.quarantine.filter((entry) => entry.process === process).map(({ digest }) => digest)),
      lacks: lacking(world, process, { desired, routes }),
      hasErrors: [...snapshot.pins.values()].some(({ kind }) => kind === "broken"),
    });
  }
}

interface End {
  readonly environment: EnvironmentName;
  readonly process: string;
  readonly desired: Pinned | null;
  readonly installed: readonly Installed[];
  readonly serving: { readonly version: string; readonly digest: string } | null;
  readonly targets: number;
  readonly instances: number;
  readonly state: ProcessState | null;
  /** What people hold in git, by definition: it is not put back where it gets lost. */
  readonly heldInGit: ReadonlySet<string>;
  /** Something that it needs does not serve. */
  readonly lacks: string | null;
  /** A pin of the environment cannot run: nothing is taken out beside it. */
  readonly hasErrors: boolean;
}

function judgeProcess(world: SimWorld, end: End): void {
  const { trace } = world;
  const { desired, serving, state } = end;
  const what = `${end.environment}/${end.process}`;
  if (!desired) return judgeUnpinned(world, end, what);
  if (!state?.status?.reason.text) return trace.violate("every process is shown with a reason", what);
  const seen = `${what}: ${JSON.stringify({ desired, serving, status: state.status, refused: state.refused })}`;
  const isAsPinned = serving !== null && serves(serving, desired);
  const isOtherwise = isHeld(desired, state, end.lacks);
  trace.expect(isAsPinned || isOtherwise, "what runs is what main says, or is held", seen);
  if (!isOtherwise) trace.expect(isShownWell(state.status), "what runs as pinned is shown so", seen);
  if (serving) judgeServing(world, { ...end, serving, isAsPinned: isAsPinned && !isOtherwise }, what);
}

/** `NotRestored`: nothing good could be put back where it was lost, which is said beside the error. */
const unpinned: ReadonlySet<string> = new Set(["NotRemoved", "TakenOut", "Frozen", "NotRestored"]);

/** Gone; beside an error it stays, with the reason, and as suspended while it has traffic, or watched. Whoever cannot hand its paths over stays too. */
function judgeUnpinned(world: SimWorld, end: End, what: string): void {
  const { trace, plan } = world;
  const { serving } = end;
  const isKept = isKeptByError(end);
  const mayStay = isKept || (plan.sourceErrors.paths.size > 0 && isHandingOver(end));
  trace.expect(isGone(end) || mayStay, "what is not pinned is gone", `${what}: ${JSON.stringify(end)}`);
  if (isKept && serving) judgeServing(world, { ...end, serving, isAsPinned: false }, what);
}

function isKeptByError({ hasErrors, serving, state }: End): boolean {
  const isShown = unpinned.has(state?.status?.reason.code ?? "") && (serving === null || state?.status?.health === "Suspended");
  return hasErrors && (isShown || isWatchedStill(state));
}

/**
 * It was under watch when its pin went, and stays so: where it is bad, and has no way back, a person must decide, as with a pin; where an
 * instance has lost it, and it cannot be installed there any more, that is shown.
 */
function isWatchedStill(state: ProcessState | null): boolean {
  if (!state?.rollout) return false;
  return isAlarming(state.status) || (state.status?.health === "Degraded" && state.status.reason.code === "NotRestored");
}

function isHandingOver({ serving, state }: End): boolean {
  return serving !== null && state?.status?.reason.code === "HandingOver";
}

function serves(serving: NonNullable<End["serving"]>, desired: Pinned): boolean {
  return desired.kind === "run" && serving.digest === desired.unit.digest;
}

/** But for a quarantine that git does not know: it outlives the pin. */
function isGone({ installed, serving, state }: End): boolean {
  const isForgotten = state === null || (state.status === null && state.rollout === null && state.quarantined.length > 0);
  return installed.length === 0 && serving === null && isForgotten;
}

function isShownWell(status: NonNullable<ProcessState["status"]>): boolean {
  return isAlarming(status) || (status.sync === "Synced" && status.health === "Healthy");
}

/** A broken pin, something that it needs, a quarantine, or a refusal: each with a reason that people see. */
function isHeld(desired: Pinned, state: ProcessState, lacks: string | null): boolean {
  if (desired.kind === "broken" || (lacks !== null && state.status?.reason.text.includes(lacks))) return true;
  const definition = pinnedDefinition(desired);
  return state.refused?.unit.digest === desired.unit.digest || (definition !== null && findQuarantined(state, definition) !== null);
}

interface Serving extends End {
  readonly serving: NonNullable<End["serving"]>;
  readonly isAsPinned: boolean;
}

function judgeServing(world: SimWorld, { serving, isAsPinned, ...end }: Serving, what: string): void {
  const { trace } = world;
  const { installed, targets, instances } = end;
  const isThere = installed.some(({ digest }) => digest === serving.digest);
  trace.expect(
    isThere || isGivenUp({ ...end, serving }) || isHeldInGit(world, end, serving),
    "what has traffic is installed",
    `${what} ${serving.version}`,
  );
  const isEverywhere = targets === instances || !(isAsPinned || isKept(world, { ...end, serving }));
  trace.expect(isEverywhere, "it is served wherever it runs", `${what}: ${targets} of ${instances} instances`);
  const armed = installed.filter((each) => each.armed);
  const isArmed = armed.length === 1 && armed[0]?.digest === serving.digest;
  const firing = armed.map(({ version }) => version).join() || "nowhere";
  trace.expect(isArmed || !isThere, "schedules fire where the traffic is", `${what}: ${firing}, not ${serving.version}`);
  judgeLeft(world, { ...end, isAsPinned }, what);
}

/** A version that a person must decide about keeps what it could go back to. */
function judgeLeft({ trace, plan }: SimWorld, end: Omit<Serving, "serving">, what: string): void {
  const isOver = end.isAsPinned && end.state?.rollout === null;
  const warm = warmIn(plan.environments.find(({ name }) => name === end.environment) ?? null, end.process);
  const left = end.installed.map(({ version }) => version).join(", ");
  trace.expect(!isOver || end.installed.length <= warm + 1, "only warm versions are left", `${what}: ${left}, ${warm} may be warm`);
}

/**
 * Lost, and its variables are others by now: that is shown, or that a person must decide about it, since it was bad before it was lost.
 * What is pinned has the variables of now.
 */
function isGivenUp({ state, serving, desired }: Pick<End, "state" | "serving" | "desired">): boolean {
  const isPinned = serving !== null && desired !== null && serves(serving, desired);
  const isShown = state?.status?.reason.code === "NotRestored" || (state !== null && isAlarming(state.status));
  return isShown && !isPinned;
}

/** Not pinned, but good here: it is put back wherever it is lost, unless its variables are others by now. */
function isKept(world: SimWorld, end: Pick<Serving, "process" | "state" | "heldInGit" | "desired" | "serving">): boolean {
  const isGood = end.state?.knownGood.some(({ digest }) => digest === end.serving.digest) ?? false;
  return isGood && !isHeldInGit(world, end, end.serving) && !isGivenUp(end);
}

/** Whether or not it was ever found good here. */
function isHeldInGit(world: SimWorld, { process, heldInGit }: Pick<End, "process" | "heldInGit">, serving: Serving["serving"]): boolean {
  return heldInGit.has(world.catalogue.known(process, serving.version)?.definitionDigest ?? "");
}

function warmIn(environment: EnvironmentPlan | null, process: string): number {
  const strategy = environment && strategyFor(environment.spec, process);
  return strategy && "keepOldVersion" in strategy && strategy.keepOldVersion ? strategy.warm.count : 0;
}

/** Every command that was recorded: on the branch once, proposed, void, or overtaken: the pin was moved meanwhile, or another one puts it back. */
function judgeOrders({ world, invariants }: EndParts): void {
  const { orders, retried } = invariants.decisions;
  for (const [id, request] of orders) {
    const isVoid = invariants.acquitted.has(id) || retried.has(id);
    const isOvertaken = isMoved(world, request) || [...orders.values()].some((other) => isInstead(world, other, request));
    if (!isInGit(world, request) && !isOvertaken && !isVoid) world.trace.violate("each rollback commits exactly once", `${id} never did`);
  }
}

function isInGit({ git }: SimWorld, { id, environment }: RevertRequest): boolean {
  return git.commits.some(({ rollbackId }) => rollbackId === id) || git.branches.has(`rollback/${environment}/${id}`);
}

function isMoved({ git }: SimWorld, request: RevertRequest): boolean {
  const at = git.commits.findIndex((commit) => commit.id === request.commit);
  return git.commits.slice(at).some(({ files }) => !isPinned(files, request));
}

/** What is rejected while a person's rollback waits for git is put back, and into quarantine, by that one commit. */
function isInstead(world: SimWorld, other: RevertRequest, request: RevertRequest): boolean {
  const isSame = other.environment === request.environment && other.process === request.process && other.from === request.from;
  return isSame && other.at > request.at && other.trigger !== "manual" && isInGit(world, other);
}

function isPinned(files: ReadonlyMap<string, string>, { environment, process, from }: RevertRequest): boolean {
  return readPins(files.get(pinsPath(environment)) ?? "").get(process) === from;
}
