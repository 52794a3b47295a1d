/** The commit of a revert request on top of a head: the pin put back, the quarantine entered, nothing else. */

import type { Clock } from "../../../ports/clock.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { PinBack, RevertRequest } from "../../../domain/journal/revert.ts";
import type { GitObjects } from "../mirror/git-objects.ts";
import type { CommitObject } from "../mirror/read-object.ts";
import { commitMessage, oneLine } from "./commit-message.ts";
import type { MessageFacts } from "./commit-message.ts";
import { encodeCommit } from "./commit-object.ts";
import type { Identity, Sign } from "./commit-object.ts";
import type { ObjectStore } from "./object-store.ts";
import { isFile } from "./environment-folder.ts";
import type { Companion } from "./attempt.ts";
import type { PinPlaces } from "./pin-places.ts";
import { pinnedVersions, withPin } from "./pin-text.ts";
import { withQuarantined } from "./quarantine-text.ts";
import type { QuarantineEntry } from "./quarantine-text.ts";
import { treeWith } from "./tree-with.ts";

export interface BuildOptions {
  readonly store: ObjectStore;
  readonly objects: GitObjects;
  readonly identity: Identity;
  readonly sign: Sign;
  readonly clock: Clock;
}

export interface Base {
  readonly head: CommitObject;
  readonly places: PinPlaces;
  readonly along: readonly Companion[];
  readonly rollbackOf: CommitId | null;
}

/** Writes the commit and gives back its id; no ref names it. */
export async function buildCommit(options: BuildOptions, request: RevertRequest, base: Base): Promise<CommitId> {
  const { store, objects, identity, sign, clock } = options;
  const { files, along } = await changedPins(objects, request, base);
  const quarantine = await enterQuarantine(objects, request, base);
  if (quarantine.file !== null) files.set(quarantine.file.path, quarantine.file.bytes);
  const draft = {
    tree: await treeWith({ objects, store }, base.head.tree, files),
    parent: base.head.commit,
    by: identity,
    at: clock.now(),
    message: commitMessage({ request, along, rollbackOf: base.rollbackOf, quarantine: quarantine.kind }),
  };
  return store.write("commit", await encodeCommit(draft, sign));
}

interface Changed {
  readonly files: Map<string, Uint8Array>;
  /** Those of other processes that are put back by it. */
  readonly along: readonly PinBack[];
}

async function changedPins(objects: GitObjects, request: RevertRequest, { head, places, along: companions }: Base): Promise<Changed> {
  const files = new Map<string, Uint8Array>();
  const own = await putBack(objects, { pin: request, places }, head, files);
  if (typeof own === "string")
    throw new PinionError("git/failed", `the pin of ${request.process} in ${own} cannot be edited; fix that line by hand`);
  add(own, files);
  const along: PinBack[] = [];
  for (const companion of companions) {
    const more = await putBack(objects, companion, head, files);
    if (typeof more === "string" || more.size === 0) continue;
    add(more, files);
    along.push(companion.pin);
  }
  return { files, along };
}

function add(more: ReadonlyMap<string, Uint8Array>, files: Map<string, Uint8Array>): void {
  for (const [file, bytes] of more) files.set(file, bytes);
}

/** The files that a pin put back changes, on top of what is changed already: none where nobody pins that any more. Else the file in which it cannot be edited. */
async function putBack(
  objects: GitObjects,
  { pin, places }: Companion,
  head: CommitObject,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<ReadonlyMap<string, Uint8Array> | string> {
  const changed = new Map<string, Uint8Array>();
  for (const { name, blob, version } of await places.at(head)) {
    if (version !== pin.from) continue;
    const file = places.folder.pathOf(name);
    const text = Buffer.from(changed.get(file) ?? files.get(file) ?? (await objects.file(blob))).toString("latin1");
    const edited = withPin(text, pin.process, pin);
    if (pinnedVersions(edited, pin.process).includes(pin.from)) return file;
    changed.set(file, Buffer.from(edited, "latin1"));
  }
  return changed;
}

const quarantineName = "quarantine.yaml";

interface Entering {
  readonly kind: MessageFacts["quarantine"];
  /** Null: nothing to write. */
  readonly file: { readonly path: string; readonly bytes: Uint8Array } | null;
}

/** A quarantine file that cannot be read stays as it is: it must not keep a bad version pinned. */
async function enterQuarantine(objects: GitObjects, request: RevertRequest, { head, places }: Base): Promise<Entering> {
  const entry = entryOf(request);
  if (entry === null) return { kind: "none", file: null };
  const tree = await places.folder.tree(head);
  const stored = tree === null ? null : await places.folder.entry(tree, quarantineName);
  if (stored !== null && !isFile(stored)) return { kind: "untouched", file: null };
  const before = stored === null ? null : decode(await objects.file(stored.id));
  const after = before === undefined ? null : withQuarantined(before, entry);
  if (after === null) return { kind: "untouched", file: null };
  return { kind: "entered", file: after === before ? null : { path: places.folder.pathOf(quarantineName), bytes: Buffer.from(after) } };
}

function entryOf({ process, from, quarantine, why, trigger, at, id }: RevertRequest): QuarantineEntry | null {
  if (quarantine === null) return null;
  const since = new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
  return { process, version: from, digest: quarantine, reason: oneLine(why) || oneLine(trigger), since, rollbackId: id };
}

/** Undefined when it is no UTF-8. A byte order mark stays. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
