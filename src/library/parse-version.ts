/** The door for versions: what a caller hands in becomes a version file and a line of the catalogue. */

import { asDefinition } from "./parse-definition.ts";
import type { Definition, JsonObject } from "../domain/desired/definition.ts";
import { PinionError } from "../domain/errors.ts";
import type { VersionDigest } from "../domain/names.ts";
import type { VersionEdit } from "../ports/config-editor.ts";
import { listAt, objectAt, refuseUnknown } from "./known-fields.ts";
import { formatVersion } from "./semantic-version.ts";
import type { WorkflowDependency, WorkflowVersion } from "./vocabulary.ts";

const fields = [
  "id",
  "workflowId",
  "version",
  "status",
  "metadata",
  "definition",
  "dependencies",
  "checks",
  "engine",
  "owner",
  "createdBy",
  "createdAt",
] as const satisfies (keyof WorkflowVersion)[];
const metadataFields = ["title", "description", "author", "changelog", "tags"] as const;

/** What publishing the version writes; what is in its fields is checked where files are. @throws `usage/invalid`. */
export function toVersionEdit(given: WorkflowVersion, digestOfFile: (file: JsonObject) => VersionDigest): VersionEdit {
  refuseUnknown(objectAt(given, "the version"), fields, "the version");
  const { metadata = {}, engine = null, owner = null } = given;
  refuseUnknown(objectAt(metadata, "metadata"), metadataFields, "metadata");
  const version = formatVersion(given.version);
  const file = fileOf(given, version, definitionOf(given.definition));
  return {
    process: processOf(given.workflowId),
    version,
    status: given.status ?? "published",
    digest: digestOfFile(file),
    about: { title: null, owner, engine },
    file,
  };
}

/** It becomes the name of a folder. */
function processOf(id: unknown): string {
  if (typeof id === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/u.test(id)) return id;
  throw new PinionError("usage/invalid", `workflowId is made of lower case letters, digits and hyphens, not ${JSON.stringify(id)}`);
}

function definitionOf(value: unknown): Definition {
  try {
    return asDefinition(withPorts(value), "definition");
  } catch (error) {
    if (error instanceof TypeError) throw new PinionError("usage/invalid", error.message, { cause: error });
    throw error;
  }
}

/** A port that is not said is the first one, as in a file. */
function withPorts(value: unknown): unknown {
  const definition = objectAt(value, "definition");
  const { connections } = definition;
  return Array.isArray(connections) ? { ...definition, connections: connections.map(withPort) } : definition;
}

function withPort(connection: unknown): unknown {
  if (typeof connection !== "object" || connection === null) return connection;
  return Object.fromEntries(Object.entries(connection).map(([side, end]: [string, unknown]) => [side, firstPort(end)]));
}

function firstPort(end: unknown): unknown {
  return typeof end === "object" && end !== null && !("port" in end && end.port !== undefined) ? { ...end, port: 0 } : end;
}

function fileOf(given: WorkflowVersion, version: string, definition: Definition): JsonObject {
  const { workflowId, metadata = {}, dependencies, checks, createdBy } = given;
  const author = metadata.author ?? createdBy;
  const file = {
    ...metadata,
    version,
    title: metadata.title ?? `${workflowId} ${version}`,
    author,
    dependencies: dependencies && listAt(dependencies, "dependencies").map(toDependency),
    checks,
    definition,
  };
  // Without what is undefined, as everything that comes out of a file.
  return JSON.parse(JSON.stringify(file)) as JsonObject;
}

/** What is in them is checked where files are. */
function toDependency(value: unknown): object {
  const given: Partial<WorkflowDependency> = objectAt(value, "a dependency");
  const { version } = given;
  return { ...given, version: typeof version === "object" ? formatVersion(version) : version };
}
