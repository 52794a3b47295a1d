/** Every version that there is in a run, and what the repository's files mean with them. */

import { waysIn } from "../../src/adapters/engines/node-red/ways-in.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { EnvironmentName, ProcessId, Version } from "../../src/domain/names.ts";
import type { Finding } from "../../src/domain/finding.ts";
import type { Check, Dependency, ProcessVersion } from "../../src/domain/desired/version.ts";
import type { EnvironmentSnapshot, PinnedVersion, Snapshot, VersionSummary } from "../../src/domain/desired/snapshot.ts";
import type { Manifests } from "../../src/ports/manifests.ts";
import { type EnvironmentFiles, pinsPath, quarantinePath, readEnvironmentFiles, settingsPath } from "./files.ts";
import type { Files, SimGit } from "./git.ts";
import { digestOf } from "./known-digests.ts";
import type { Nature, Plan } from "./plan.ts";
import { type Spoilt, spoiltIn, spoiltPaths, versionPath } from "./version-files.ts";

export interface Catalogue extends Manifests {
  nature(process: ProcessId, version: Version): Nature | null;
  /** Null: there is no such version. */
  known(process: ProcessId, version: Version): ProcessVersion | null;
  /** What one environment shall be, as these files have it; the same files give the same object. */
  environment(files: Files, name: EnvironmentName): EnvironmentSnapshot;
}

export function createCatalogue(plan: Plan, git: SimGit): Catalogue {
  const { needs, paths } = plan.sourceErrors;
  const versions = new Map<string, ProcessVersion>();
  for (const [process, all] of plan.processes)
    for (const version of all.keys()) {
      const key = `${process}@${version}`;
      versions.set(key, make(process, version, { dependencies: needs.get(key) ?? [], paths: paths.get(key) ?? [] }));
    }
  const snapshots = new Map<string, EnvironmentSnapshot>();
  const pinned = new Map<string, PinnedVersion>();

  /** Of the newest snapshot. */
  let newest: Files = new Map();

  function pin(process: ProcessId, version: Version, { files, all }: Reading): PinnedVersion {
    const found = versions.get(`${process}@${version}`);
    const isHeld = files.quarantine.some((entry) => entry.process === process && entry.digest === found?.definitionDigest);
    const isUnknown = files.broken.quarantine;
    const spoilt = spoiltIn(all, process, version);
    const key = `${process}@${version} ${isHeld} ${isUnknown} ${spoilt}`;
    const own = paths.get(`${process}@${version}`) ?? [];
    const known = pinned.get(key) ?? resolve({ process, version, found, isHeld, isUnknown, own, spoilt });
    pinned.set(key, known);
    return known;
  }

  function environment(files: Files, name: EnvironmentName): EnvironmentSnapshot {
    const key = [name, pinsPath(name), quarantinePath(name), settingsPath(name), ...spoiltPaths(files)]
      .map((path) => `${path}: ${files.get(path) ?? ""}`)
      .join("\0");
    const known = snapshots.get(key);
    if (known) return known;
    const read = readEnvironmentFiles(files, name);
    const spec = plan.environments.find((each) => each.name === name)?.spec ?? null;
    const snapshot: EnvironmentSnapshot = {
      name,
      spec: spec && !read.broken.settings ? { ...spec, variables: { REVISION: read.revision } } : null,
      pins: new Map(
        read.broken.pins ? [] : [...read.pins].map(([process, version]) => [process, pin(process, version, { files: read, all: files })]),
      ),
      quarantine: read.quarantine.map(({ process, version, digest }) => ({ process, version, digest })),
      findings: findingsOf(name, read),
    };
    snapshots.set(key, snapshot);
    return snapshot;
  }

  return {
    environment,
    known: (process, version) => versions.get(`${process}@${version}`) ?? null,
    nature: (process, version) => plan.processes.get(process)?.get(version) ?? null,
    async snapshot(commit, committedAt): Promise<Snapshot> {
      const files = git.find(commit)?.files;
      if (!files) throw new PinionError("git/object-missing", `there is no commit ${commit}`);
      newest = files;
      const environments = new Map(plan.environments.map(({ name }) => [name, environment(files, name)]));
      return { commit, committedAt, environments, findings: [] };
    },
    async earlier(commit, name) {
      const files = git.find(commit)?.files;
      return files ? environment(files, name) : null;
    },
    async version(process, version) {
      const found = versions.get(`${process}@${version}`);
      if (!found) throw new PinionError("manifest/invalid", `${process} has no version ${version}`);
      const spoilt = spoiltIn(newest, process, version);
      if (spoilt === "half an edit") throw new PinionError("manifest/invalid", `${versionPath(process, version)} cannot be read`);
      return spoilt === null ? found : { ...found, ...otherContent(process) };
    },
  };
}

interface Reading {
  readonly files: EnvironmentFiles;
  /** All files of the commit. */
  readonly all: Files;
}

interface Pin {
  readonly process: ProcessId;
  readonly version: Version;
  readonly found: ProcessVersion | undefined;
  readonly isHeld: boolean;
  /** Nobody can tell what is held. */
  readonly isUnknown: boolean;
  /** Paths beside that of its name. */
  readonly own: readonly string[];
  readonly spoilt: Spoilt | null;
}

const codes = { "half an edit": "file/yaml", altered: "version/digest-mismatch", republished: "version/republished" } as const;

const nowhere = { line: 1, column: 1, pointer: "", hint: "" } as const;

function findingsOf(environment: EnvironmentName, { broken }: EnvironmentFiles): readonly Finding[] {
  return Object.entries(broken)
    .filter(([, isBroken]) => isBroken)
    .map(([name]) => ({
      ...nowhere,
      file: `environments/${environment}/${name}.yaml`,
      code: "file/yaml",
      severity: "error",
      message: `${name} cannot be read`,
    }));
}

function resolve({ process, version, found, isHeld, isUnknown, own, spoilt }: Pin): PinnedVersion {
  if (found && spoilt !== null)
    return broken(process, version, { code: codes[spoilt], message: `the file of version ${version}: ${spoilt}` });
  if (found && !isHeld && !isUnknown)
    return {
      kind: "runnable",
      status: "published",
      summary: { ...found, engine: "node-red", hasChecks: true, endpoints: bodyOf(process, version, own).endpoints },
    };
  const code = found ? (isUnknown ? "pin/quarantine-unknown" : "pin/quarantined") : "pin/unknown-version";
  const message = found ? `version ${version} is in quarantine here` : `${process} has no version ${version}`;
  return broken(process, version, { code, message });
}

function broken(process: ProcessId, version: Version, { code, message }: Pick<Finding, "code" | "message">): PinnedVersion {
  const where = { file: "environments/pins.yaml", line: 1, column: 1, pointer: `/${process}`, hint: "" };
  return { kind: "broken", process, version, findings: [{ ...where, code, severity: "error", message }] };
}

interface Content {
  readonly dependencies: readonly Dependency[];
  /** Beside the own one. */
  readonly paths: readonly string[];
}

function make(process: ProcessId, version: Version, { dependencies, paths }: Content): ProcessVersion {
  const { endpoints: _, ...body } = bodyOf(process, version, paths);
  return { process, version, ...body, dependencies };
}

/** What somebody has put in the place of a published version. */
function otherContent(process: ProcessId): Pick<ProcessVersion, "definition" | "definitionDigest"> {
  const { definition, definitionDigest } = bodyOf(process, "of somebody", []);
  return { definition, definitionDigest };
}

type Body = Pick<ProcessVersion, "metadata" | "checks" | "definition" | "definitionDigest"> & Pick<VersionSummary, "endpoints">;

/** The same in every world: it is made, and its digest taken, once. */
const bodies = new Map<string, Body>();

function bodyOf(process: ProcessId, version: Version, paths: readonly string[]): Body {
  const key = [process, version, ...paths].join("@");
  const known = bodies.get(key);
  if (known) return known;
  const receivers = [`/${process}`, ...paths].map((url, index) => ({
    id: `receive${index || ""}`,
    type: "http in",
    position: { x: 0, y: index },
    config: { method: "get", url },
  }));
  const answer = { id: "answer", type: "template", position: { x: 1, y: 0 }, config: { template: version } };
  const definition = { nodes: [...receivers, answer], connections: [], config: {} };
  const metadata = { title: "", description: "", author: "", changelog: [], tags: [] };
  const definitionDigest = digestOf(definition);
  const body: Body = { metadata, checks: [smokeTest(process)], definition, definitionDigest, endpoints: waysIn(definition) };
  bodies.set(key, body);
  return body;
}

function smokeTest(process: ProcessId): Check {
  const request = { method: "GET", path: `/${process}`, headers: {} };
  return { name: "answers", kind: "smoke", request, expect: { status: 200, headers: {} }, timeoutMs: 1_000 };
}
