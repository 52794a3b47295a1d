/** Once nothing fails any more: the world comes to rest as `main` says, or held for a reason, and then nobody does anything. */

import { resolveDesired } from "../../src/domain/desired.ts";
import type { Desired } from "../../src/domain/desired.ts";
import { strategyFor } from "../../src/domain/environment.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import { findQuarantined, pinnedDefinition } from "../../src/domain/quarantine.ts";
import { servingUnit } from "../../src/domain/seen.ts";
import type { EnvironmentState, ProcessState } from "../../src/domain/state.ts";
import type { Installed } from "../../src/domain/unit.ts";
import { sha256 } from "../../src/adapters/manifest/digest.ts";
import type { Invariants } from "./invariants.ts";
import type { Network } from "./network.ts";
import type { People } from "./people.ts";
import type { EnvironmentPlan } from "./plan.ts";
import type { SimWorld } from "./sim-world.ts";

export interface EndParts {
  readonly world: SimWorld;
  readonly invariants: Invariants;
  readonly network: Network;
  readonly people: People;
  readonly isOver: () => boolean;
}

/** How long the world may take to come to rest, and how long the rest is looked at, in milliseconds. */
const [patienceMs, lookMs, idleMs] = [3_600_000, 10_000, 60_000];
/** Warm versions are let go when they have been kept for as long as any environment says. */
const warmMs = 70_000;

export async function judgeEnd(parts: EndParts): Promise<void> {
  const { world, people, isOver } = parts;
  const { time, trace } = world;
  const deadline = time.now() + patienceMs;
  let unrest: string | null = "it has not been looked at";
  while (unrest !== null && time.now() < deadline && !isOver()) {
    await people.tidy();
    await time.runUntil(time.now() + lookMs, isOver);
    unrest = await whyNotAtRest(parts);
  }
  await time.runUntil(time.now() + warmMs, isOver);
  unrest ??= await whyNotAtRest(parts);
  if (isOver()) return;
  if (unrest !== null) return trace.violate("the world comes to rest", unrest);
  await judgeIdle(parts);
  for (const environment of world.plan.environments) await judgeEnvironment(world, environment);
  judgeOrders(parts);
}

async function whyNotAtRest({ world }: EndParts): Promise<string | null> {
  const { plan, journal, outside } = world;
  if (outside.instancesDown.size > 0) return "an instance is down";
  if (world.applied !== world.git.head.id) return "the newest commit is not in force";
  for (const { name } of plan.environments) {
    const why = whyBusy(await journal.state(name));
    if (why) return `${name}: ${why}`;
  }
  const untold = await journal.untold(1);
  return untold.length > 0 ? `an event is untold: ${untold[0]?.why ?? ""}` : null;
}

function whyBusy({ owed, orders, freeze, processes }: EnvironmentState): string | null {
  if (freeze) return "frozen";
  if (orders[0]) return `an order is not answered: ${orders[0].id}`;
  for (const { process, rollout, revert, status } of processes.values()) {
    if (rollout && !isAlarming(status)) return `${process} is ${rollout.state.kind}: ${status?.reason ?? ""}`;
    if (revert && revert.outcome?.kind !== "proposed") return `a revert is owed: ${revert.order.id}`;
  }
  return owed[0] ? `an action is owed: ${JSON.stringify(owed[0])}` : null;
}

/** Bad, but within the rails: it is shown, and a person must decide. */
function isAlarming(status: ProcessState["status"]): boolean {
  return status?.health === "Degraded" && status.reason.endsWith("A person must decide");
}

async function judgeIdle({ world, network, invariants, isOver }: EndParts): Promise<void> {
  const { time, plan, trace } = world;
  const [effects, passes] = [network.effects, invariants.passes];
  await time.runUntil(time.now() + idleMs, isOver);
  const done = network.effects - effects;
  const looked = invariants.passes - passes;
  const isMeasured = invariants.decisions.open.size > 0;
  if (!isMeasured && done > 0) trace.violate("whoever is at rest does nothing", `${done} effects`);
  if (!isMeasured && looked > plan.environments.length * 30)
    trace.violate("nobody looks all the time", `${looked} passes in ${idleMs / 1_000} s`);
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
    judgeProcess(world, {
      environment: name,
      process,
      installed,
      desired: desired?.processes.get(process) ?? null,
      serving: servingUnit(route),
      targets: route?.shares.flatMap((share) => share.targets).length ?? 0,
      instances: instances.length,
      state: state.processes.get(process) ?? null,
    });
  }
}

interface End {
  readonly environment: EnvironmentName;
  readonly process: string;
  readonly desired: Desired | null;
  readonly installed: readonly Installed[];
  readonly serving: { readonly version: string; readonly digest: string } | null;
  readonly targets: number;
  readonly instances: number;
  readonly state: ProcessState | null;
}

function judgeProcess(world: SimWorld, end: End): void {
  const { trace } = world;
  const { environment, process, desired, installed, serving, state } = end;
  const what = `${environment}/${process}`;
  if (!desired) {
    if (installed.length > 0 || serving || state)
      trace.violate("what is not pinned is gone", `${what}: ${JSON.stringify({ installed, serving, state })}`);
    return;
  }
  if (!state?.status?.reason) return trace.violate("every process is shown with a reason", what);
  const isAsPinned = desired.kind === "run" && serving?.digest === desired.unit.digest;
  if (!isAsPinned && !isHeld(desired, state))
    trace.violate(
      "what runs is what main says, or is held",
      `${what}: ${JSON.stringify({ desired, serving, status: state.status, refused: state.refused })}`,
    );
  if (isAsPinned && !isAlarming(state.status) && (state.status.sync !== "Synced" || state.status.health !== "Healthy"))
    trace.violate("what runs as pinned is shown so", `${what}: ${JSON.stringify(state.status)}`);
  judgeServing(world, end, what);
}

/** A broken pin, a quarantine, or a refusal: each with a reason that people see. */
function isHeld(desired: Desired, state: ProcessState): boolean {
  if (desired.kind === "broken") return true;
  const definition = pinnedDefinition(desired);
  return state.refused?.unit.digest === desired.unit.digest || (definition !== null && findQuarantined(state, definition) !== null);
}

function judgeServing({ trace, plan }: SimWorld, end: End, what: string): void {
  const { serving, installed, targets, instances, environment, process, desired } = end;
  if (!serving) return;
  const unit = installed.find(({ digest }) => digest === serving.digest);
  if (!unit) return trace.violate("what has traffic is installed", `${what} ${serving.version}`);
  const isAsPinned = desired?.kind === "run" && desired.unit.digest === serving.digest;
  if (isAsPinned && targets !== instances) trace.violate("it is served wherever it runs", `${what}: ${targets} of ${instances} instances`);
  const armed = installed.filter((each) => each.armed);
  if (armed.length !== 1 || armed[0]?.digest !== serving.digest)
    trace.violate(
      "schedules fire where the traffic is",
      `${what}: ${armed.map(({ version }) => version).join() || "nowhere"}, not ${serving.version}`,
    );
  const spec = plan.environments.find(({ name }) => name === environment)?.spec;
  const strategy = spec && strategyFor(spec, process);
  const warm = strategy && "keepOldVersion" in strategy && strategy.keepOldVersion ? strategy.warm.count : 0;
  if (isAsPinned && installed.length > warm + 1)
    trace.violate("only warm versions are left", `${what}: ${installed.map(({ version }) => version).join(", ")}, ${warm} may be warm`);
}

/** Every order that was recorded: on the branch once, proposed, or overtaken by a person. */
function judgeOrders({ world, invariants }: EndParts): void {
  const { git, trace } = world;
  for (const [id, order] of invariants.decisions.orders) {
    const times = git.commits.filter(({ rollbackId }) => rollbackId === id).length;
    const at = git.commits.findIndex((commit) => commit.id === order.commit);
    const isProposed = git.branches.has(`rollback/${order.environment}/${id}`);
    const isOvertaken = git.commits.slice(at).some(({ files, by }) => by === "person" && !isPinned(files, order));
    if (times === 0 && !isProposed && !isOvertaken && !invariants.decisions.retried.has(id))
      trace.violate("each rollback commits exactly once", `${id} never did`);
  }
}

function isPinned(
  files: ReadonlyMap<string, string>,
  { environment, process, from }: { environment: string; process: string; from: string },
): boolean {
  return (files.get(`environments/${environment}/pins.yaml`) ?? "").includes(`${process}: ${from} `);
}
