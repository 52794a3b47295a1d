/** What a process is pinned to in one environment, at any commit. */

import type { EnvironmentName, ProcessId, Version } from "../../../domain/names.ts";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import { createEnvironmentFolder, isFile } from "./environment-folder.ts";
import type { EnvironmentFolder } from "./environment-folder.ts";
import { pinnedVersions } from "./pin-text.ts";

export interface PinPlace {
  /** Path within the environment's folder. */
  readonly name: string;
  /** Of the file. */
  readonly blob: string;
  readonly version: Version;
}

export interface PinPlaces {
  readonly folder: EnvironmentFolder;
  /** Everywhere the process is pinned at a commit; more than once is somebody's mistake. */
  at(commit: CommitObject): Promise<readonly PinPlace[]>;
  /** Whether it is pinned to the same there. */
  isSame(commit: CommitObject, pins: readonly PinPlace[]): Promise<boolean>;
}

export interface PinPlacesOptions {
  readonly objects: GitObjects;
  /** The folder within the repository; "" for its root. */
  readonly path: string;
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
}

/** Remembers what it has read: made for one revert request. */
export function createPinPlaces({ objects, path, environment, process }: PinPlacesOptions): PinPlaces {
  const folder = createEnvironmentFolder(objects, path, environment);
  const versions = new Map<string, Promise<readonly Version[]>>();
  const places = new Map<string, Promise<readonly PinPlace[]>>();

  function versionsIn(blob: string): Promise<readonly Version[]> {
    const known = versions.get(blob) ?? objects.file(blob).then((bytes) => pinnedVersions(Buffer.from(bytes).toString("latin1"), process));
    versions.set(blob, known);
    return known;
  }

  async function at(commit: CommitObject): Promise<readonly PinPlace[]> {
    const tree = await folder.tree(commit);
    if (tree === null) return [];
    const known = places.get(tree) ?? placesIn(tree);
    places.set(tree, known);
    return known;
  }

  async function placesIn(tree: string): Promise<readonly PinPlace[]> {
    const files = await folder.pinsFiles(tree);
    const found = await Promise.all(
      files.map(async ({ name, blob }) => (await versionsIn(blob)).map((version) => ({ name, blob, version }))),
    );
    return found.flat();
  }

  /** Looks into the same file first: there may be thousands of others. */
  async function isSame(commit: CommitObject, pins: readonly PinPlace[]): Promise<boolean> {
    const [only, ...others] = pins;
    if (only === undefined || others.length > 0) return versionsOf(await at(commit)) === versionsOf(pins);
    const tree = await folder.tree(commit);
    const entry = tree === null ? null : await folder.entry(tree, only.name);
    const there = entry !== null && isFile(entry) ? await versionsIn(entry.id) : [];
    return there.length > 0 ? there.join(" ") === only.version : versionsOf(await at(commit)) === only.version;
  }

  return { folder, at, isSame };
}

function versionsOf(places: readonly PinPlace[]): string {
  return places.map(({ version }) => version).join(" ");
}
