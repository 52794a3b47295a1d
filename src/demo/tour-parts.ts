/** What the chapters of the tour share: pushing a pin, and waiting for what they tell to be so. */

import { setTimeout as sleep } from "node:timers/promises";
import type { EnvironmentStatus, ProcessView } from "../api/views.ts";
import { PinionError } from "../domain/errors.ts";
import type { ProcessId, Version } from "../domain/names.ts";
import type { Deployment } from "../domain/journal/state.ts";
import type { RunningController } from "./controller-process.ts";
import { loadEnvironment, type Loads } from "./show.ts";
import { setPin, type Stage } from "./stage.ts";
import type { LoadCounts } from "./tally.ts";

export interface TourParts {
  readonly stage: Stage;
  readonly controller: RunningController;
  readonly loads: Loads;
  readonly colour: boolean;
  /** The tour is given up. */
  readonly stopping: AbortSignal;
  /** Shows lines of a chapter while it is played. */
  tell(lines: readonly string[]): void;
  /** Runs `pinion` as people do; resolves with what it printed. @throws Error with what it complained about. */
  pinion(...parameters: readonly string[]): Promise<string>;
}

export interface Chapter {
  readonly title: string;
  /** Resolves with the proof, in one line. Throws when what it tells is not observed to be true. */
  play(parts: TourParts): Promise<string>;
}

/** Where all of it happens. */
export const environment = loadEnvironment;

/** How long a chapter waits for what it tells, in milliseconds: only what hangs takes longer, on a busy machine too. */
const patienceMs = 180_000;

/** A process of the story, and where it is pinned. */
export interface Pinned {
  readonly process: ProcessId;
  /** From the root of the repository. */
  readonly file: string;
}

/** Pins, commits and pushes; resolves with the commit. */
export async function pushPin({ stage }: TourParts, { process, file }: Pinned, version: Version): Promise<string> {
  await setPin(stage, file, process, version);
  const message = `Deploy ${process} ${version} to ${environment}`;
  await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--all", "--message", message);
  return push(stage);
}

/** The commit is named by what `git revert` understands; resolves with the new one. */
export async function pushRevert({ stage }: TourParts, commit: string): Promise<string> {
  await stage.git("-c", "commit.gpgsign=false", "revert", "--no-edit", commit);
  return push(stage);
}

async function push(stage: Stage): Promise<string> {
  await stage.git("push", "--quiet", "origin", "main");
  return (await stage.git("rev-parse", "HEAD")).trim();
}

export function expectNoFailure({ failed, requests, firstFailure }: LoadCounts): void {
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed: ${firstFailure ?? ""}`);
}

export async function environmentNow({ controller }: TourParts): Promise<EnvironmentStatus> {
  const { environments } = await controller.overview();
  const found = environments.find((candidate) => candidate.name === environment);
  if (!found) throw new Error(`there is no ${environment}`);
  return found;
}

/** Resolves with the view for which it is so. `what` ends the sentence "waited 180 s until …". */
export async function untilObserved(
  parts: TourParts,
  process: ProcessId,
  isSo: (view: ProcessView) => boolean,
  what: string,
): Promise<ProcessView> {
  let last: ProcessView | undefined;
  const shown = () => (last ? `; shown is: ${last.sync}, ${last.health}, ${last.reason.text}` : "");
  return until(
    parts,
    async () => {
      last = (await environmentNow(parts)).processes.find((candidate) => candidate.process === process);
      return last && isSo(last) ? last : null;
    },
    () => `${what}${shown()}`,
  );
}

/** Resolves with the newest deployment that it is. */
export async function untilDeployed(
  parts: TourParts,
  process: ProcessId,
  isIt: (deployment: Deployment) => boolean,
  what: string,
): Promise<Deployment> {
  return until(
    parts,
    async () => {
      const history = await parts.controller.history(50);
      return history.find((candidate) => candidate.environment === environment && candidate.process === process && isIt(candidate)) ?? null;
    },
    () => what,
  );
}

/** Asks again and again until there is an answer. A controller that does not answer is asked again, unless it is dead. */
export async function until<T>(
  { stopping, controller }: Pick<TourParts, "stopping" | "controller">,
  ask: () => T | null | Promise<T | null>,
  what: () => string,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    stopping.throwIfAborted();
    const answer = await unlessSilent(controller, ask);
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds(patienceMs)} until ${what()}`);
    await sleep(25);
  }
}

async function unlessSilent<T>({ death }: RunningController, ask: () => T | null | Promise<T | null>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const isSilent = error instanceof PinionError && error.code === "controller/unreachable";
    if (isSilent && death() === null) return null;
    throw error;
  }
}

/** A version has all traffic, and nothing is under way any more but the watch. */
export function hasTakenOver(view: ProcessView, version: Version): boolean {
  return weightOf(view, version) === 100 && (view.progress === null || view.progress.state === "baking");
}

/** Its share of the traffic as it is now, in percent. */
export function weightOf({ actual }: Pick<ProcessView, "actual">, version: Version): number {
  return actual.filter((share) => share.version === version).reduce((sum, share) => sum + share.weight, 0);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
