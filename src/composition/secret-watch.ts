/**
 * Notices that a secret has another value than what runs was installed with. The value itself is never kept: only a fingerprint under a key
 * of this installation's. Nothing is deployed for it, since only commits decide what runs; it is told, with what to do.
 */

import { createHmac } from "node:crypto";
import type { SecretReference } from "../domain/desired/environment.ts";
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
  /** Survives a restart. */
  readonly memory: { read(environment: EnvironmentName): string | null; write(environment: EnvironmentName, text: string): void };
  readonly key: string;
  readonly log: Log;
  /** To others, as an event. */
  tell(environment: EnvironmentName, why: string): void;
}

interface Watched {
  /** What each unit was installed with. */
  installed: Map<Digest, Fingerprints>;
  /** As the engine said last. */
  present: ReadonlySet<Digest>;
  note: string | null;
}

const mostNamed = 3;

/** Gives an engine that remembers what its units were installed with. */
export function watchSecrets(parts: SecretWatchParts): (environment: EnvironmentName, engine: Engine) => Engine {
  const known = new Map<EnvironmentName, Watched>();
  const of = (environment: EnvironmentName): Watched => {
    const watched = known.get(environment) ?? { installed: readMemory(parts.memory.read(environment)), present: new Set(), note: null };
    known.set(environment, watched);
    return watched;
  };
  return (environment, engine) => ({
    kind: engine.kind,
    notes: () => [...(engine.notes?.() ?? []), ...[of(environment).note].filter((note) => note !== null)],
    ensureRemoved: (units) => engine.ensureRemoved(units),
    ensureArmed: (armed) => engine.ensureArmed(armed),
    async inventory() {
      const inventory = await engine.inventory();
      await look(environment, of(environment), inventory, parts);
      return inventory;
    },
    async ensureInstalled(units, on) {
      const results = await engine.ensureInstalled(units, on);
      const installed = new Set(results.flatMap(({ kind, unit }) => (kind === "installed" ? [unit.digest] : [])));
      remember(
        environment,
        of(environment),
        units.filter(({ digest }) => installed.has(digest)),
        parts,
      );
      return results;
    },
  });
}

/** A unit that is there already keeps the values that it has: it is not touched. */
function remember(
  environment: EnvironmentName,
  watched: Watched,
  units: readonly DeploymentUnit[],
  { key, memory, log }: SecretWatchParts,
): void {
  const fresh = units.filter(({ digest }) => !watched.present.has(digest) || !watched.installed.has(digest));
  if (fresh.length === 0) return;
  for (const { digest, secrets } of fresh) watched.installed.set(digest, fingerprintsOf(secrets, key));
  const given = new Set(fresh.map(({ digest }) => digest));
  for (const digest of watched.installed.keys()) if (!watched.present.has(digest) && !given.has(digest)) watched.installed.delete(digest);
  try {
    memory.write(environment, JSON.stringify([...watched.installed]));
  } catch (error) {
    log.warn({ environment, error }, "what the secrets were at this installation cannot be kept");
  }
}

async function look(environment: EnvironmentName, watched: Watched, { installed }: Inventory, parts: SecretWatchParts): Promise<void> {
  watched.present = new Set(installed.map(({ digest }) => digest));
  const now = await valuesNow(environment, parts);
  const pinned = parts.pinned(environment);
  const running = installed.filter(({ digest }) => pinned.has(digest));
  const changed = Object.entries(fingerprintsOf(now, parts.key)).flatMap(([name, fingerprint]) => {
    const others = running.filter(({ digest }) => isOther(watched.installed.get(digest)?.[name], fingerprint));
    return others.length === 0 ? [] : [`${name} (${named(others)})`];
  });
  const note =
    changed.length === 0
      ? null
      : `secrets have other values than what runs was installed with: ${changed.join(", ")}; to roll them out, commit another value of a variable in environments/${environment}/environment.yaml, such as \`variables: { SECRETS_OF: "1" }\` (docs/config-repository.md, Secrets that change)`;
  if (note !== null && note !== watched.note) {
    parts.log.warn({ environment }, note);
    parts.tell(environment, note);
  }
  watched.note = note;
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
function readMemory(text: string | null): Map<Digest, Fingerprints> {
  try {
    return new Map(JSON.parse(text ?? "[]") as [Digest, Fingerprints][]);
  } catch {
    return new Map();
  }
}
