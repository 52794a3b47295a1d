/** What people have changed by hand in an engine: each change is read back once, and recorded before it is undone. */

import { engineRunning } from "../engines.ts";
import { type HandEdit, type LiveChanges, recordInSlices } from "../../domain/changes/recorded.ts";
import { PinionError } from "../../domain/errors.ts";
import { undoneStep } from "../../domain/journal/undone-step.ts";
import type { EnvironmentName, Instant, ProcessId, UnitRef } from "../../domain/names.ts";
import type { Installed } from "../../domain/desired/unit.ts";
import type { EngineObservation } from "../../domain/observed/observation.ts";
import type { ReadBack } from "../../ports/engine.ts";
import type { Ports, Replaced } from "../ports.ts";
import { inTurns } from "../in-turns.ts";
import { loadUnit } from "../units.ts";

/** A change that was seen. */
interface Seen {
  readonly unit: UnitRef;
  readonly content: string;
  /** Null: not read (yet). */
  edit: HandEdit | null;
  /** When it could not be read; null: it is being read, or is. */
  failedAt: Instant | null;
}

/** What could not be read is left alone for so long. */
const retryMs = 60_000;

export type Later = (environment: EnvironmentName, ports: Ports, work: () => Promise<void>) => void;
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

interface Target {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
}

type InEnvironment = ReadonlyMap<string, Seen>;

export class HandEdits {
  readonly #later: Later;
  readonly #inTurn: InTurn;
  readonly #seen = new Map<EnvironmentName, InEnvironment>();

  constructor(later: Later, inTurn: InTurn) {
    this.#later = later;
    this.#inTurn = inTurn;
  }

  /** What is there now; what is new is read. */
  seen(environment: EnvironmentName, { installed }: EngineObservation, ports: Ports): void {
    const before = this.#of(environment);
    const now = new Map<string, Seen>();
    for (const units of installed.values()) {
      for (const unit of units) if (unit.drift !== null) this.#note(unit, { before, now }, ports.clock.now());
    }
    if (now.size > 0 || before.size > 0) this.#seen.set(environment, now);
    for (const [key, seen] of now)
      if (before.get(key) !== seen) this.#later(environment, ports, () => this.#read(environment, seen, ports));
  }

  /** It is recorded as undone, before it is. */
  async replacing(environment: EnvironmentName, { readBack, secrets }: Replaced, ports: Ports): Promise<void> {
    const { unit, content } = readBack;
    const seenAt = this.#of(environment).get(keyOf(unit))?.edit?.seenAt ?? ports.clock.now();
    const undone = { at: ports.clock.now(), deployment: await deploymentOf(environment, unit, ports) };
    const edit = { ...(await editOf(environment, readBack, secrets)), seenAt, undone };
    this.#seen.set(environment, new Map([...this.#of(environment), [keyOf(unit), { unit, content, edit, failedAt: null }]]));
    const about = { environment, process: unit.process, version: unit.version, deployment: undone.deployment };
    ports.log.warn(about, undoneStep(edit)?.why ?? "");
    await ports.journal.recordHandEdit(edit);
  }

  /** Asks the engine now. */
  async look({ environment, process }: Target, ports: Ports): Promise<LiveChanges> {
    const unit = this.#drifted(environment, process) ?? pinnedUnit(environment, process, ports);
    const edit = await this.#inTurn(() => readNow(environment, unit, ports));
    const isInstalled = edit !== null || (await isThere(environment, unit, ports));
    const earlier = (await ports.journal.handEdits(environment, process)).filter((each) => !isSame(each, edit));
    return { unit, isInstalled, edit, earlier };
  }

  /** Those that are read and not undone. */
  there(environment: EnvironmentName): readonly HandEdit[] {
    return [...this.#of(environment).values()].flatMap(({ edit }) => (edit?.undone === null ? [edit] : []));
  }

  #of(environment: EnvironmentName): InEnvironment {
    return this.#seen.get(environment) ?? new Map<string, Seen>();
  }

  #note(unit: Installed, { before, now }: { readonly before: InEnvironment; readonly now: Map<string, Seen> }, at: Instant): void {
    const { driftDigest: content } = unit;
    if (content === undefined) return;
    const old = before.get(keyOf(unit));
    const isOld = old?.content === content && (old.failedAt === null || at < old.failedAt + retryMs);
    now.set(keyOf(unit), isOld ? old : seenNow(unit, content));
  }

  #drifted(environment: EnvironmentName, process: ProcessId): UnitRef | undefined {
    const all = [...this.#of(environment).values()];
    return all.find(({ unit, edit }) => unit.process === process && (edit?.undone ?? null) === null)?.unit;
  }

  async #read(environment: EnvironmentName, seen: Seen, ports: Ports): Promise<void> {
    // It may have been undone since.
    if (this.#of(environment).get(keyOf(seen.unit)) !== seen) return;
    try {
      seen.edit = (await recorded(environment, seen, ports)) ?? (await readNow(environment, seen.unit, ports));
    } catch (error) {
      seen.failedAt = ports.clock.now();
      throw error;
    }
  }
}

/** @throws `process/unknown` */
function pinnedUnit(environment: EnvironmentName, process: ProcessId, { wanted }: Ports): UnitRef {
  const desired = wanted(environment)?.desired?.processes.get(process);
  if (desired?.kind === "run") return desired.unit;
  throw new PinionError("process/unknown", `no process is called "${process}" in ${environment}, or what is pinned there cannot run`);
}

function seenNow({ process, version, digest }: Installed, content: string): Seen {
  return { unit: { process, version, digest }, content, edit: null, failedAt: null };
}

/** By an earlier run. */
async function recorded(
  environment: EnvironmentName,
  { unit, content }: Pick<Seen, "unit" | "content">,
  { journal }: Ports,
): Promise<HandEdit | null> {
  const all = await journal.handEdits(environment, unit.process);
  return all.find((each) => each.digest === unit.digest && each.content === content && each.undone === null) ?? null;
}

/** As it is now; recorded. Null: it is as it was installed, or cannot be read back. */
async function readNow(environment: EnvironmentName, unit: UnitRef, ports: Ports): Promise<HandEdit | null> {
  const engine = engineRunning(environment, unit.process, ports);
  if (!engine.readBack) return null;
  const { unit: whole } = await loadUnit(unit, environment, ports);
  const readBack = await engine.readBack(whole);
  if (!readBack) return null;
  const edit = { ...(await editOf(environment, readBack, whole.secrets)), seenAt: ports.clock.now(), undone: null };
  const before = await recorded(environment, { unit, content: readBack.content }, ports);
  if (before) return before;
  await ports.journal.recordHandEdit(edit);
  return edit;
}

async function editOf(
  environment: EnvironmentName,
  { unit, content, installed, actual }: ReadBack,
  secrets: Readonly<Record<string, string>>,
) {
  return { environment, ...unit, content, changes: await inTurns(recordInSlices(installed, actual, secrets)) };
}

/** What is under way for the process; else the last that was. */
async function deploymentOf(environment: EnvironmentName, { process }: UnitRef, { journal }: Ports): Promise<string | null> {
  const { processes } = await journal.state(environment);
  const underWay = processes.get(process)?.rollout?.deployment;
  if (underWay !== undefined) return underWay;
  const [last] = await journal.history({ environment, process, limit: 1 });
  return last?.id ?? null;
}

async function isThere(environment: EnvironmentName, { process, digest }: UnitRef, ports: Ports): Promise<boolean> {
  const { installed } = await engineRunning(environment, process, ports).inventory(new Set());
  return installed.some((each) => each.digest === digest);
}

function isSame(one: HandEdit, other: HandEdit | null): boolean {
  return other !== null && one.content === other.content && one.seenAt === other.seenAt;
}

function keyOf({ process, digest }: Pick<UnitRef, "process" | "digest">): string {
  return `${process} ${digest}`;
}
