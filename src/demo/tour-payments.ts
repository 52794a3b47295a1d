/** The tour's chapters about payment-authorise: a canary that is let through, and one that is taken back under traffic. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessView } from "../api/views.ts";
import type { Version } from "../domain/names.ts";
import type { Deployment } from "../domain/journal/state.ts";
import { brokenPromises, colourCommit, pullBotCommit } from "./bot-commit.ts";
import { createProgressTale } from "./progress-tale.ts";
import {
  type Chapter,
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
  weightOf,
} from "./tour-parts.ts";

const payments: Pinned = { process: "payment-authorise", file: "environments/production/pins/team-payments.yaml" };
const { process } = payments;
const quarantineFile = "environments/production/quarantine.yaml";
const versions = { good: "2.2.0", bad: "2.1.0" } as const;

/** So many must be asked after a bad version is gone before it is believed to be. */
const proofRequests = 200;
/** How long bad answers may be given before the traffic is back, in milliseconds: usually one or two seconds. */
const takenBackLimitMs = 30_000;

export const canary: Chapter = { title: "a canary: more and more traffic, each step by its verdict", play: playCanary };
export const badUnderTraffic: Chapter = {
  title: "a version that is bad under traffic only: rolled back, and by a commit",
  play: playBadUnderTraffic,
};

async function playCanary(parts: TourParts): Promise<string> {
  const load = parts.loads.payments;
  load.mark();
  await pushPin(parts, payments, versions.good);
  const weights = await tellUntil(parts, versions.good, (view) => hasTakenOver(view, versions.good));
  const { counts } = load;
  expectNoFailure(counts);
  if (weights.length < 3) throw new Error(`the traffic went over in ${weights.length} steps: ${weights.join(", ")} %`);
  const { strategy } = await untilDeployed(parts, process, ({ version }) => version === versions.good, "the history knows it");
  if (strategy !== "canary") throw new Error(`deployed by ${strategy}`);
  return `${weights.join(" %, ")} % of the traffic; ${counts.failed} of ${counts.requests} requests failed`;
}

/** Tells the rollout of a version until it is so; resolves with the shares above 0 that it had, in order. */
async function tellUntil(parts: TourParts, version: Version, isSo: (view: ProcessView) => boolean): Promise<readonly number[]> {
  const tale = createProgressTale();
  const weights: number[] = [];
  await untilObserved(
    parts,
    process,
    (view) => {
      if (view.progress?.version === version) parts.tell(tale(view));
      const weight = weightOf(view, version);
      if (weight > 0 && weight !== weights.at(-1)) weights.push(weight);
      return weights.length > 0 && isSo(view);
    },
    `the canary ${version} has come to its end`,
  );
  return weights;
}

async function playBadUnderTraffic(parts: TourParts): Promise<string> {
  await untilGood(parts);
  const pinsBefore = await readPins(parts);
  const pushed = await pushPin(parts, payments, versions.bad);
  const rejected = await untilTakenBack(parts);
  const { deployment, tookMs } = rejected;
  parts.tell([
    `rolled back: ${deployment.reason.text}`,
    `all traffic on ${versions.good} again ${seconds(tookMs)} after the first bad answer`,
  ]);
  await showCommit(parts, pushed, deployment.trigger ?? "");
  if ((await readPins(parts)) !== pinsBefore) throw new Error(`${payments.file} is not as it was before`);
  parts.tell([`${versions.bad} is pinned again, and held: ${await pinAgain(parts)}`]);
  const requests = await untilProven(parts);
  return `all traffic back ${seconds(tookMs)} after the first bad answer; 0 of the ${requests} requests since then reached ${versions.bad}`;
}

/** The rollback policy has watched the canary for its time, and found nothing. */
async function untilGood(parts: TourParts): Promise<void> {
  const { phase } = await untilOver(parts, versions.good);
  if (phase !== "Succeeded") throw new Error(`${versions.good} ended ${phase}`);
}

async function untilOver(parts: TourParts, wanted: Version): Promise<Deployment> {
  const isIt = ({ version, endedAt }: Deployment) => version === wanted && endedAt !== null;
  return untilDeployed(parts, process, isIt, `the deployment of ${wanted} is over`);
}

interface TakenBack {
  readonly deployment: Deployment;
  /** From the first bad answer to the last one of the bad version. */
  readonly tookMs: number;
}

/** From then on the customers' questions are counted anew. */
async function untilTakenBack(parts: TourParts): Promise<TakenBack> {
  const { payments: load } = parts.loads;
  load.mark();
  await tellUntil(parts, versions.bad, (view) => weightOf(view, versions.bad) === 0);
  const { byVersion } = load.counts;
  load.mark();
  const deployment = await untilOver(parts, versions.bad);
  if (deployment.phase !== "RolledBack") throw new Error(`${versions.bad} ended ${deployment.phase}: ${deployment.reason.text}`);
  const bad = byVersion.get(versions.bad);
  if (!bad || bad.firstFailedAt === null) throw new Error(`no answer of ${versions.bad} was bad`);
  const tookMs = bad.lastAt - bad.firstFailedAt;
  if (tookMs > takenBackLimitMs) throw new Error(`it took ${seconds(tookMs)} from the first bad answer to the last one`);
  return { deployment, tookMs };
}

/** @throws Error when there is none, or not as it has to be. */
async function showCommit(parts: TourParts, pushed: string, trigger: string): Promise<void> {
  const { stage, controller, tell, colour } = parts;
  await until(
    parts,
    async () => ((await controller.overview()).repository.commit === pushed ? null : true),
    () => "the bot commit is in the repository",
  );
  const commit = await pullBotCommit(stage, pushed);
  tell(["$ git pull && git show", ...colourCommit(commit.text, colour).map((line) => `  ${line}`)]);
  const broken = brokenPromises(commit, { rollbackOf: pushed, trigger, files: [payments.file, quarantineFile] });
  if (broken.length > 0) throw new Error(`the bot commit is not as it should be: ${broken.join("; ")}`);
}

/** Resolves with the reason that is shown. The bad pin is reverted again. */
async function pinAgain(parts: TourParts): Promise<string> {
  await pushPin(parts, payments, versions.bad);
  const { reason } = await untilObserved(
    parts,
    process,
    (view) => view.desired === versions.bad && view.reason.code === "Quarantined",
    `${versions.bad} is held by quarantine`,
  );
  await pushRevert(parts, "HEAD");
  await untilObserved(
    parts,
    process,
    ({ sync, desired }) => sync === "Synced" && desired === versions.good,
    `${versions.good} is Synced again`,
  );
  return reason.text;
}

/** Resolves with how many were asked since the traffic is back. @throws Error when one of them met the bad version, or failed. */
async function untilProven(parts: TourParts): Promise<number> {
  const { payments: load } = parts.loads;
  const counts = await until(
    parts,
    () => (load.counts.requests >= proofRequests ? load.counts : null),
    () => `${proofRequests} requests are answered`,
  );
  expectNoFailure(counts);
  const answers = counts.byVersion.get(versions.bad)?.answers ?? 0;
  if (answers > 0) throw new Error(`${versions.bad} answered ${answers} requests after its traffic was taken back`);
  return counts.requests;
}

async function readPins({ stage }: TourParts): Promise<string> {
  return readFile(join(stage.workingCopy, payments.file), "utf8");
}
