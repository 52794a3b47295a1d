/**
 * Notices that a secret has another value than what runs was installed with. The value itself is never kept: only a fingerprint under a key
 * of this installation's. Nothing is deployed for it, since only commits decide what runs; it is told, with what to do.
 */

import { createHmac } from "node:crypto";
import type { SecretReference } from "../domain/desired/environment.ts";
import { defaultEngineKind } from "../domain/desired/engine-kind.ts";
import type { Digest, EnvironmentName } from "../domain/names.ts";
import type { DeploymentUnit, Installed, Inventory } from "../domain/desired/unit.ts";
import type { Engine } from "../ports/engine.ts";
import type { Log } from "../ports/log.ts";
import type { Secrets } from "../ports/secrets.ts";

type References = Readonly<Record<string, SecretReference>>;
/** By name of the secret. */
type Fingerprints = Readonly<Record<string, string>>;

export interface SecretWatchParts {
  readonly secrets: Secrets;
  /** What the environment's file names now. */
  readonly references: (environment: EnvironmentName) => References;
  /** The units that shall run now: others are kept warm with the values of their time. */
  readonly pinned: (environment: EnvironmentName) => ReadonlySet<Digest>;
  /** What units were installed with. */
  readonly memory: Memory;
  /** The values that were told last. */
  readonly told: Memory;
  readonly key: string;
  readonly log: Log;
  /** To others, as an event. */
  tell(environment: EnvironmentName, why: string): void;
}

/** Survives a restart; by environment, and by kind of engine where that is not the default. */
interface Memory {
  read(place: string): string | null;
  write(place: string, text: string): void;
}

interface Watched {
  readonly environment: EnvironmentName;
  /** Where it is remembered. */
  readonly place: string;
  /** What each unit was installed with. */
  installed: Map<Digest, Fingerprints>;
  /** As the engine said last. */
  present: readonly Installed[];
  told: Fingerprints;
  note: string | null;
}

const mostNamed = 3;

/** Gives an engine that remembers what its units were installed with. */
export function watchSecrets(parts: SecretWatchParts): (environment: EnvironmentName, engine: Engine) => Engine {
  const known = new Map<string, Watched>();
  const watchedBy = (environment: EnvironmentName, { kind }: Engine): Watched => {
    // The first kind that there was has no name in what is remembered.
    const place = kind === defaultEngineKind ? environment : `${environment}/${kind}`;
    const watched = known.get(place) ?? {
      environment,
      place,
      installed: new Map(readMemory(parts.memory.read(place)) as [Digest, Fingerprints][]),
      present: [],
      told: Object.fromEntries(readMemory(parts.told.read(place)) as [string, string][]),
      note: null,
    };
    known.set(place, watched);
    return watched;
  };
  return (environment, engine) => watchEngine(engine, () => watchedBy(environment, engine), parts);
}

function watchEngine(engine: Engine, watched: () => Watched, parts: SecretWatchParts): Engine {
  return {
    kind: engine.kind,
    notes: () => [...(engine.notes?.() ?? []), ...[watched().note].filter((note) => note !== null)],
    deaths: () => engine.deaths?.() ?? [],
    ensureRemoved: (units) => engine.ensureRemoved(units),
    ensureArmed: (armed) => engine.ensureArmed(armed),
    async inventory(counted) {
      const inventory = await engine.inventory(counted);
      await look(watched(), inventory, parts);
      return inventory;
    },
    ...(engine.readBack && { readBack: (unit) => engine.readBack?.(unit) ?? Promise.resolve(null) }),
    async ensureInstalled(units, on, beforeReplacing) {
      const results = await engine.ensureInstalled(units, on, beforeReplacing);
      const installed = new Set(results.flatMap(({ kind, unit }) => (kind === "installed" ? [unit.digest] : [])));
      remember(
        watched(),
        units.filter(({ digest }) => installed.has(digest)),
        parts,
      );
      return results;
    },
  };
}

/** A unit that is there already keeps the values that it has: it is not touched. */
function remember(watched: Watched, units: readonly DeploymentUnit[], { key, memory, log }: SecretWatchParts): void {
  const present = new Set(watched.present.map(({ digest }) => digest));
  const fresh = units.filter(({ digest }) => !present.has(digest) || !watched.installed.has(digest));
  if (fresh.length === 0) return;
  for (const { digest, secrets } of fresh) watched.installed.set(digest, fingerprintsOf(secrets, key));
  const given = new Set(fresh.map(({ digest }) => digest));
  for (const digest of watched.installed.keys()) if (!present.has(digest) && !given.has(digest)) watched.installed.delete(digest);
  keep(memory, watched, [...watched.installed], log);
}

function keep(memory: Memory, { environment, place }: Watched, entries: readonly unknown[], log: Log): void {
  try {
    memory.write(place, JSON.stringify(entries));
  } catch (error) {
    log.warn({ environment, error }, "what was seen of secrets cannot be kept");
  }
}

async function look(watched: Watched, { installed }: Inventory, parts: SecretWatchParts): Promise<void> {
  const { environment } = watched;
  watched.present = installed;
  const now = fingerprintsOf(await valuesNow(environment, parts), parts.key);
  const running = Object.keys(now).length === 0 ? [] : runningNow(installed, parts.pinned(environment));
  const changed = Object.entries(now).flatMap(([name, fingerprint]) => {
    const others = running.filter(({ digest }) => isOther(watched.installed.get(digest)?.[name], fingerprint));
    return others.length === 0 ? [] : [{ name, others }];
  });
  watched.note = changed.length === 0 ? null : noteOf(environment, changed);
  tellNews(watched, { now, changed: changed.map(({ name }) => name) }, parts);
}

function runningNow(installed: readonly Installed[], pinned: ReadonlySet<Digest>): readonly Installed[] {
  return installed.filter(({ digest }) => pinned.has(digest));
}

interface Seen {
  readonly now: Fingerprints;
  /** Names of secrets that something runs with another value of. */
  readonly changed: readonly string[];
}

/** A value that was told is news again only after the secret had another one. */
function tellNews(watched: Watched, { now, changed }: Seen, { told, log, tell }: SecretWatchParts): void {
  const { environment } = watched;
  const before = watched.told;
  const lasting = Object.entries(before).filter(([name, fingerprint]) => !isOther(now[name], fingerprint));
  watched.told = Object.fromEntries([...lasting, ...changed.map((name) => [name, now[name] ?? ""] as const)]);
  if (watched.note !== null && changed.some((name) => before[name] !== now[name])) {
    log.warn({ environment }, watched.note);
    tell(environment, watched.note);
  }
  const entries = Object.entries(watched.told);
  if (JSON.stringify(entries) !== JSON.stringify(Object.entries(before))) keep(told, watched, entries, log);
}

function noteOf(
  environment: EnvironmentName,
  changed: readonly { readonly name: string; readonly others: readonly Installed[] }[],
): string {
  const which = changed.map(({ name, others }) => `${name} (${named(others)})`).join(", ");
  return `secrets have other values than what runs was installed with: ${which}; to roll them out, commit another value of a variable in environments/${environment}/environment.yaml, such as \`variables: { SECRETS_OF: "1" }\` (docs/config-repository.md, Secrets that change)`;
}

/** One that cannot be looked up is no other one. */
async function valuesNow(
  environment: EnvironmentName,
  { secrets, references }: SecretWatchParts,
): Promise<Readonly<Record<string, string>>> {
  const values = Object.entries(references(environment)).map(async ([name, reference]) => {
    const value = await secrets.resolve(reference, environment).catch(() => null);
    return value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries((await Promise.all(values)).flat());
}

function isOther(before: string | undefined, now: string): boolean {
  return before !== undefined && before !== now;
}

function named(units: readonly Installed[]): string {
  const names = units.slice(0, mostNamed).map(({ process, version }) => `${process} ${version}`);
  return units.length > mostNamed ? `${names.join(", ")} and ${units.length - mostNamed} more` : names.join(", ");
}

function fingerprintsOf(values: Readonly<Record<string, string>>, key: string): Fingerprints {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    createHmac("sha256", key).update(`${name}\n${value}`).digest("base64url"),
  ]);
  return Object.fromEntries(entries) as Fingerprints;
}

/** What cannot be read is not known. */
function readMemory(text: string | null): readonly unknown[] {
  try {
    const entries: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(entries) ? entries : [];
  } catch {
    return [];
  }
}
