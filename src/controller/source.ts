/** Follows the config repository: poll, fetch, snapshot, desired state. Whatever goes wrong is a state to show, and what was good stays in force. */

import { type DesiredState, resolveDesired } from "../domain/desired/resolve.ts";
import { inForce, isUsable, type LastUsable } from "../domain/desired/in-force.ts";
import { PinionError } from "../domain/errors.ts";
import { describeFinding, type Finding } from "../domain/finding.ts";
import type { CommitId, EnvironmentName, Hash, Instant, ProcessId, Version } from "../domain/names.ts";
import type { ProcessVersion } from "../domain/desired/version.ts";
import type { EnvironmentSnapshot, Snapshot } from "../domain/desired/snapshot.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConfigRepository, Head } from "../ports/config-repository.ts";
import type { Log } from "../ports/log.ts";
import type { Manifests } from "../ports/manifests.ts";
import type { DesiredEnvironment } from "./ports.ts";
import type { RepositoryStatus } from "../api/views.ts";

export interface SourceParts {
  readonly repository: ConfigRepository;
  readonly manifests: Manifests;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly log: Log;
  /** Shown to people; contains no secret. */
  readonly url: string;
  readonly branch: string;
  /** The public address of an environment, as of now. @throws `router/unreachable` when it is not known. */
  readonly address: (environment: EnvironmentName) => string;
  /** Only these environments; null: all that the repository has. */
  readonly environments: readonly EnvironmentName[] | null;
  /** Environments in which something was deployed and has not been removed since. */
  remembered(): readonly EnvironmentName[];
  /** The newest commit that was in force, remembered across restarts; a branch that lost it was rewritten. */
  readonly applied: { read(): CommitId | null; write(commit: CommitId): void };
  /** The last commit in which an environment could be used, from the one that ended that: remembered across restarts. */
  readonly usable: { read(environment: EnvironmentName): CommitId | null; write(environment: EnvironmentName, commit: CommitId): void };
}

export interface Source {
  status(): RepositoryStatus;
  /** Null before the first snapshot. */
  snapshot(): Snapshot | null;
  wanted(environment: EnvironmentName): DesiredEnvironment | null;
  environments(): readonly EnvironmentName[];
  /** One whole version, as of the newest snapshot. A mirror that turns out to lack it is fetched anew. @throws as `Manifests.version`. */
  version(process: ProcessId, version: Version): Promise<ProcessVersion>;
  /** Takes what the mirror holds from before, so that a start needs no remote. */
  recover(): Promise<void>;
  /** One poll. True when what is wanted has changed: a new commit is in force, or the router has moved. Never throws. */
  poll(): Promise<boolean>;
  /** Polls that failed in a row. */
  failures(): number;
  /** Until when the server wants to be left alone; null: it has not said. */
  leaveAloneUntil(): Instant | null;
  /** When the next poll is due, for people to see. */
  announce(nextPollAt: number): void;
}

export function createSource(parts: SourceParts): Source {
  return new FollowedRepository(parts);
}

class FollowedRepository implements Source {
  readonly #parts: SourceParts;
  #snapshot: Snapshot | null = null;
  #wanted: ReadonlyMap<EnvironmentName, DesiredEnvironment> = new Map();
  #desired: ReadonlyMap<EnvironmentName, DesiredState | null> = new Map();
  #addresses: ReadonlyMap<EnvironmentName, string> = new Map();
  #usable: ReadonlyMap<EnvironmentName, LastUsable> = new Map();
  #failures = 0;
  #leaveAloneUntil: Instant | null = null;
  /** The mirror lacks an object: it is fetched although the branch stands still. */
  #isMirrorDamaged = false;
  #status: RepositoryStatus;

  constructor(parts: SourceParts) {
    this.#parts = parts;
    const nothing = {
      commit: null,
      subject: null,
      author: null,
      committedAt: null,
      fetchedAt: null,
      code: null,
      lastPollAt: null,
      lastGoodPollAt: null,
      nextPollAt: null,
    };
    this.#status = {
      url: parts.url,
      branch: parts.branch,
      ...nothing,
      state: "starting",
      reason: "not polled yet",
      since: parts.clock.now(),
    };
  }

  status(): RepositoryStatus {
    return this.#status;
  }

  snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  wanted(environment: EnvironmentName): DesiredEnvironment | null {
    return this.#wanted.get(environment) ?? null;
  }

  environments(): readonly EnvironmentName[] {
    return [...this.#wanted.keys()];
  }

  async version(process: ProcessId, version: Version): Promise<ProcessVersion> {
    try {
      return await this.#parts.manifests.version(process, version);
    } catch (error) {
      if (error instanceof PinionError && error.code === "git/object-missing") this.#isMirrorDamaged = true;
      throw error;
    }
  }

  failures(): number {
    return this.#failures;
  }

  leaveAloneUntil(): Instant | null {
    return this.#leaveAloneUntil;
  }

  announce(nextPollAt: number): void {
    this.#status = { ...this.#status, nextPollAt };
  }

  async recover(): Promise<void> {
    try {
      const head = await this.#parts.repository.mirrored();
      if (head && this.#parts.applied.read() === head.commit) await this.#take(head);
    } catch (error) {
      this.#fail(error);
    }
  }

  async poll(): Promise<boolean> {
    const hasMoved = this.#followRouter();
    try {
      const isNew = await this.#pollOnce();
      this.#failures = 0;
      this.#leaveAloneUntil = null;
      this.#succeed();
      return isNew || hasMoved;
    } catch (error) {
      this.#failures += 1;
      const waitMs = error instanceof PinionError ? error.retryAfterMs : null;
      this.#leaveAloneUntil = waitMs === null ? null : this.#parts.clock.now() + waitMs;
      this.#fail(error);
      return hasMoved;
    }
  }

  /** True when the router has moved: every flow is told its new address, which makes new units. */
  #followRouter(): boolean {
    const { address, log } = this.#parts;
    try {
      const hasMoved = [...this.#addresses].some(([name, before]) => address(name) !== before);
      if (!hasMoved || !this.#snapshot) return false;
      log.warn({}, "the router's public address has changed: all processes are deployed again with the new one");
      this.#resolve(this.#snapshot);
      return true;
    } catch {
      return false;
    }
  }

  async #pollOnce(): Promise<boolean> {
    const { repository, applied } = this.#parts;
    const commit = await repository.poll();
    const isSame = commit === this.#snapshot?.commit;
    if (isSame && !this.#isMirrorDamaged) return false;
    const head = await repository.fetch(this.#snapshot?.commit ?? applied.read());
    this.#isMirrorDamaged = false;
    if (!isSame) await this.#take(head);
    return !isSame;
  }

  async #take(head: Head): Promise<void> {
    const { manifests, applied, clock, log } = this.#parts;
    const fetchedAt = clock.now();
    const snapshot = this.#withVanished(await manifests.snapshot(head.commit, head.committedAt));
    const usable = await this.#usableUntil(snapshot);
    // First, because it can fail: what is not remembered is not in force, and is tried again.
    applied.write(head.commit);
    this.#usable = usable;
    this.#resolve(snapshot);
    const { commit, subject, author, committedAt } = head;
    this.#status = { ...this.#status, commit, subject, author, committedAt, fetchedAt };
    log.info({ commit, findings: snapshot.findings.length }, `in force: ${subject}`);
    for (const found of snapshot.findings) if (found.code === "config/unknown-environment") log.warn({ commit }, describeFinding(found));
  }

  #resolve(snapshot: Snapshot): void {
    const wanted = new Map<EnvironmentName, DesiredEnvironment>();
    const desired = new Map<EnvironmentName, DesiredState | null>();
    const addresses = new Map<EnvironmentName, string>();
    for (const [name, read] of this.#followed(snapshot)) {
      const environment = inForce(read, this.#usable.get(name) ?? null);
      const around = { address: this.#parts.address(name), hash: this.#parts.hash };
      const state = resolveDesired(environment, around, this.#desired.get(name) ?? null);
      addresses.set(name, around.address);
      desired.set(name, state);
      wanted.set(name, { commit: snapshot.commit, environment, desired: state });
    }
    this.#snapshot = snapshot;
    this.#wanted = wanted;
    this.#desired = desired;
    this.#addresses = addresses;
  }

  #followed(snapshot: Snapshot): readonly (readonly [EnvironmentName, EnvironmentSnapshot])[] {
    const { environments } = this.#parts;
    return [...snapshot.environments].filter(([name]) => !environments || environments.includes(name));
  }

  /** With environments whose folder is gone while something still runs there: they are shown, and nothing in them is touched. */
  #withVanished(snapshot: Snapshot): Snapshot {
    const gone = this.#parts.remembered().filter((name) => !snapshot.environments.has(name));
    if (gone.length === 0) return snapshot;
    const environments = new Map(snapshot.environments);
    for (const name of gone) environments.set(name, { name, spec: null, pins: new Map(), quarantine: [], findings: [vanished(name)] });
    return { ...snapshot, environments };
  }

  /** The last commit in which each environment could be used: where it is an earlier one, that is remembered before this one is in force. */
  async #usableUntil(snapshot: Snapshot): Promise<ReadonlyMap<EnvironmentName, LastUsable>> {
    const { usable } = this.#parts;
    const last = new Map<EnvironmentName, LastUsable>();
    for (const [name, environment] of this.#followed(snapshot)) {
      const { commit } = snapshot;
      const found = isUsable(environment) ? { commit, environment } : (this.#usable.get(name) ?? (await this.#usableBefore(name)));
      if (found) last.set(name, found);
      if (found && found.commit !== commit && usable.read(name) !== found.commit) usable.write(name, found.commit);
    }
    return last;
  }

  /** Of a run before this one: by the commit that was in force last, or else by the one that was written down. */
  async #usableBefore(name: EnvironmentName): Promise<LastUsable | null> {
    const { applied, usable, manifests, log } = this.#parts;
    for (const commit of new Set([applied.read(), usable.read(name)])) {
      try {
        const environment = commit === null ? null : await manifests.earlier(commit, name);
        if (commit !== null && environment && isUsable(environment)) return { commit, environment };
      } catch (error) {
        log.warn({ environment: name, commit, error }, "the settings of an earlier commit cannot be read");
      }
    }
    return null;
  }

  #succeed(): void {
    const now = this.#parts.clock.now();
    const since = this.#status.state === "ok" ? this.#status.since : now;
    this.#status = { ...this.#status, state: "ok", code: null, reason: "", since, lastPollAt: now, lastGoodPollAt: now };
  }

  #fail(error: unknown): void {
    const now = this.#parts.clock.now();
    const code = error instanceof PinionError ? error.code : "internal/bug";
    const reason = error instanceof Error ? error.message : String(error);
    const isSame = this.#status.state === "error" && this.#status.code === code;
    this.#status = { ...this.#status, state: "error", code, reason, since: isSame ? this.#status.since : now, lastPollAt: now };
    if (!isSame) this.#parts.log.warn({ code, commit: this.#status.commit }, `config repository: ${reason}; what runs keeps running`);
  }
}

function vanished(name: EnvironmentName): Finding {
  return {
    file: `environments/${name}/environment.yaml`,
    line: 1,
    column: 1,
    pointer: "",
    code: "environment/vanished",
    severity: "error",
    message: `the environment ${name} is gone from the repository, and what runs there keeps running`,
    hint: `Restore the folder. To give the environment up, commit an environment.yaml for it with \`name: ${name}\`, its type, \`allowEmpty: true\` and \`pruneDelay: 0s\`, and no pins; remove the folder once nothing runs there.`,
  };
}
