/** The tour's chapters about order-intake: blue-green, a version that is caught before it has traffic, `git revert`, a hand edit. */

import type { Version } from "../domain/names.ts";
import { editByHand } from "./hand-edit.ts";
import {
  type Chapter,
  environment,
  expectNoFailure,
  hasTakenOver,
  type Pinned,
  pushPin,
  pushRevert,
  seconds,
  type TourParts,
  until,
  untilDeployed,
  untilObserved,
} from "./tour-parts.ts";

const orders: Pinned = { process: "order-intake", file: "environments/production/pins/team-orders.yaml" };
const { process } = orders;
const versions = { old: "1.2.0", next: "1.4.0", bad: "1.3.0" } as const;

/** How long after the new commit is there an old version may take to answer again, in milliseconds: usually a tenth of a second. */
const revertLimitMs = 10_000;

export const bump: Chapter = { title: "a pin bump is pushed: blue-green, no failed request", play: playBump };
export const failsItsCheck: Chapter = {
  title: "a version whose smoke test fails is pushed: it never gets traffic",
  play: playFailsItsCheck,
};
export const gitRevert: Chapter = { title: "`git revert` of the bump: the old version answers again", play: playGitRevert };
export const handEdit: Chapter = { title: "a flow is edited by hand in the engine: shown as drift and healed", play: playHandEdit };

async function playBump(parts: TourParts): Promise<string> {
  const load = parts.loads.orders;
  load.mark();
  await pushPin(parts, orders, versions.next);
  const pushedAt = Date.now();
  const first = await untilAnswers(parts, versions.next);
  const deployment = await untilDeployed(parts, process, ({ version }) => version === versions.next, "the history knows it");
  if (deployment.strategy !== "blue-green") throw new Error(`deployed by ${deployment.strategy}`);
  await untilObserved(parts, process, (view) => hasTakenOver(view, versions.next), `${versions.next} has all traffic`);
  expectNoFailure(load.counts);
  return `${versions.next} answers ${seconds(first - pushedAt)} after the push; ${requests(parts)} failed`;
}

async function playFailsItsCheck(parts: TourParts): Promise<string> {
  const { loads } = parts;
  await untilGood(parts);
  loads.orders.mark();
  await pushPin(parts, orders, versions.bad);
  const deployment = await untilDeployed(
    parts,
    process,
    ({ version, endedAt }) => version === versions.bad && endedAt !== null,
    `the deployment of ${versions.bad} is over`,
  );
  if (deployment.phase !== "Failed") throw new Error(`${versions.bad} ended ${deployment.phase}`);
  const hasFailedItsCheck = deployment.validations.some(({ validation, result }) => validation === "smoke_test" && result === "failed");
  if (!hasFailedItsCheck) throw new Error(`${versions.bad} failed, and not by its smoke test: ${deployment.reason.text}`);
  const { reason } = await untilObserved(
    parts,
    process,
    (view) => view.reason.code === "DeploymentFailed",
    "the status says that it failed",
  );
  const { counts } = loads.orders;
  expectNoFailure(counts);
  const answers = counts.byVersion.get(versions.bad)?.answers ?? 0;
  if (answers > 0) throw new Error(`${versions.bad} answered ${answers} requests`);
  await pushRevert(parts, "HEAD");
  await untilObserved(parts, process, ({ sync, desired }) => sync === "Synced" && desired === versions.next, `${versions.next} is Synced`);
  return `0 of ${counts.requests} requests reached ${versions.bad}; shown: ${reason.text}`;
}

/** The rollback policy has watched the bump for its time, and found nothing. */
async function untilGood(parts: TourParts): Promise<void> {
  await untilSucceeded(parts, versions.next, 0);
}

/** @throws Error when it ends otherwise. */
async function untilSucceeded(parts: TourParts, wanted: Version, since: number): Promise<void> {
  const { phase, reason } = await untilDeployed(
    parts,
    process,
    ({ version, startedAt, endedAt }) => version === wanted && startedAt >= since && endedAt !== null,
    `the deployment of ${wanted} is over`,
  );
  if (phase !== "Succeeded") throw new Error(`${wanted} ended ${phase}: ${reason.text}`);
}

async function playGitRevert(parts: TourParts): Promise<string> {
  const { loads, stage, controller } = parts;
  const commit = (await stage.git("log", "--format=%H", `--grep=^Deploy ${process} ${versions.next}`, "--max-count=1")).trim();
  loads.orders.mark();
  const since = Date.now();
  await pushRevert(parts, commit);
  const first = await untilAnswers(parts, versions.old);
  const { repository } = await controller.overview();
  await untilObserved(parts, process, ({ sync, desired }) => sync === "Synced" && desired === versions.old, `${versions.old} is Synced`);
  await untilSucceeded(parts, versions.old, since);
  const after = first - (repository.fetchedAt ?? 0);
  if (after > revertLimitMs) throw new Error(`${versions.old} took ${after} ms after the fetch`);
  expectNoFailure(loads.orders.counts);
  return `${versions.old} answers ${after} ms after the fetch; ${requests(parts)} failed`;
}

async function playHandEdit(parts: TourParts): Promise<string> {
  const editedAt = Date.now();
  const edited = await editByHand(parts.stage.stateDirectory, environment, process);
  const deployment = await untilDeployed(
    parts,
    process,
    ({ kind, startedAt, phase }) => kind === "self-heal" && startedAt >= editedAt && phase === "Succeeded",
    "it is healed",
  );
  const shown = deployment.steps[0]?.why ?? "";
  if (!shown.includes("drift")) throw new Error(`drift is not shown: ${shown}`);
  if (await edited.isStillThere()) throw new Error("the edit is still in the engine");
  return `${shown}; healed ${seconds((deployment.endedAt ?? 0) - editedAt)} after the edit`;
}

/** Resolves with the time of its first answer. */
async function untilAnswers(parts: TourParts, version: string): Promise<number> {
  return until(
    parts,
    () => parts.loads.orders.counts.byVersion.get(version)?.firstAt ?? null,
    () => `${version} answers`,
  );
}

function requests({ loads }: TourParts): string {
  const { failed, requests: asked } = loads.orders.counts;
  return `${failed} of ${asked} requests`;
}
