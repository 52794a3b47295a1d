/** What happens in worlds with rarer misfortunes: disks that are full for long, clocks that are set, and things that hang. */

import type { Instant } from "../../src/domain/names.ts";
import { afterFill, watchedBads } from "./disk-rules.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface LongTroubles {
  start(until: Instant): void;
  end(): void;
  /** So much longer is the world unkind. */
  readonly moreMs: number;
}

/** How often one of them happens, on an average. */
const [everyMs, attentiveMs] = [5_000, 700];
/** A full disk outlives passes, and controllers. */
const diskMs = 60_000;

export function createLongTroubles(world: SimWorld, random: Random): LongTroubles {
  const { plan, time, trace, clocks, outside, disk, hung } = world;
  const { setsClock, fillsDisk, hangs } = plan.sourceErrors;
  /** A disk that is full most of the time lets nothing bad into traffic. */
  const fillsInTime = fillsDisk && plan.isCalm && plan.soonPinned.size > 0;

  function fill(): void {
    if (disk.isFull) return;
    trace.say("the disk is full");
    disk.isFull = true;
    void afterFill(world);
    const forMs = random.between(10_000, diskMs);
    disk.fullMs += forMs;
    time.later(forMs, empty);
  }

  function empty(): void {
    if (!disk.isFull) return;
    trace.say("the disk has room");
    disk.isFull = false;
    disk.roomAt = time.now();
  }

  /** Longer than anybody waits for an answer, or just about as long. */
  function hangPort(name: string): void {
    const forMs = random.between(2_000, 60_000);
    trace.say(`${name} hangs for ${forMs} ms`);
    hung.set(name, time.now() + forMs);
    world.silences.push({ port: name, from: clocks.now(), to: clocks.now() + forMs });
  }

  const happenings = [
    ...(setsClock ? [() => clocks.set(random)] : []),
    ...(fillsDisk && !fillsInTime ? [fill] : []),
    ...(hangs && !plan.isCalm
      ? [
          () => hangPort(random.pick(["git", "router", `engine ${random.pick(plan.environments).name}`])),
          () => {
            const { name, instances } = random.pick(plan.environments);
            outside.hang(name, random.pick(instances), random.between(2_000, 10_000));
          },
        ]
      : []),
  ];
  /** A disk is full when it hurts. */
  async function fillInTime(until: Instant): Promise<void> {
    if (time.now() >= until) return;
    if ((await watchedBads(world)).length > 0 && random.chance(0.4)) fill();
    time.later(attentiveMs, () => void fillInTime(until));
  }

  function start(until: Instant): void {
    if (fillsDisk && plan.isCalm) void fillInTime(until);
    go(until);
  }

  function go(until: Instant): void {
    if (happenings.length === 0) return;
    time.later(random.between(1, 2 * everyMs), () => {
      if (time.now() >= until) return;
      random.pick(happenings)();
      go(until);
    });
  }

  return {
    moreMs: fillsDisk ? diskMs : 0,
    start,
    end() {
      empty();
      hung.clear();
    },
  };
}
