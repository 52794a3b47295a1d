/** Larger misfortunes: a server that is away for a while, an instance that dies, a controller that is killed. */

import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface Outages {
  /** One of them happens. */
  act(): void;
  /** All is well again. */
  end(): void;
}

export interface OutageParts {
  readonly world: SimWorld;
  readonly random: Random;
  readonly crash: () => void;
}

export function createOutages({ world, random, crash }: OutageParts): Outages {
  const { plan, git, outside, time, trace, clocks } = world;

  function away(what: string, set: (isDown: boolean) => void): void {
    const forMs = random.between(500, random.chance(0.2) ? 40_000 : 8_000);
    trace.say(`${what} is down for ${forMs} ms`);
    set(true);
    world.silences.push({ port: what, from: clocks.now(), to: clocks.now() + forMs });
    time.later(forMs, () => {
      trace.say(`${what} is up`);
      set(false);
    });
  }

  const happenings: readonly (() => void)[] = [
    () => away("git", (isDown) => (git.isDown = isDown)),
    () => away("git", (isDown) => (git.isDown = isDown)),
    () => away("router", (isDown) => outside.setRouterDown(isDown)),
    () => {
      const { name } = random.pick(plan.environments);
      away(`engine ${name}`, (isDown) => outside.engine(name).setReachable(!isDown));
    },
    () => {
      const { name, instances } = random.pick(plan.environments);
      outside.crash(name, random.pick(instances), random.between(500, 15_000));
    },
    () => {
      const { name, instances } = random.pick(plan.environments);
      outside.crash(name, random.pick(instances), random.between(500, 15_000));
    },
    crash,
    crash,
  ];

  return {
    act() {
      if (!plan.isCalm) random.pick(happenings)();
    },
    end() {
      git.isDown = false;
      outside.calm();
      trace.say("from now on the world is kind");
    },
  };
}
