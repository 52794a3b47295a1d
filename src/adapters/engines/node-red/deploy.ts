/** Changes one instance's flows and waits until they run; a change that does not start is taken back. */

import { setTimeout as pause } from "node:timers/promises";
import { PinionError } from "../../../domain/errors.ts";
import type { StartState } from "./answers.ts";
import { type About, type Edit, openDraft } from "./draft.ts";
import type { FlowNode } from "./flow-nodes.ts";
import type { Host } from "./host.ts";
import { createPatienceWith } from "./patience.ts";

export interface DeployLimits {
  /** How long flows may take from a deploy to running, of the time that the machine gives their process. */
  readonly startTimeoutMs: number;
  /** How long an instance may be away, beside the time in which it is brought back. */
  readonly returnTimeoutMs: number;
  /** How long it is left alone after that, to prove that it lives. */
  readonly recoveryMs: number;
}

export type Deployed =
  | { readonly kind: "running"; readonly hasChanged: boolean }
  /** The instance refused to start with this change and has its former flows back. */
  | { readonly kind: "not-started"; readonly cause: "refused" | "too-slow" | "died"; readonly why: string };

/** What shall be otherwise in some tabs. */
export interface Change {
  /** Which tabs it needs to know. */
  readonly about: About;
  /** Made from what is there, with these tabs at least; null: they are as they shall be. */
  edit(nodes: readonly FlowNode[]): Edit | null | Promise<Edit | null>;
}

/** Safe against concurrent deploys: derived again from the newest flows as often as needed. @throws `engine/unreachable`. */
export async function deploy(host: Host, change: Change, limits: DeployLimits): Promise<Deployed> {
  for (let attempt = 0; attempt < 8; attempt++) {
    const draft = await openDraft(host, change.about);
    const before = await host.client.starts();
    const edit = draft && (await change.edit(draft.nodes));
    if (draft && edit === null) return { kind: "running", hasChanged: false };
    const rev = draft && edit && (await draft.write(edit));
    if (draft && edit && rev !== null) return settle(host, { before, takeBack: () => draft.takeBack(edit, rev) }, limits);
  }
  throw new PinionError("engine/unreachable", "another program keeps deploying to this Node-RED; no deploy of Pinion succeeded");
}

interface Posted {
  readonly before: StartState | null;
  /** Unless somebody else has deployed meanwhile, or the instance went back by itself. */
  takeBack(): Promise<void>;
}

async function settle(host: Host, { before, takeBack }: Posted, limits: DeployLimits): Promise<Deployed> {
  if (before === null) return { kind: "running", hasChanged: true };
  const after = await started(host, before, limits);
  if (after.kind !== "running") await takeBack();
  return after;
}

/** A deploy is answered before its flows run; only the plugin's counter says when they do. @throws what it is away for, when it does not come back. */
async function started(host: Host, before: StartState, limits: DeployLimits): Promise<Deployed> {
  const waited = async (): Promise<number | null> => host.keeper?.waitedMs() ?? null;
  const patience = createPatienceWith(waited, limits.startTimeoutMs);
  const away = createPatienceWith(waited, limits.returnTimeoutMs);
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 250)) {
    const seen = await ask(host);
    if (seen.kind === "answers") {
      const became = whatBecame(seen.state, before);
      if (became !== null) return became;
    } else if (host.keeper?.isReturning() !== true && (await away.isOver())) throw seen.error;
    if (seen.kind === "answers" && (await patience.isOver()))
      return { kind: "not-started", cause: "too-slow", why: `its flows did not start within ${limits.startTimeoutMs} ms` };
    await pause(waitMs);
  }
}

type Asked = { readonly kind: "answers"; readonly state: StartState | null } | { readonly kind: "away"; readonly error: unknown };

async function ask({ client }: Host): Promise<Asked> {
  return client.starts().then(
    (state) => ({ kind: "answers", state }),
    (error: unknown) => ({ kind: "away", error }),
  );
}

/** By what happened, however long it took; null: nothing yet. */
function whatBecame(state: StartState | null, before: StartState): Deployed | null {
  if (state === null) return null;
  if (state.life !== before.life || state.started < before.started)
    return { kind: "not-started", cause: "died", why: "the instance died when it started this" };
  if (state.started > before.started) return { kind: "running", hasChanged: true };
  return state.failed > before.failed ? { kind: "not-started", cause: "refused", why: state.why } : null;
}
