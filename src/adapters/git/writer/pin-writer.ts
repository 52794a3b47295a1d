/**
 * Puts pins back by commits on the remote's branch, never by force. Each try starts from where the branch is now; what was
 * written by an earlier try, or by a process that has died since, is found by its Rollback-Id.
 */

import { PinionError } from "../../../domain/errors.ts";
import type { RevertOrder, RevertOutcome } from "../../../domain/revert.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PinWriter } from "../../../ports/pin-writer.ts";
import type { GitEnvironment } from "../git-environment.ts";
import type { Queue } from "../queue.ts";
import type { QuickLane } from "../quick/quick-lane.ts";
import type { Identity } from "./commit-object.ts";
import { on, startErrand } from "./errand.ts";
import type { Errand, Turn } from "./errand.ts";
import { ordinaryTurn } from "./ordinary-turn.ts";
import type { OrdinaryTools } from "./ordinary-turn.ts";
import { quickTurn } from "./quick-turn.ts";
import { createSign } from "./sign-commit.ts";
import type { SigningKey } from "./sign-commit.ts";

export interface PinWriterOptions {
  /** Commits in this name; what a person ordered has the person as its author. */
  readonly identity: Identity;
  /** Null: commits are not signed. */
  readonly signing: SigningKey | null;
  /** The folder within the repository that holds environments/; "" for its root. */
  readonly path: string;
  readonly clock: Clock;
  /** 0 to below 1, for the jitter between two tries; default `Math.random`. */
  readonly random?: () => number;
}

export interface PinWriterDependencies extends PinWriterOptions, Omit<OrdinaryTools, "sign"> {
  readonly environment: GitEnvironment;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** One order after the other: they would only get in each other's way. */
  readonly turns: Queue;
  /** Null: this transport has none. */
  readonly quick: QuickLane | null;
  readonly closing: AbortSignal;
}

type Tools = OrdinaryTools & Pick<PinWriterDependencies, "quick">;

const maxJitterMs = 20;

export function createPinWriter(writer: PinWriterDependencies): PinWriter {
  const sign = createSign(writer.signing, writer);
  const tools: Tools = { ...writer, sign, objects: writer.quick?.objects ?? writer.objects, look: createLook(writer) };
  /** Whether the last order had to try more than once: then the next one goes the quick way at once. */
  let isBusy = false;

  async function revert(order: RevertOrder, signal?: AbortSignal): Promise<RevertOutcome> {
    let errand = startErrand(tools, order, isBusy);
    for (let turns = 1; ; turns += 1) {
      if (signal?.aborted === true || writer.closing.aborted) throw new PinionError("git/failed", `rollback ${order.id} was interrupted`);
      const turn = await takeTurn(tools, errand);
      isBusy = turns > 1;
      if (turn.kind === "over") return turn.outcome;
      errand = turn.errand;
      await writer.clock.sleep((writer.random ?? Math.random)() * maxJitterMs, signal);
    }
  }

  return { revert: (order, signal) => writer.turns.add(() => revert(order, signal)) };
}

/** From where the mirror has been brought to, the quick way goes on. */
function createLook({ look, quick }: PinWriterDependencies): OrdinaryTools["look"] {
  return async () => {
    const head = await look();
    quick?.follow(head);
    return head;
  };
}

/** What the quick way cannot deal with, the ordinary one can, or says what is wrong. */
function takeTurn({ quick, ...tools }: Tools, errand: Errand): Promise<Turn> {
  const base = errand.isQuick && errand.order.mode === "push" ? (quick?.base() ?? null) : null;
  if (quick === null || base === null) return ordinaryTurn(tools, errand);
  return quickTurn({ ...tools, quick }, errand, base).catch(() => on({ ...errand, isQuick: false }));
}
