/**
 * Does what decisions owe. Every action says how the world should be, so doing it again after a crash is harmless. What is
 * refused stays owed, is tried again later, and is shown to the next decision as `stuck`.
 */

import { type Action, processOf, scopeOf } from "../domain/journal/actions.ts";
import { PinionError } from "../domain/errors.ts";
import type { Digest, EnvironmentName, ProcessId } from "../domain/names.ts";
import type { Stuck } from "../domain/journal/rollout.ts";
import type { EnvironmentState, OwedAction } from "../domain/journal/state.ts";
import type { DeploymentUnit } from "../domain/desired/unit.ts";
import type { Engine } from "../ports/engine.ts";
import { byKind, engineRunning, everyEngine, groupBy } from "./engines.ts";
import { attempt, done, type Owed, of, type Refusal } from "./owed.ts";
import type { Ports } from "./ports.ts";
import { shiftTraffic } from "./shift-traffic.ts";
import { loadUnit } from "./units.ts";
import { heldByTable } from "./taken-back.ts";
import { isOfTheDisk } from "./unrecorded.ts";

/**
 * Tries every owed action that is due, many units in few calls, traffic before triggers before removals. `isHeldBack`: what waits for a
 * decision; true when there is any.
 */
export async function performOwed(environment: EnvironmentName, ports: Ports, isHeldBack: IsHeldBack = nothing): Promise<boolean> {
  const remembered = await ports.journal.state(environment);
  const owed = stillOwed(remembered, ports);
  if (owed.length === 0) return false;
  const held = await heldByTable(environment, { ...remembered, owed }, ports);
  const now = ports.clock.now();
  const commit = ports.wanted(environment)?.commit;
  // What was refused for good is tried again once another commit is in force, which may be what fixes it.
  const isLater = ({ notBefore, stuck }: OwedAction): boolean => (stuck?.retry === "never" ? stuck.commit === commit : notBefore > now);
  const all = owed.filter((entry) => !held.has(entry) && !isLater(entry));
  const due = all.filter((entry) => !isHeldBack(entry));
  if (due.length > 0) await performDue(environment, { owed, due }, ports);
  const unasked = [...held].filter(([entry, error]) => error !== null && !isLater(entry));
  await Promise.all(unasked.map(([entry, error]) => refuse(environment, { owed: entry, error }, ports)));
  return due.length < all.length;
}

interface Due {
  /** With what waits. */
  readonly owed: readonly OwedAction[];
  readonly due: readonly OwedAction[];
}

async function performDue(environment: EnvironmentName, { owed, due }: Due, ports: Ports): Promise<void> {
  const unfinished = new Map<Action["kind"], ReadonlySet<ProcessId>>();
  const isDue = new Set(due);
  for (const [kind, { waitsFor, perform }] of inOrder) {
    const isHeldUp = (entry: OwedAction): boolean => waitsFor.some((before) => unfinished.get(before)?.has(processOf(entry.action)));
    const refusals = await perform(
      environment,
      due.filter((entry) => !isHeldUp(entry)),
      ports,
    );
    // What waits, to be tried again or for a decision, holds up what comes after it, just as a refusal does.
    const waiting = of(owed, kind).filter((entry) => !isDue.has(entry));
    unfinished.set(kind, new Set([...refusals.map((refusal) => refusal.owed), ...waiting].map(({ action }) => processOf(action))));
    await Promise.all(refusals.map((refusal) => refuse(environment, refusal, ports)));
  }
}

/** What the journal owes, but for what a decision has dropped that is carried out and waits for the disk. */
function stillOwed(remembered: EnvironmentState, { unrecorded }: Ports): readonly OwedAction[] {
  const over = unrecorded.over(remembered);
  if (over === remembered) return remembered.owed;
  const kept = new Set(over.owed.map(({ id }) => id));
  return remembered.owed.filter(({ id }) => kept.has(id));
}

export type IsHeldBack = (owed: OwedAction) => boolean;

const nothing: IsHeldBack = () => false;

interface Performer {
  /** What must neither be refused nor wait to be tried again, of the same process. */
  readonly waitsFor: readonly Action["kind"][];
  readonly perform: (environment: EnvironmentName, due: readonly OwedAction[], ports: Ports) => Promise<readonly Refusal[]>;
  /** It never waits long before it is tried again. */
  readonly isUrgent?: true;
}

/**
 * Every kind of action, in the order in which they are performed; one that is added does not compile before it has its place here.
 * Traffic goes where a version answers and nowhere else, so it waits for no installation. Traffic first, git second: what cannot be
 * installed, armed or taken out, as while the engine restarts, holds up no revert. What is taken out waits for everything.
 */
const performers: Readonly<Record<Action["kind"], Performer>> = {
  "ensure-validated": { waitsFor: [], perform: startValidations },
  "ensure-installed": { waitsFor: [], perform: install },
  "ensure-weights": { waitsFor: [], perform: shiftTraffic, isUrgent: true },
  "ensure-reverted": { waitsFor: ["ensure-weights"], perform: startReverts },
  "ensure-armed": { waitsFor: ["ensure-weights"], perform: arm, isUrgent: true },
  "ensure-removed": { waitsFor: ["ensure-installed", "ensure-weights", "ensure-armed"], perform: remove },
};

const inOrder = Object.entries(performers) as readonly (readonly [Action["kind"], Performer])[];

/** They run beside the passes. */
async function startValidations(environment: EnvironmentName, due: readonly OwedAction[], ports: Ports): Promise<readonly Refusal[]> {
  for (const entry of of(due, "ensure-validated")) ports.validations.ensure(environment, entry, ports);
  return [];
}

/** They are written beside the passes. */
async function startReverts(environment: EnvironmentName, due: readonly OwedAction[], ports: Ports): Promise<readonly Refusal[]> {
  for (const entry of of(due, "ensure-reverted")) ports.reverts.ensure(environment, entry, ports);
  return [];
}

/** Installs what is owed and due, in one call for all that goes on the same instances. */
export async function install(environment: EnvironmentName, due: readonly OwedAction[], ports: Ports): Promise<readonly Refusal[]> {
  const owed = of(due, "ensure-installed");
  if (owed.length === 0) return [];
  const { units, refusals } = await loadAll(environment, owed, ports);
  const loaded = owed.filter((entry) => units.has(entry.action.unit.digest));
  let all: readonly Refusal[] = refusals;
  for (const some of together(environment, loaded, ports))
    all = await installOn(environment, { loaded: some, units, refusals: all }, ports);
  return all;
}

/** What goes on the same instances of the same engine. */
function together(environment: EnvironmentName, loaded: readonly Owed<"ensure-installed">[], ports: Ports) {
  const engines = byKind(environment, { all: loaded, processOf: ({ action }) => action.unit.process }, ports);
  return [...engines.values()].flatMap((some) => [...groupBy(some, ({ action }) => scopeOf(action.on)).values()]);
}

/** What goes on the same instances. */
interface Installation {
  readonly loaded: readonly Owed<"ensure-installed">[];
  readonly units: ReadonlyMap<Digest, DeploymentUnit>;
  readonly refusals: readonly Refusal[];
}

async function installOn(
  environment: EnvironmentName,
  { loaded, units, refusals }: Installation,
  ports: Ports,
): Promise<readonly Refusal[]> {
  return attempt(loaded, refusals, async () => {
    const wanted = loaded.flatMap((entry) => units.get(entry.action.unit.digest) ?? []);
    const [first] = loaded;
    if (!first) return [];
    const engine = engineRunning(environment, first.action.unit.process, ports);
    const results = await engine.ensureInstalled(wanted, first.action.on, (readBack) =>
      ports.changes.replacing(environment, { readBack, secrets: units.get(readBack.unit.digest)?.secrets ?? {} }, ports),
    );
    const refused = new Map(
      results.flatMap((result) =>
        result.kind === "refused" ? [[result.unit.digest, new PinionError(result.code, result.detail)] as const] : [],
      ),
    );
    await done(
      environment,
      loaded.filter((entry) => !refused.has(entry.action.unit.digest)),
      ports,
    );
    return loaded.flatMap((entry) =>
      refused.has(entry.action.unit.digest) ? [{ owed: entry, error: refused.get(entry.action.unit.digest) }] : [],
    );
  });
}

async function loadAll(environment: EnvironmentName, owed: readonly Owed<"ensure-installed">[], ports: Ports) {
  const units = new Map<Digest, DeploymentUnit>();
  const refusals: Refusal[] = [];
  for (const entry of owed) {
    try {
      units.set(entry.action.unit.digest, (await loadUnit(entry.action.unit, environment, ports)).unit);
    } catch (error) {
      refusals.push({ owed: entry, error });
    }
  }
  return { units, refusals };
}

/** Lets schedules and subscriptions fire in what is owed, and in nothing else of the same process. */
export async function arm(environment: EnvironmentName, due: readonly OwedAction[], ports: Ports): Promise<readonly Refusal[]> {
  return onEngines(environment, of(due, "ensure-armed"), ports, (engine, owed) =>
    engine.ensureArmed(new Map(owed.map(({ action }) => [action.process, action.digest]))),
  );
}

/** Takes units out of the engine. */
export async function remove(environment: EnvironmentName, due: readonly OwedAction[], ports: Ports): Promise<readonly Refusal[]> {
  return onEngines(environment, of(due, "ensure-removed"), ports, (engine, owed) =>
    engine.ensureRemoved(owed.map(({ action }) => action.unit)),
  );
}

/** One call for all that one engine is asked for; an engine that is down holds up no other. */
async function onEngines<K extends Action["kind"]>(
  environment: EnvironmentName,
  due: readonly Owed<K>[],
  ports: Ports,
  ask: (engine: Engine, owed: readonly Owed<K>[]) => Promise<void>,
): Promise<readonly Refusal[]> {
  const groups = [...byKind(environment, { all: due, processOf: ({ action }) => processOf(action) }, ports)];
  const refusals = groups.map(([kind, owed]) =>
    attempt(owed, [], async () => {
      const engines = kind === null ? everyEngine(environment, ports) : [ports.engine(environment, kind)];
      for (const engine of engines) await ask(engine, owed);
      await done(environment, owed, ports);
      return [];
    }),
  );
  return (await Promise.all(refusals)).flat();
}

/** The longest wait before what is urgent is tried again, in milliseconds: a rollback may hang on it. */
const urgentRetryMs = 1_000;

/** Waits longer after each refusal: 250 ms, doubled up to 30 s. */
export function retryDelayMs(attempts: number, longestMs = 30_000): number {
  return Math.min(longestMs, 250 * 2 ** Math.min(attempts, 10));
}

/** It stays owed, and the next decision sees why; also where that cannot be recorded. @throws `store/full`, `store/failed`. */
export async function refuse(environment: EnvironmentName, refusal: Refusal, ports: Ports): Promise<void> {
  const { owed } = refusal;
  const stuck = stuckBy(environment, refusal, ports);
  const { action, code, attempts, detail } = stuck;
  ports.log.warn({ environment, process: processOf(action), action: action.kind, code, attempts }, detail);
  const delayMs = retryDelayMs(attempts - 1, performers[action.kind].isUrgent ? urgentRetryMs : undefined);
  try {
    await ports.journal.refused(environment, owed.id, stuck, ports.clock.now() + delayMs);
  } catch (error) {
    if (isOfTheDisk(error)) ports.unrecorded.refused(environment, stuck);
    throw error;
  }
}

/** What the next decision sees of a refusal. */
export function stuckBy(environment: EnvironmentName, { owed, error }: Refusal, ports: Ports): Stuck {
  const commit = ports.wanted(environment)?.commit;
  const attempts = (owed.stuck?.attempts ?? 0) + 1;
  return { action: owed.action, ...explain(error), attempts, ...(commit !== undefined && { commit }) };
}

/** A bug is no reason to give a deployment up: it may be fixed by a restart, so it is tried again, loudly. */
function explain(error: unknown): Pick<Stuck, "code" | "detail" | "retry"> {
  if (error instanceof PinionError) return { code: error.code, detail: error.message, retry: error.retry };
  return { code: "internal/bug", detail: error instanceof Error ? error.message : String(error), retry: "later" };
}
