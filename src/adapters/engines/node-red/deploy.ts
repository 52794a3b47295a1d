/** Changes one instance's flows and waits until they run; a change that does not start is taken back. */

import { setTimeout as pause } from "node:timers/promises";
import { PinionError } from "../../../domain/errors.ts";
import type { NodeRedClient, Flows, StartState } from "./client.ts";
import { createPatience } from "./patience.ts";
import type { FlowNode } from "./flow-nodes.ts";

export interface DeployLimits {
  /** How long flows may take from a deploy to running. */
  readonly startTimeoutMs: number;
  /** How long an instance that died of a deploy may take to be back. */
  readonly returnTimeoutMs: number;
  /** How long it is left alone after that, to prove that it lives. */
  readonly recoveryMs: number;
}

export type Deployed =
  | { readonly kind: "running" }
  /** The instance refused to start with this change and has its former flows back. */
  | { readonly kind: "not-started"; readonly cause: "refused" | "too-slow" | "died"; readonly why: string };

/** What the flows shall be, from what they are; null: they are as they shall be. */
export type Change = (nodes: readonly FlowNode[]) => readonly FlowNode[] | null;

/** Safe against concurrent deploys: derived again from the newest flows as often as needed. @throws `engine/unreachable`. */
export async function deploy(client: NodeRedClient, change: Change, limits: DeployLimits): Promise<Deployed> {
  for (let attempt = 0; attempt < 8; attempt++) {
    const flows = await client.flows();
    const before = await client.starts();
    const nodes = change(flows.nodes);
    if (nodes === null) return { kind: "running" };
    const rev = await client.deploy({ nodes, rev: flows.rev });
    if (rev !== null) return settle(client, { flows, before, rev }, limits);
  }
  throw new PinionError("engine/unreachable", "somebody else keeps deploying to this Node-RED; no deploy of Pinion's got through");
}

interface Posted {
  readonly flows: Flows;
  readonly before: StartState | null;
  readonly rev: string;
}

async function settle(client: NodeRedClient, { flows, before, rev }: Posted, limits: DeployLimits): Promise<Deployed> {
  if (before === null) return { kind: "running" };
  const after = await started(client, before, limits).catch((error: unknown) => returned(client, limits, error));
  if (after.kind === "running") return after;
  await takeBack(client, flows, rev);
  return after;
}

/** A deploy is answered before its flows run; only the plugin's counter says when they do. */
async function started(client: NodeRedClient, before: StartState, limits: DeployLimits): Promise<Deployed> {
  const patience = createPatience(limits.startTimeoutMs);
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 250)) {
    const state = await client.starts();
    if (state !== null && state.started > before.started) return { kind: "running" };
    if (state !== null && state.started < before.started) return died;
    if (state !== null && state.failed > before.failed) return { kind: "not-started", cause: "refused", why: state.why };
    if (patience.isOver())
      return { kind: "not-started", cause: "too-slow", why: `its flows did not start within ${limits.startTimeoutMs} ms` };
    await pause(waitMs);
  }
}

const died: Deployed = { kind: "not-started", cause: "died", why: "the instance died when it started this" };

/** Waits for an instance that went away during a deploy. @throws what made it go away, when it does not come back. */
async function returned(client: NodeRedClient, limits: DeployLimits, error: unknown): Promise<Deployed> {
  const patience = createPatience(limits.returnTimeoutMs);
  while (!patience.isOver()) {
    await pause(Math.min(250, limits.recoveryMs));
    if (await client.starts().catch(() => null)) return died;
  }
  throw error;
}

/** Unless somebody else has deployed meanwhile, or the instance went back by itself. */
async function takeBack(client: NodeRedClient, flows: Flows, rev: string): Promise<void> {
  await client.deploy({ nodes: flows.nodes, rev });
}
