/** The product's own pin writer over the simulated git: real commits from real objects, a remote that is only played. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createQueue } from "../../src/adapters/git/queue.ts";
import { createQuickLane } from "../../src/adapters/git/quick/quick-lane.ts";
import { createPinWriter } from "../../src/adapters/git/writer/pin-writer.ts";
import type { PinWriter } from "../../src/ports/pin-writer.ts";
import { never, type Life } from "./life.ts";
import { createPlayedRemote, type Reach } from "./played-remote.ts";
import type { StoredObject } from "./git.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface RealWriters {
  /** The writer of one life. */
  of(life: Life): PinWriter;
  /** Leaves nothing behind. */
  close(): void;
}

const latencyMs = 400;

export function createRealWriters(world: SimWorld, random: Random): RealWriters {
  const directory = mkdtempSync(join(tmpdir(), "pinion-simulation-"));
  const packed = new Map<string, StoredObject>();
  const lives: { readonly life: Life; readonly isBusyForReal: () => boolean }[] = [];
  world.time.isWaitingForReal = () => lives.some(({ life, isBusyForReal }) => !life.isDead && isBusyForReal());
  return {
    close: () => rmSync(directory, { recursive: true, force: true }),
    of(life) {
      let [orders, calls] = [0, 0];
      lives.push({ life, isBusyForReal: () => orders > 0 && calls === 0 });
      /** Virtual time passes in here only; between two of these calls the writer works on the disk, and time stands still. */
      const reach: Reach = async (work, isRemote) => {
        if (life.isDead) return never();
        calls += 1;
        try {
          if (isRemote) await world.time.sleep(1 + random.next() * latencyMs, life);
          return await work();
        } finally {
          calls -= 1;
        }
      };
      const writer = createPinWriter(dependencies(world, { directory, packed, life, random, reach }));
      return {
        async revert(order, signal) {
          orders += 1;
          try {
            return await writer.revert(order, signal);
          } finally {
            orders -= 1;
          }
        },
      };
    },
  };
}

interface Around {
  readonly directory: string;
  readonly packed: Map<string, StoredObject>;
  readonly life: Life;
  readonly random: Random;
  readonly reach: Reach;
}

function dependencies(world: SimWorld, { directory, packed, life, random, reach }: Around): Parameters<typeof createPinWriter>[0] {
  const remote = createPlayedRemote(world, { directory, packed, random, reach });
  const { objects, quick } = remote;
  const sleep = (ms: number): Promise<void> => reach(() => world.time.sleep(ms, life), false);
  return {
    ...remote,
    directory,
    identity: { name: "Pinion", email: "pinion@example.com" },
    signing: null,
    path: "",
    branch: "main",
    url: "git.example.com",
    clock: { now: () => world.time.now(), sleep },
    random: () => random.next(),
    environment: {},
    inherited: {},
    turns: createQueue(),
    quick: createQuickLane({ remote: quick, branch: "main", mirror: objects }),
    closing: new AbortController().signal,
  };
}
