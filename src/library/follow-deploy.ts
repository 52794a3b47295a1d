/** From the commit that deploys a version to its end: served and validated, or taken back with the pin as it was. */

import { PinionError } from "../domain/errors.ts";
import type { Digest } from "../domain/names.ts";
import type { ConfigEdit, ConfigEditor } from "../ports/config-editor.ts";
import { personOf, until } from "./asking.ts";
import { type Deployment, DeploymentError } from "./deployment.ts";
import type { DeployOptions, Pinion } from "./pinion.ts";

/** Which version of which process goes where. */
export interface DeployTarget {
  readonly environment: string;
  readonly process: string;
  readonly version: string;
}

interface Following {
  readonly pinion: Pinion;
  readonly editor: Pick<ConfigEditor, "pinned">;
  readonly commit: (edit: ConfigEdit) => Promise<void>;
  readonly edit: ConfigEdit;
  readonly target: DeployTarget;
  /** What the commit in force pins there, with its variables; null: nothing that can run. */
  readonly unitOf: (environment: string, process: string) => Digest | null;
  /** Whether what is pinned there answers on some instance, asked now; also where nothing can run. */
  readonly answers: (environment: string, process: string) => Promise<boolean>;
}

/** Where a deployment came from, for going back there. */
interface Start extends DeployTarget {
  readonly before: string | null;
  readonly at: number;
  /** The commit has changed nothing of it, so there will be no deployment of its own. */
  readonly isThere: boolean;
}

/** How long git may lag behind what a rollback has done, in milliseconds. */
const revertTimeoutMs = 10_000;

/** @throws DeploymentError, and as `ConfigEditor.commit`. */
export async function followDeploy(following: Following, options: DeployOptions): Promise<Deployment> {
  const { target } = following;
  const start = await begin(following);
  const ended = await untilEnded(following, start, options);
  if (ended.deployment && isArrived(ended.deployment, options)) return ended.deployment;
  await putBack(following, start, { by: options.userId, to: ended.deployment ? ended.deployment.previousVersion : start.before });
  const { process, version, environment } = target;
  throw new DeploymentError(`${process} ${version} is not deployed to ${environment}: ${ended.why}`, ended.deployment);
}

async function begin({ pinion, editor, target, edit, commit, unitOf }: Following): Promise<Start> {
  const { environment, process, version } = target;
  const [before, unit, at] = [editor.pinned(environment, process), unitOf(environment, process), pinion.clock.now()];
  await commit(edit);
  return { ...target, before, at, isThere: before === version && unitOf(environment, process) === unit };
}

interface Ended {
  /** Null: it never began. */
  readonly deployment: Deployment | null;
  readonly why: string;
}

async function untilEnded(following: Following, start: Start, options: DeployOptions): Promise<Ended> {
  const { clock } = following.pinion;
  const look = () => lookAt(following, start, options);
  const ended = await until({ clock, timeoutMs: null, signal: options.signal }, look);
  return ended ?? giveUp(following, start, options);
}

/** Null: there is something to wait for. */
async function lookAt({ pinion, editor, answers }: Following, start: Start, options: DeployOptions): Promise<Ended | null> {
  const deployment = await findDeployment(pinion, start);
  // What was brought there earlier may have to start first, as in a folder that has just been opened.
  if (deployment && start.isThere && !(await answers(start.environment, start.process))) return null;
  if (deployment && (deployment.endedAt !== null || isArrived(deployment, options))) {
    const whole = await pinion.deployment(deployment.id);
    return { deployment: whole, why: whole.reason };
  }
  const pinned = editor.pinned(start.environment, start.process);
  if (deployment || pinned === start.version) return null;
  return { deployment: null, why: `${pinned ?? "nothing"} is pinned meanwhile` };
}

/** That of this commit; where it changed nothing, the one that brought the version there. */
async function findDeployment(pinion: Pinion, { environment, process, version, isThere, at }: Start): Promise<Deployment | null> {
  // Since it began, hardly any; what brought a version there may be long ago, and it may have been healed many times.
  const deployments = await pinion.deployments({ environment, process, limit: isThere ? 1_000 : 20 });
  const isNew = ({ startedAt }: Deployment) => isThere || startedAt.getTime() >= at;
  const found = deployments.find((one) => one.version === version && (one.kind === "deploy" || one.kind === "rollback") && isNew(one));
  return found ?? null;
}

function isArrived({ status, isWatched }: Deployment, options: DeployOptions): boolean {
  return status === "Succeeded" || (isWatched && options.until !== "good");
}

/** The caller has had enough: what can be stopped is stopped. What has all the traffic already comes to its end by itself. */
async function giveUp(following: Following, start: Start, options: DeployOptions): Promise<Ended> {
  const { pinion, target } = following;
  const deployment = await findDeployment(pinion, start);
  if (!deployment) return { deployment: null, why: `given up before it began: ${await reasonOf(pinion, target)}` };
  const { userId, reason = "given up by the caller" } = options;
  const order = { environment: target.environment, spec: { kind: "abort", process: target.process }, reason } as const;
  await pinion.command({ ...order, ...(userId === undefined ? {} : { userId }) }).catch(unlessRefused);
  const { signal: _, ...patient } = options;
  return untilEnded(following, start, patient);
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof PinionError && error.code === "command/refused")) throw error;
}

async function reasonOf(pinion: Pinion, { environment, process }: DeployTarget): Promise<string> {
  const { environments } = await pinion.overview({ environment, process });
  return environments[0]?.processes[0]?.reason.text ?? "nothing was decided about it";
}

interface WayBack {
  readonly by: string | undefined;
  /** What ran before; that need not be what was pinned before, which may have been on its way itself. */
  readonly to: string | null;
}

/**
 * What was not deployed is not pinned either. Where a rollback puts the pin back by itself, that one does. Resolves once the
 * controller goes by it, so that the next deployment of the same version is a new one.
 */
async function putBack({ pinion, editor, commit }: Following, start: Start, { by, to }: WayBack): Promise<void> {
  const { environment, process, version, before } = start;
  const patience = { clock: pinion.clock, timeoutMs: revertTimeoutMs };
  const view = async () => {
    const { environments } = await pinion.overview({ environment });
    return environments[0]?.processes.find((one) => one.process === process);
  };
  await until(patience, async () => {
    const revert = (await view())?.revert;
    return revert && revert.outcome === null ? null : true;
  });
  if (before === version || editor.pinned(environment, process) !== version) return;
  const subject = `Pin ${process} to ${to ?? "nothing"} in ${environment} again`;
  await commit({ subject, by: personOf(by), pins: [{ environment, process, version: to, replacing: version }] });
  await until(patience, async () => {
    const seen = await view();
    return seen && (seen.desired === version || seen.sync === "Unknown") ? null : true;
  });
}
