/** A thread in this one: both sides, with a way in between that clones what goes over it. */

import { type ComparingManifests, createManifests } from "../../../../src/adapters/manifest/manifests.ts";
import type { Thread, ThreadListener } from "../../../../src/adapters/manifest/thread/calls.ts";
import { createManifestsThread, type ManifestsThread } from "../../../../src/adapters/manifest/thread/manifests-thread.ts";
import type { Part, ToThread } from "../../../../src/adapters/manifest/thread/messages.ts";
import { serveManifests } from "../../../../src/adapters/manifest/thread/serve.ts";
import type { Manifests } from "../../../../src/ports/manifests.ts";
import { createFakeObjects, createFakeParseCache, type FakeObjects } from "../../../fakes/objects.ts";
import { plainDialect } from "../../../support/small-repository.ts";

export interface ThreadWorld {
  readonly objects: FakeObjects;
  readonly reader: ManifestsThread;
  /** A reader without a thread. */
  plain(): Manifests;
  /** Parts that were taken. */
  readonly parts: Part[];
  readonly told: string[];
  readonly seen: { starts: number; missed: number; restarts: number; published: string | null; isFull: boolean };
  /** Ends the thread from outside. */
  kill(why: string): void;
}

export interface ThreadWorldOptions {
  /** What the thread does in place of reading, by the number of the thread. */
  readonly instead?: (start: number, manifests: ComparingManifests) => ComparingManifests;
  readonly activeMs?: () => number;
  readonly limitMs?: number;
}

export function createThreadWorld({
  instead = (_, manifests) => manifests,
  activeMs = () => 0,
  limitMs,
}: ThreadWorldOptions = {}): ThreadWorld {
  const objects = createFakeObjects();
  const cache = createFakeParseCache();
  const seen: ThreadWorld["seen"] = { starts: 0, missed: 0, restarts: 0, published: null, isFull: false };
  const parts: Part[] = [];
  const told: string[] = [];
  let kill: ThreadWorld["kill"] = () => undefined;

  function start(listener: ThreadListener, remembered: string | null): Thread {
    const number = (seen.starts += 1);
    let [isOver, published] = [false, remembered];
    let take: (message: ToThread) => void = () => undefined;
    const later = (work: () => void): void => void setImmediate(() => isOver || work());
    const end = (why: string): void => {
      isOver = true;
      listener.ended(why);
    };
    kill = end;
    const post = (message: Parameters<ThreadListener["message"]>[0]): void => {
      const clone = structuredClone(message);
      if (clone.kind === "part") parts.push(clone.part);
      later(() => listener.message(clone));
    };
    serveManifests({ post, listen: (to) => void (take = to) }, () => {
      const memory = { read: () => published, write: (text: string) => void (published = text) };
      const manifests = createManifests({ objects, cache, dialects: [plainDialect], memory, program: "p" });
      return {
        manifests: instead(number, manifests),
        published: () => published,
        onMissing: async () => void (seen.restarts += 1),
      };
    });
    return {
      post: (message) => {
        const clone = structuredClone(message);
        later(() => take(clone));
      },
      activeMs,
      terminate: async () => end("terminated"),
    };
  }

  const memory = {
    read: () => seen.published,
    write(text: string) {
      if (seen.isFull) throw new Error("the disk is full");
      seen.published = text;
    },
  };
  const note = (fields: Readonly<Record<string, unknown>>, message: string) => void told.push(`${message}: ${String(fields["why"])}`);
  const reader = createManifestsThread({
    start,
    memory,
    onMissing: () => void (seen.missed += 1),
    log: { info: note, warn: note, error: note },
    watchEveryMs: 1,
    ...(limitMs === undefined ? {} : { limitMs }),
  });
  const plain = () => createManifests({ objects, cache: createFakeParseCache(), dialects: [plainDialect] });
  return { objects, reader, plain, parts, told, seen, kill: (why) => kill(why) };
}
