/** A source over a repository in memory. */

import { createSource, type Source, type SourceParts } from "../../src/controller/source.ts";
import { PinionError } from "../../src/domain/errors.ts";
import type { Finding } from "../../src/domain/finding.ts";
import type { EnvironmentSnapshot, Snapshot } from "../../src/domain/desired/snapshot.ts";
import type { Head } from "../../src/ports/config-repository.ts";
import { createWorld, sha256 } from "./world.ts";

interface Played {
  commit: string;
  error: PinionError | null;
  mirrored: string | null;
  /** What the branch no longer contains. */
  lost: readonly string[];
}

/** What is assigned to `remote` is what the next poll meets. */
export function followed(applied: string | null = null) {
  const router = { address: "http://127.0.0.1:1" };
  const memory: { applied: string | null; remembered: readonly string[] } = { applied, remembered: [] };
  const usable = new Map<string, string>();
  /** Commits in which the environment.yaml of production cannot be used. */
  const unusable = new Set<string>();
  /** Commits without its folder. */
  const gone = new Set<string>();
  const remote: Played = { commit: "c1", error: null, mirrored: null, lost: [] };
  const snapshots: string[] = [];
  const told: Finding[] = [];
  const warned: string[] = [];
  const fetches: string[] = [];
  const failing: { snapshot: PinionError | null; write: PinionError | null } = { snapshot: null, write: null };
  let now = 1_000;
  const head = (commit: string): Head => ({ commit, committedAt: 5, subject: `subject of ${commit}`, author: "team" });
  const repository: SourceParts["repository"] = {
    poll: async () => {
      if (remote.error) throw remote.error;
      return remote.commit;
    },
    fetch: async (known) => {
      fetches.push(remote.commit);
      if (known !== null && remote.lost.includes(known)) throw new PinionError("git/history-rewritten", `the branch has lost ${known}`);
      return head(remote.commit);
    },
    mirrored: async () => (remote.mirrored ? head(remote.mirrored) : null),
  };
  const environmentAt = (commit: string, name: string): EnvironmentSnapshot => {
    const spec = name === "production" && unusable.has(commit) ? null : createWorld().spec;
    return { name, spec, pins: new Map(), quarantine: [], findings: [] };
  };
  const manifests: SourceParts["manifests"] = {
    snapshot: async (commit): Promise<Snapshot> => {
      snapshots.push(commit);
      if (failing.snapshot) throw failing.snapshot;
      const environments = new Map(
        ["production", "staging"]
          .filter((name) => name === "staging" || !gone.has(commit))
          .map((name) => [name, environmentAt(commit, name)]),
      );
      return { commit, committedAt: 5, environments, findings: told };
    },
    earlier: async (commit, name) => environmentAt(commit, name),
    version: () => Promise.reject(new PinionError("git/object-missing", "a blob is gone")),
  };
  const quiet = () => undefined;
  const parts: SourceParts = {
    repository,
    manifests,
    hash: sha256,
    clock: { now: () => (now += 1), sleep: async () => undefined },
    log: { info: quiet, warn: (_, message) => void warned.push(message), error: quiet },
    address: (environment) => `${router.address}/${environment}`,
    url: "http://git",
    branch: "main",
    environments: ["production", "shut"],
    remembered: () => memory.remembered,
    usable: { read: (name) => usable.get(name) ?? null, write: (name, commit) => void usable.set(name, commit) },
    applied: {
      read: () => memory.applied,
      write: (commit) => {
        if (failing.write) throw failing.write;
        memory.applied = commit;
      },
    },
  };
  const restarted = (): Source => createSource(parts);
  return { source: restarted(), restarted, unusable, gone, remote, memory, snapshots, fetches, router, failing, told, warned };
}
