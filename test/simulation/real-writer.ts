/** The product's own pin writer over the simulated git: real commits from real objects, a remote that is only played. */

import pLimit from "p-limit";
import type { ObjectStore } from "../../src/adapters/git/writer/object-store.ts";
import { createPinWriter } from "../../src/adapters/git/writer/pin-writer.ts";
import type { RevertRequest } from "../../src/domain/journal/revert.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import type { Forge } from "./forge.ts";
import { idOf, type StoredObject } from "./git.ts";
import { never, type Life } from "./life.ts";
import { createPlayedRemote, type Reach, type RemoteParts } from "./played-remote.ts";
import { createRacingPeople } from "./racing-people.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface RealWriters {
  /** The writer of one life. */
  of(life: Life): PinWriter;
}

export interface RealWriterParts {
  readonly world: SimWorld;
  readonly forge: Forge;
  readonly random: Random;
}

/** How long a call takes at most, and a push whose sender has died. */
const [latencyMs, lateMs] = [400, 4_000];

/** As the product writes them to its disk, which would take longer than all the rest: that has tests of its own. */
function storeOver(written: Map<string, StoredObject>): ObjectStore {
  return {
    write(type, bytes) {
      const id = idOf(type, bytes);
      written.set(id, { type, bytes });
      return id;
    },
  };
}

export function createRealWriters({ world, forge, random }: RealWriterParts): RealWriters {
  const written = new Map<string, StoredObject>();
  const people = createRacingPeople(world, forge, random.fork());
  const lives: { readonly life: Life; readonly isBusyForReal: () => boolean }[] = [];
  world.time.isWaitingForReal = () => lives.some(({ life, isBusyForReal }) => !life.isDead && isBusyForReal());
  return {
    of(life) {
      const orders = new Set<RevertRequest>();
      const own = random.fork();
      const { reach, calls } = createReach({ world, forge, life, random: own });
      lives.push({ life, isBusyForReal: () => orders.size > 0 && calls() === 0 });
      const writer = createPinWriter(dependencies({ world, forge, people, written, random: own, reach, orders }, life, storeOver(written)));
      return {
        async revert(request, signal) {
          // Asked twice, it is two orders.
          const asked = { ...request };
          orders.add(asked);
          try {
            return await writer.revert(asked, signal);
          } finally {
            orders.delete(asked);
          }
        },
      };
    },
  };
}

interface ReachParts extends RealWriterParts {
  readonly life: Life;
}

/** Virtual time passes in here only; between two of these calls the writer works on the disk, and time stands still. */
function createReach({ world, forge, life, random }: ReachParts): { readonly reach: Reach; readonly calls: () => number } {
  const { time } = world;
  let calls = 0;

  /** A push is on its way without its sender. Whatever the server's rules were when it left, they still are. */
  async function arriveLate(work: () => unknown, changes: number): Promise<void> {
    if (random.chance(0.5)) return;
    await time.sleep(random.next() * lateMs, null);
    if (forge.changes === changes && !forge.isKind) await work();
  }

  const reach: Reach = async (work, how) => {
    if (life.isDead) return never();
    calls += 1;
    const { changes } = forge;
    try {
      if (how !== "here") await time.sleep(1 + random.next() * latencyMs, how === "push" ? null : life);
      if (!life.isDead) return await work();
    } finally {
      calls -= 1;
    }
    await arriveLate(work, changes).catch(() => undefined);
    return never();
  };
  return { reach, calls: () => calls };
}

function dependencies(parts: RemoteParts, life: Life, store: ObjectStore): Parameters<typeof createPinWriter>[0] {
  const { world, random, reach } = parts;
  const remote = createPlayedRemote(parts);
  const sleep = (ms: number): Promise<void> => reach(() => world.time.sleep(ms, life), "here");
  return {
    ...remote,
    directory: "",
    openStore: () => store,
    identity: { name: "Pinion", email: "pinion@example.com" },
    signing: null,
    path: "",
    branch: "main",
    url: "git.example.com",
    isLookCheap: false,
    clock: { now: () => world.time.now(), sleep },
    random: () => random.next(),
    environment: {},
    inherited: {},
    turns: pLimit(1),
    closing: new AbortController().signal,
  };
}
