/**
 * Puts pins back by commits on the remote's branch, never by force. Each try starts from where the branch is now; what was
 * written by an earlier try, or by a process that has died since, is found by its Rollback-Id and known by what it did to the pin.
 */

import type { LimitFunction } from "p-limit";
import { PinionError } from "../../../domain/errors.ts";
import type { RevertRequest, RevertOutcome } from "../../../domain/journal/revert.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { PinWriter } from "../../../ports/pin-writer.ts";
import type { GitEnvironment } from "../transport/git-environment.ts";
import type { Identity } from "./commit-object.ts";
import { startAttempt } from "./attempt.ts";
import { ordinaryTurn } from "./try-with-git.ts";
import type { OrdinaryTools } from "./try-with-git.ts";
import { rememberObjects } from "./remembered-objects.ts";
import { createSign } from "./sign-commit.ts";
import type { SigningKey } from "./sign-commit.ts";

export interface PinWriterOptions {
  /** Author and committer of every commit, also of what a person gave the command for: the command's name is what its sender claims. */
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
  /** One revert request after the other: they would only get in each other's way. */
  readonly turns: LimitFunction;
  readonly closing: AbortSignal;
}

/** A lost race is run again at once: the branch has just moved, and a push that starts now has the same chance as all others. */
const maxJitterMs = 10;

export function createPinWriter(writer: PinWriterDependencies): PinWriter {
  const { random = Math.random } = writer;
  const tools: OrdinaryTools = { ...writer, sign: createSign(writer.signing, writer) };

  async function revert(request: RevertRequest, signal?: AbortSignal): Promise<RevertOutcome> {
    const own = { ...tools, objects: rememberObjects(tools.objects) };
    let attempt = startAttempt(own, request);
    for (;;) {
      if (signal?.aborted === true || writer.closing.aborted) throw new PinionError("git/failed", `rollback ${request.id} was interrupted`);
      const turn = await ordinaryTurn(own, attempt);
      if (turn.kind === "over") return turn.outcome;
      attempt = turn.attempt;
      await writer.clock.sleep(random() * maxJitterMs, signal);
    }
  }

  return { revert: (request, signal) => writer.turns(() => revert(request, signal)) };
}
