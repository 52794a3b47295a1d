/** The moods of the git server: for a while or for good its branch takes no pushes of the bot, and not every answer to a push is true. */

import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface Forge {
  /** From now on it is kind. */
  calm(): void;
  readonly isKind: boolean;
  /** Whether this push, which was taken, is answered as if it had not been. */
  isDenied(): boolean;
  /** Whether a push to the branch is answered as if it had been taken, and is not. */
  isForgotten(): boolean;
  /** How often the branch was protected, or set free again: who pushed before does not know. */
  readonly changes: number;
}

export function createForge({ git, plan, time, trace }: SimWorld, random: Random): Forge {
  const isForGood = random.chance(0.3);
  let isKind = false;
  let changes = 0;

  function protect(isProtected: boolean): void {
    if (git.isProtected === isProtected) return;
    git.isProtected = isProtected;
    changes += 1;
    trace.say(isProtected ? "main is protected" : "main is no longer protected");
  }

  function protectAWhile(): void {
    if (isKind) return;
    protect(true);
    if (isForGood) return;
    time.later(random.between(1_000, 10_000), () => {
      protect(false);
      time.later(random.between(5_000, 30_000), protectAWhile);
    });
  }

  if (!plan.isCalm && random.chance(0.25)) time.later(random.between(1_000, 20_000), protectAWhile);
  return {
    calm() {
      isKind = true;
      if (!isForGood) protect(false);
    },
    get isKind() {
      return isKind;
    },
    isForgotten: () => !isKind && !plan.isCalm && random.chance(0.03),
    isDenied: () => !isKind && !plan.isCalm && random.chance(plan.isStubborn ? 0.3 : 0.08),
    get changes() {
      return changes;
    },
  };
}
