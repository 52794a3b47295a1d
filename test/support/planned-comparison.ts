/** Plays a commit through the whole controller, in all environments at once, and holds what happens against what was planned of it. */

import { expect } from "vitest";
import { reconcile } from "../../src/controller/reconcile.ts";
import type { EnvironmentSnapshot } from "../../src/domain/desired/snapshot.ts";
import type { Rollout } from "../../src/domain/journal/rollout.ts";
import { type Decision, isNothingNew } from "../../src/domain/journal/state.ts";
import type { DeploymentPlan } from "../../src/domain/plan/deployment-plan.ts";
import { makePlan } from "../../src/domain/plan/plan.ts";
import { keyOf } from "../../src/domain/plan/step-keys.ts";
import { wordsFor, wordsOfKeeping, wordsOfRemoving } from "../../src/domain/plan/step-words.ts";
import { begin, commit, names, type OneEnvironment, type Story, told } from "./planned-story.ts";
import type { World } from "./world.ts";

/** By process. */
type Steps = Readonly<Record<string, readonly string[]>>;

/** What was foreseen in one environment, and what happened. */
export interface Compared {
  readonly environment: string;
  readonly planned: Steps;
  /** By the plans that are kept with the deployments. */
  readonly kept: Steps;
  readonly happened: Steps;
  /** Whose change will not happen, by the plan. */
  readonly held: ReadonlySet<string>;
  /** Whose deployment failed: what was begun is disturbed by that. */
  readonly failed: readonly string[];
}

/** What waits for something that will not come fails when its time is over; then others may begin that the plan holds. */
export function expectAsPlanned({ planned, kept, happened, held, failed }: Compared): void {
  expect(failed.filter((process) => !held.has(process))).toEqual([]);
  if (failed.length > 0) return;
  expect(happened).toEqual(planned);
  expect(kept).toEqual(happened);
}

export async function compared(story: Story): Promise<readonly Compared[]> {
  const worlds = told(story);
  const each = worlds.map((world, index) => ({ world, one: story.environments[index] as OneEnvironment }));
  for (const { world, one } of each) begin(world, one, story);
  await played(worlds);
  const from = each.map(({ world }) => snapshotOf(world));
  if (!each.every(({ world }, index) => isAsPinned(world, from[index] as EnvironmentSnapshot))) throw new Error("not everything runs");
  for (const { world, one } of each) if (one.isFrozen) await give(world, "freeze");
  for (const { world, one } of each) commit(world, one, story);
  const plans = each.map(({ world, one }, index) => {
    const { environment } = world;
    const [before, to] = [from[index] ?? null, snapshotOf(world)];
    return makePlan({ environment, from: before, to, details: new Map(), history: [], instances: one.instances });
  });
  const known = new Set((await (worlds[0] as World).journal.history({})).map(({ id }) => id));
  const frozen = each.filter(({ one }) => one.isFrozen).map(({ world }) => world);
  if (frozen.length > 0 && (await played(frozen)).some((steps) => Object.keys(steps).length > 0)) throw new Error("a freeze holds nothing");
  for (const world of frozen) await give(world, "unfreeze");
  const steps = await played(worlds);
  return Promise.all(
    each.map(async ({ world }, index) => {
      const plan = plans[index] as DeploymentPlan;
      const afterwards = await keptOf(world, known);
      const held = new Set(plan.held.map(({ process }) => process));
      return { environment: world.environment, held, planned: plannedIn(plan), happened: steps[index] ?? {}, ...afterwards };
    }),
  );
}

/** It takes effect in the next pass. */
function give({ environment, journal, now }: World, kind: "freeze" | "unfreeze"): Promise<void> {
  const by = { name: "Ada", email: null };
  return journal.recordCommand({ id: `${kind} ${environment}`, environment, by, why: "because", at: now, spec: { kind } });
}

function snapshotOf(world: World): EnvironmentSnapshot {
  const wanted = world.ports.wanted(world.environment);
  if (!wanted) throw new Error("the environment is not known");
  return wanted.environment;
}

/** Passes until nothing is to come any more, and what each process did in each environment. */
async function played(worlds: readonly World[]): Promise<readonly Watched["steps"][]> {
  const watched = worlds.map((world): Watched => ({ world, steps: {}, last: new Map() }));
  let quiet = 0;
  for (let passes = 0; passes < 3_000; passes += 1) {
    const decisions = await passAll(watched);
    quiet = decisions.every(isNothingNew) ? quiet + 1 : 0;
    const next = Math.min(...decisions.map(({ wakeAt }) => wakeAt ?? Infinity));
    if (quiet > 2 && next === Infinity) return watched.map(({ steps }) => steps);
    const now = Math.max(...worlds.map((world) => world.now));
    for (const world of worlds) world.now = quiet > 2 ? Math.max(now + 1, next) : now + 100;
  }
  throw new Error(`does not come to rest: ${await describeAll(worlds)}`);
}

async function passAll(watched: readonly Watched[]): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  for (const one of watched) {
    const decision = await pass(one.world);
    if (decision) decisions.push(decision);
    for (const process of names) await note(one, process, decision);
  }
  return decisions;
}

/** What each process waits for. */
async function describeAll(worlds: readonly World[]): Promise<string> {
  const all = worlds.flatMap((world) => names.map(async (process) => `${process}: ${(await world.status(process))?.reason.text ?? "-"}`));
  return (await Promise.all(all)).join("; ");
}

async function pass({ environment, ports }: World): Promise<Decision | null> {
  const decision = await reconcile(environment, ports);
  for (const beside of [ports.validations, ports.reverts, ports.changes, ports.plans]) await beside.idle();
  return decision;
}

interface Watched {
  readonly world: World;
  readonly steps: Record<string, string[]>;
  /** Of each process, what it is in. */
  readonly last: Map<string, string>;
}

async function note({ world, steps, last }: Watched, process: string, decision: Decision | null): Promise<void> {
  const found = await stepOf(world, process, decision);
  if (!found || last.get(process) === found.key) return;
  last.set(process, found.key);
  steps[process] = [...(steps[process] ?? []), found.name];
}

interface Step {
  readonly key: string;
  readonly name: string;
}

/** Null: none, or none of its own. */
async function stepOf(world: World, process: string, decision: Decision | null): Promise<Step | null> {
  const row = await world.state(process);
  if (row?.rollout) return stateOf(row.rollout, world);
  const since = row?.takenOutAt ?? null;
  if (since === null) return null;
  const isRemoved = decision?.owed.get(process)?.some(({ kind }) => kind === "ensure-removed");
  if (isRemoved) return { key: `${since} remove`, name: wordsOfRemoving(process).name };
  return since + world.spec.pruneDelayMs > world.now ? { key: `${since} keep`, name: wordsOfKeeping(process, world.spec).name } : null;
}

function stateOf(rollout: Rollout, { spec }: World): Step | null {
  const key = keyOf(rollout);
  if (key === null && rollout.state.kind !== "rejected") return null;
  return { key: `${rollout.deployment} ${key}`, name: wordsFor({ rollout, spec, checks: [] })?.name ?? "goes back" };
}

/** What is taken out is kept, and removed, under its name without a version. */
function plannedIn({ deployments, steps }: DeploymentPlan): Steps {
  return Object.fromEntries(
    deployments.map(({ id, process, kind, from }) => {
      const own = steps.filter((step) => step.id.startsWith(`${id}.`));
      const plain = (name: string) => (kind === "prune" ? name.replace(`keep ${process} ${from}`, `keep ${process}`) : name);
      const removed = (name: string) => (kind === "prune" && name.startsWith("remove ") ? `remove ${process}` : plain(name));
      return [process, own.map(({ name }) => removed(name))];
    }),
  );
}

async function keptOf({ environment, journal }: World, known: ReadonlySet<string>): Promise<Pick<Compared, "kept" | "failed">> {
  const opened = (await journal.history({ environment })).filter(({ id }) => !known.has(id)).toReversed();
  const whole = await Promise.all(opened.map(async ({ id }) => (await journal.history({ id }))[0]));
  const kept: Record<string, readonly string[]> = {};
  for (const one of whole) {
    if (!one) continue;
    const { process, kind, from } = one;
    const own = (one.deploymentPlan?.steps ?? [{ name: "no plan" }]).map(({ name }) =>
      kind === "prune"
        ? name.replace(`keep ${process} ${from}`, `keep ${process}`).replace(`remove ${process} ${from}`, `remove ${process}`)
        : name,
    );
    kept[process] = [...(kept[process] ?? []), ...own];
  }
  return { kept, failed: whole.flatMap((one) => (one && one.phase !== "Succeeded" ? [one.process] : [])) };
}

function isAsPinned(world: World, { pins }: EnvironmentSnapshot): boolean {
  return names.every((process) => {
    const pinned = pins.get(process);
    const version = pinned?.kind === "runnable" ? pinned.summary.version : null;
    return (Object.keys(world.traffic(process))[0] ?? null) === version;
  });
}
