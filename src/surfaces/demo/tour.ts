/** The tour of `pinion demo`: plays the story by itself. Each chapter ends with the figure that proves it, or fails loudly. */

import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessStatus } from "../../domain/status.ts";
import type { Deployment } from "../../domain/state.ts";
import type { RunningController } from "./controller-process.ts";
import { editByHand } from "./hand-edit.ts";
import type { Load } from "./load.ts";
import { setPin, type Stage } from "./stage.ts";

export interface TourParts {
  readonly stage: Stage;
  readonly controller: RunningController;
  readonly load: Load;
}

export interface Chapter {
  readonly title: string;
  /** Resolves with the proof, in one line. Throws when what it tells is not observed to be true. */
  play(parts: TourParts): Promise<string>;
}

const environment = "production";
const process = "order-intake";
const pinsFile = "environments/production/pins/team-orders.yaml";
const versions = { old: "1.2.0", next: "1.4.0", bad: "1.3.0" } as const;

/** How long a chapter waits for what it tells, in milliseconds. */
const patienceMs = 30_000;
/** How long after the new commit is there an old version may take to answer again, in milliseconds. */
const revertLimitMs = 1_000;

export const chapters: readonly Chapter[] = [
  { title: "a pin bump is pushed: blue-green, no failed request", play: bump },
  { title: "a version whose smoke test fails is pushed: it never gets traffic", play: badVersion },
  { title: "`git revert` of the bump: the old version answers again", play: revert },
  { title: "a flow is edited by hand in the engine: shown as drift and healed", play: drift },
];

/** What the load asks. */
export const loadPath = `/orders/health`;
export const loadEnvironment = environment;

async function bump(parts: TourParts): Promise<string> {
  const { load } = parts;
  load.mark();
  await pushPin(parts, versions.next, `Deploy ${process} ${versions.next} to production`);
  const pushedAt = Date.now();
  const deployment = await untilDeployed(parts, (candidate) => candidate.version === versions.next && candidate.phase === "Succeeded");
  await until(() => load.firstAnswerOf(versions.next) !== null, `${versions.next} answers`);
  expectNoFailure(load);
  if (deployment.strategy !== "blue-green") throw new Error(`deployed by ${deployment.strategy}`);
  const after = (load.firstAnswerOf(versions.next) ?? 0) - pushedAt;
  return `${versions.next} answers ${seconds(after)} after the push; ${load.counts.failed} of ${load.counts.requests} requests failed`;
}

async function badVersion(parts: TourParts): Promise<string> {
  const { load, stage } = parts;
  load.mark();
  await pushPin(parts, versions.bad, `Deploy ${process} ${versions.bad} to production`);
  const deployment = await untilDeployed(parts, (candidate) => candidate.version === versions.bad && candidate.endedAt !== null);
  if (deployment.phase !== "Failed") throw new Error(`${versions.bad} ended ${deployment.phase}`);
  const shown = await statusOf(parts);
  if (!shown?.reason.includes("smoke_test")) throw new Error(`the reason is not shown: ${shown?.reason ?? "no status"}`);
  expectNoFailure(load);
  const answers = load.counts.byVersion.get(versions.bad) ?? 0;
  if (answers > 0) throw new Error(`${versions.bad} answered ${answers} requests`);
  await stage.git("-c", "commit.gpgsign=false", "revert", "--no-edit", "HEAD");
  await stage.git("push", "--quiet", "origin", "main");
  await untilStatus(parts, (status) => status.sync === "Synced" && status.desired === versions.next);
  return `0 of ${load.counts.requests} requests reached ${versions.bad}; shown: ${shown.reason}`;
}

async function revert(parts: TourParts): Promise<string> {
  const { load, stage, controller } = parts;
  const commit = (await stage.git("log", "--format=%H", `--grep=^Deploy ${process} ${versions.next}`, "--max-count=1")).trim();
  load.mark();
  await stage.git("-c", "commit.gpgsign=false", "revert", "--no-edit", commit);
  await stage.git("push", "--quiet", "origin", "main");
  await until(() => load.firstAnswerOf(versions.old) !== null, `${versions.old} answers`);
  const { repository } = await controller.overview();
  await untilStatus(parts, (status) => status.sync === "Synced" && status.desired === versions.old);
  const after = (load.firstAnswerOf(versions.old) ?? 0) - (repository.fetchedAt ?? 0);
  if (after > revertLimitMs) throw new Error(`${versions.old} took ${after} ms after the fetch`);
  expectNoFailure(load);
  return `${versions.old} answers ${after} ms after the fetch; ${load.counts.failed} of ${load.counts.requests} requests failed`;
}

async function drift(parts: TourParts): Promise<string> {
  const editedAt = Date.now();
  const edited = await editByHand(parts.stage.stateDirectory, environment, process);
  const deployment = await untilDeployed(
    parts,
    (candidate) => candidate.kind === "heal" && candidate.startedAt >= editedAt && candidate.phase === "Succeeded",
  );
  const shown = deployment.steps[0]?.why ?? "";
  if (!shown.includes("drift")) throw new Error(`drift is not shown: ${shown}`);
  if (await edited.isStillThere()) throw new Error("the edit is still in the engine");
  return `${shown}; healed ${seconds((deployment.endedAt ?? 0) - editedAt)} after the edit`;
}

async function pushPin({ stage }: TourParts, version: string, message: string): Promise<void> {
  await setPin(stage, pinsFile, process, version);
  await stage.git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--all", "--message", message);
  await stage.git("push", "--quiet", "origin", "main");
}

function expectNoFailure({ counts }: Load): void {
  if (counts.failed > 0) throw new Error(`${counts.failed} of ${counts.requests} requests failed: ${counts.firstFailure ?? ""}`);
}

async function statusOf({ controller }: TourParts): Promise<ProcessStatus | undefined> {
  const { environments } = await controller.overview();
  return environments.find((candidate) => candidate.name === environment)?.processes.find((candidate) => candidate.process === process);
}

async function untilStatus(parts: TourParts, isSo: (status: ProcessStatus) => boolean): Promise<void> {
  await until(async () => {
    const status = await statusOf(parts);
    return status !== undefined && isSo(status);
  }, "the status says so");
}

async function untilDeployed({ controller }: TourParts, isIt: (deployment: Deployment) => boolean): Promise<Deployment> {
  let found: Deployment | undefined;
  await until(async () => {
    const history = await controller.history(50);
    found = history.find((candidate) => candidate.environment === environment && candidate.process === process && isIt(candidate));
    return found !== undefined;
  }, "the deployment is over");
  if (!found) throw new Error("the deployment is not in the history");
  return found;
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds(patienceMs)} until ${what}`);
    await sleep(20);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
