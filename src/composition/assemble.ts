/** What a controller works with, put together from what was opened. */

import { randomBytes } from "node:crypto";
import { engineAdapters } from "../adapters/engines/registry.ts";
import type { GitRepository } from "../adapters/git/repository.ts";
import { sha256 } from "../adapters/manifest/process/digest.ts";
import { createManifests, type ManifestsOptions } from "../adapters/manifest/manifests.ts";
import { createHttpProber } from "../adapters/probes/http-prober.ts";
import { wallClock } from "../adapters/system/system.ts";
import type { SystemTime } from "../adapters/system/system-time.ts";
import type { LoopParts } from "../controller/loop.ts";
import type { Outages } from "../controller/outages.ts";
import type { Ports } from "../controller/ports.ts";
import { createChangeRecords } from "../controller/changes/change-records.ts";
import { createPlanRecords } from "../controller/plans/plan-records.ts";
import { createLastPlacements } from "../controller/last-placements.ts";
import { createObservedBefore } from "../controller/observed-before.ts";
import { createAttention } from "../controller/attention.ts";
import { createUnrecorded } from "../controller/unrecorded.ts";
import { createReverts } from "../controller/reverts.ts";
import { createSource, type Source } from "../controller/source.ts";
import { createValidations } from "../controller/validating/runner.ts";
import { engineCheckHeaders } from "../gateway/own-requests.ts";
import type { ControllerConfig } from "../domain/config/config.ts";
import { nextPoll } from "../domain/config/polling.ts";
import type { Permits } from "../domain/config/permits.ts";
import type { Log } from "../ports/log.ts";
import type { Router } from "../ports/router.ts";
import type { Store } from "../ports/store.ts";
import type { Engines } from "./engines.ts";
import { type KeepingManifests, keepNewest, type KeptManifests } from "./keep-newest.ts";
import { openMeasuring } from "./measuring.ts";
import { programVersion } from "./package.ts";
import { type SecretWatchParts, watchSecrets } from "./secret-watch.ts";

export interface Assembly {
  readonly config: ControllerConfig;
  /** Left out if the authors of the repository are the operator. */
  readonly permits?: Permits;
  readonly log: Log;
  readonly store: Store;
  readonly time: SystemTime;
  readonly secrets: Ports["secrets"];
  /** What the engines know the checks of this controller by. */
  readonly checkMark: string;
  readonly repository: Pick<GitRepository, "poll" | "fetch" | "mirrored" | "objects" | "url" | "writer"> &
    Partial<Pick<GitRepository, "log">>;
  /** Reads the repository elsewhere than in this thread; left out: here. */
  readonly reader?: (about: Omit<ManifestsOptions, "objects" | "history">) => KeptManifests;
  readonly router: Router;
  readonly engines: Engines;
  readonly dispatcher: Ports["dispatcher"];
  readonly outages: Pick<Outages, "secrets">;
  readonly wake: (environment: string) => void;
  /** Polls the repository now. */
  readonly refresh: () => void;
}

export interface Assembled {
  readonly parts: LoopParts;
  close(): Promise<void>;
  /** Resolves when no revert is being written any more. */
  idle(): Promise<void>;
}

/** Where the store keeps the newest commit that was in force. */
export const appliedKey = "applied-commit";
/** Where it keeps the last commit in which an environment could be used, by environment. */
const usableKey = "usable-commit";
/** What was published and is no longer what it was. */
const publishedKey = "published-versions";

/** The longest wait between two polls of a remote that does not answer, in milliseconds. */
const maxBackoffMs = 300_000;

/** @throws `config/invalid` for a source of metrics that can never answer. */
export function assemble(assembly: Assembly): Assembled {
  const { config, log, store, secrets, repository, router, engines, dispatcher, outages, wake, refresh } = assembly;
  const { clock, awake } = assembly.time;
  const { path, pollIntervalMs: intervalMs, pollJitter: jitter } = config.repository;
  const remembered = commitMemory(store);
  const manifests = openManifests(assembly, remembered);
  const source = followRepository(assembly, { manifests, applied: remembered.applied });
  const around = { router, prober: createHttpProber(engineCheckHeaders(assembly.checkMark)), secrets, clock, awake, log };
  const spec = (environment: string) => source.wanted(environment)?.environment.spec ?? null;
  const watched = watchSecrets({
    secrets,
    references: (name) => spec(name)?.secrets ?? {},
    pinned: pinnedIn(source),
    ...installedSecrets(store),
    log,
    tell: (environment, why) => outages.secrets(environment, why),
  });
  const engine: Ports["engine"] = (environment, kind) => watched(environment, engines.of(environment, kind));
  const placements = createLastPlacements();
  const wanted: Ports["wanted"] = (environment) => source.wanted(environment);
  const asking = { engine, engineKinds: (environment: string) => engines.kinds(environment), placements, wanted };
  const measuring = openMeasuring({ ...around, ...asking, config, spec, wake });
  const ports: Ports = {
    ...around,
    journal: store.journal,
    unrecorded: createUnrecorded(),
    observedBefore: createObservedBefore(),
    attention: createAttention(),
    manifests: source,
    hash: sha256,
    validations: createValidations(wake),
    changes: createChangeRecords(),
    plans: createPlanRecords(),
    reverts: createReverts({ onWritten: refresh, wake }),
    measurements: measuring.measurements,
    pinWriter: repository.writer({ identity: config.identity, signing: config.signing, path, clock: wallClock }),
    dispatcher,
    ...asking,
  };
  const nextPollAt = (failures: number) =>
    nextPoll({ intervalMs, jitter, maxBackoffMs }, { now: clock.now(), failures, random: Math.random() }).at;
  const onEnvironment = (environment: string) => engines.open(environment);
  const { resyncIntervalMs } = config;
  const parts = { source, ports, clock, log, resyncIntervalMs, nextPollAt, onEnvironment, storeFailure: () => store.trouble() };
  return {
    parts,
    close: async () => void (await Promise.all([measuring.close(), manifests.close()])),
    idle: async () => void (await Promise.all([ports.reverts.idle(), ports.changes.close(), ports.plans.close()])),
  };
}

/** What shall run, by digest. */
function pinnedIn(source: Source): SecretWatchParts["pinned"] {
  return (environment) => {
    const desired = [...(source.wanted(environment)?.desired?.processes.values() ?? [])];
    return new Set(desired.flatMap((each) => (each.kind === "run" ? [each.unit.digest] : [])));
  };
}

/** What units were installed with, as fingerprints under a key that is made once. */
function installedSecrets({ meta }: Store): Pick<SecretWatchParts, "memory" | "told" | "key"> {
  const kept = meta.get("secrets-key");
  const key = kept ?? randomBytes(32).toString("base64url");
  if (kept === null) meta.set("secrets-key", key);
  const memoryOf = (what: string): SecretWatchParts["memory"] => ({
    read: (environment) => meta.get(`${what}/${environment}`),
    write: (environment, text) => meta.set(`${what}/${environment}`, text),
  });
  return { key, memory: memoryOf("installed-secrets"), told: memoryOf("told-secrets") };
}

/** The newest commit in force, and what was published as of it: written together, since each write waits for the disk. */
function commitMemory({ meta }: Store) {
  let published: string | null = null;
  return {
    published: { read: () => published ?? (meta.get(publishedKey) || null), write: (text: string) => void (published = text) },
    applied: {
      read: () => meta.get(appliedKey) || null,
      write(commit: string) {
        meta.setAll(new Map([[appliedKey, commit], ...(published === null ? [] : [[publishedKey, published] as const])]));
        published = null;
      },
    },
  };
}

type CommitMemory = ReturnType<typeof commitMemory>;

/** What reads the repository, and keeps the newest of it for the next start. */
function openManifests(assembly: Assembly, { published: memory }: CommitMemory): KeepingManifests {
  const { config, permits, log, store, repository } = assembly;
  const program = programVersion();
  const { path } = config.repository;
  const about = {
    cache: store.parseCache,
    dialects: engineAdapters.map(({ dialect }) => dialect),
    path,
    defaults: config.defaults,
    memory,
    ...(permits === undefined ? {} : { permits }),
    ...(program === null ? {} : { program }),
  };
  const { objects, log: history } = repository;
  const here = () => createManifests({ ...about, objects, ...(history && { history: { objects, path, log: history } }) });
  return keepNewest(assembly.reader?.(about) ?? here(), log);
}

interface Following {
  readonly manifests: KeepingManifests;
  readonly applied: CommitMemory["applied"];
}

function followRepository({ config, log, store, repository, router, time }: Assembly, { manifests, applied }: Following): Source {
  const { branch } = config.repository;
  const { environments } = config;
  const usable = {
    read: (environment: string) => store.meta.get(`${usableKey}/${environment}`),
    write: (environment: string, commit: string) => store.meta.set(`${usableKey}/${environment}`, commit),
  };
  const about = { url: repository.url, branch, environments, applied, usable, remembered: store.environments };
  const address = (environment: string) => router.publicAddress(environment);
  return createSource({ repository, manifests, hash: sha256, clock: time.clock, log, address, ...about });
}
