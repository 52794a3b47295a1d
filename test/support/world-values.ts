/** Small values that the world of tests is made of. */

import { waysIn } from "../../src/adapters/engines/node-red/ways-in.ts";
import type { Definition } from "../../src/domain/desired/definition.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { inForce, isUsable, type LastUsable } from "../../src/domain/desired/in-force.ts";
import type { EnvironmentSnapshot, PinnedVersion } from "../../src/domain/desired/snapshot.ts";
import type { ProcessVersion } from "../../src/domain/desired/version.ts";
import type { CommitId, EngineKind, ProcessId, Version } from "../../src/domain/names.ts";
import { environment } from "./spec.ts";

/** Answers at these addresses with its version. */
export function definitionOf(urls: readonly string[], version: Version): Definition {
  const receive = urls.map((url, index) => ({
    id: index === 0 ? "receive" : `receive${index}`,
    type: "http in",
    position: { x: 0, y: 0 },
    config: { method: "get", url },
  }));
  return {
    nodes: [...receive, { id: "answer", type: "template", position: { x: 1, y: 0 }, config: { template: version } }],
    connections: [],
    config: {},
  };
}

/** What is found about a pin of a version that nobody has published. */
export function unknownVersion(process: ProcessId, version: Version): Finding {
  const file = `environments/${environment}/pins.yaml`;
  return {
    file,
    line: 1,
    column: 1,
    pointer: `/${process}`,
    code: "pin/unknown-version",
    severity: "error",
    message: `${process} has no version ${version}`,
    hint: "",
  };
}

/** Follows what can be used, as a controller does. */
export function inForceHere(): (commit: CommitId, read: EnvironmentSnapshot) => EnvironmentSnapshot {
  let last: LastUsable | null = null;
  return (commit, read) => {
    const current = inForce(read, last);
    if (isUsable(read)) last = { commit, environment: read };
    return current;
  };
}

/** The version that is named, whether it can run or not. */
export function versionOf(pinned: PinnedVersion | undefined): Version | undefined {
  return pinned?.kind === "runnable" ? pinned.summary.version : pinned?.version;
}

/** The pin of a published version. */
export function pinned(found: ProcessVersion, engine: EngineKind): PinnedVersion {
  const summary = { ...found, engine, hasChecks: found.checks.length > 0, endpoints: waysIn(found.definition) };
  return { kind: "runnable", status: "published", summary };
}
