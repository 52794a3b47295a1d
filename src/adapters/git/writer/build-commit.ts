/** The commit of an order on top of a head: the pin put back, the quarantine entered, nothing else. */

import type { Clock } from "../../../ports/clock.ts";
import { PinionError } from "../../../domain/errors.ts";
import type { CommitId } from "../../../domain/names.ts";
import type { RevertOrder } from "../../../domain/revert.ts";
import type { GitObjects } from "../git-objects.ts";
import type { CommitObject } from "../read-object.ts";
import { commitMessage, oneLine } from "./commit-message.ts";
import type { MessageFacts } from "./commit-message.ts";
import { encodeCommit } from "./commit-object.ts";
import type { Identity, Sign } from "./commit-object.ts";
import type { ObjectStore } from "./object-store.ts";
import { isFile } from "./environment-folder.ts";
import type { PinPlace, PinPlaces } from "./pin-places.ts";
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
  /** At `head`. */
  readonly pins: readonly PinPlace[];
  readonly rollbackOf: CommitId | null;
}

/** Writes the commit and gives back its id; no ref names it. */
export async function buildCommit(options: BuildOptions, order: RevertOrder, base: Base): Promise<CommitId> {
  const { store, objects, identity, sign, clock } = options;
  const files = await changedPins(objects, order, base);
  const quarantine = await enterQuarantine(objects, order, base);
  if (quarantine.file !== null) files.set(quarantine.file.path, quarantine.file.bytes);
  const draft = {
    tree: await treeWith({ objects, store }, base.head.tree, files),
    parent: base.head.commit,
    by: identity,
    at: clock.now(),
    message: commitMessage({ order, rollbackOf: base.rollbackOf, quarantine: quarantine.kind }),
  };
  return store.write("commit", await encodeCommit(draft, sign));
}

async function changedPins(objects: GitObjects, order: RevertOrder, { pins, places }: Base): Promise<Map<string, Uint8Array>> {
  const changed = pins.filter(({ version }) => version === order.from);
  const files = new Map<string, Uint8Array>();
  for (const { name, blob } of changed) {
    const file = places.folder.pathOf(name);
    const text = Buffer.from(await objects.file(blob)).toString("latin1");
    const edited = withPin(text, order.process, order);
    if (pinnedVersions(edited, order.process).includes(order.from)) {
      throw new PinionError("git/failed", `the pin of ${order.process} in ${file} cannot be edited; mend that line by hand`);
    }
    files.set(file, Buffer.from(edited, "latin1"));
  }
  return files;
}

const quarantineName = "quarantine.yaml";

interface Entering {
  readonly kind: MessageFacts["quarantine"];
  /** Null: nothing to write. */
  readonly file: { readonly path: string; readonly bytes: Uint8Array } | null;
}

/** A quarantine file that cannot be read stays as it is: it must not keep a bad version pinned. */
async function enterQuarantine(objects: GitObjects, order: RevertOrder, { head, places }: Base): Promise<Entering> {
  const entry = entryOf(order);
  if (entry === null) return { kind: "none", file: null };
  const tree = await places.folder.tree(head);
  const stored = tree === null ? null : await places.folder.entry(tree, quarantineName);
  if (stored !== null && !isFile(stored)) return { kind: "untouched", file: null };
  const before = stored === null ? null : decode(await objects.file(stored.id));
  const after = before === undefined ? null : withQuarantined(before, entry);
  if (after === null) return { kind: "untouched", file: null };
  return { kind: "entered", file: after === before ? null : { path: places.folder.pathOf(quarantineName), bytes: Buffer.from(after) } };
}

function entryOf({ process, from, quarantine, why, trigger, at, id }: RevertOrder): QuarantineEntry | null {
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
