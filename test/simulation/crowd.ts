/** What happens to processes at rest without anybody's commit: a router loses routes, and somebody edits or removes by hand what runs. */

import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import type { Digest, EnvironmentName, Instant, ProcessId } from "../../src/domain/names.ts";
import { weightOf } from "../../src/domain/observed/observation.ts";
import { readEnvironmentFiles } from "./files.ts";
import type { Plan } from "./plan.ts";
import type { Random } from "./random.ts";
import type { SimWorld } from "./sim-world.ts";

export interface Losses {
  /** Somebody in the crowd loses something. */
  act(): void;
  /** At the end: what was edited by hand is as it was installed, and history keeps what was there. */
  judge(): Promise<void>;
}

/** Whether what is recorded of edits by hand is the product's own: where no call fails nothing may be missing. */
export function recordsHandEdits({ crowd, isCalm, sourceErrors }: Plan): boolean {
  return crowd.length > 0 && isCalm && !sourceErrors.fillsDisk;
}

/** Of so few deployments in the history a process at rest may have none. */
const few = 1_000;

interface Edit {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly digest: Digest;
  readonly text: string;
  /** Of the variables that it was installed with. */
  readonly revision: number;
  /** Whether what was edited has been there ever since: what is installed anew under its digest is another. */
  readonly isThere: () => boolean;
}

export function createLosses({ plan, outside, trace, journal, git }: SimWorld, random: Random): Losses {
  const edits = new Map<Digest, Edit>();
  let count = 0;
  const say = (environment: EnvironmentName, process: ProcessId, what: string): void => trace.say(`${environment}/${process} ${what}`);

  const happenings: readonly ((environment: EnvironmentName, process: ProcessId) => void)[] = [
    (environment, process) => {
      say(environment, process, "has lost its route");
      outside.loseRoute(environment, process, "whole");
    },
    (environment, process) => {
      say(environment, process, "has lost an address of its route");
      outside.loseRoute(environment, process, "target");
    },
    (environment, process) => {
      for (const { digest, definition, variables } of unitsOf(environment, process)) {
        const text = `by hand ${(count += 1)}`;
        const nodes = definition.nodes.map((node) => (node.id === "answer" ? { ...node, config: { template: text } } : node));
        const isThere = outside.engine(environment).editByHand(digest, text, { ...definition, nodes });
        if (!isThere) continue;
        say(environment, process, `is edited: ${text}`);
        edits.set(digest, { environment, process, digest, text, revision: Number(variables["REVISION"]), isThere });
      }
    },
    (environment, process) => {
      for (const { digest } of unitsOf(environment, process)) {
        say(environment, process, "is removed by hand");
        outside.engine(environment).removeByHand(digest);
      }
    },
  ];

  function unitsOf(environment: EnvironmentName, process: ProcessId): readonly DeploymentUnit[] {
    return [...outside.engine(environment).given.values()].filter((unit) => unit.process === process);
  }

  return {
    act() {
      const { name } = random.pick(plan.environments);
      random.pick(happenings)(name, random.pick(plan.crowd));
    },
    async judge() {
      if (!recordsHandEdits(plan)) return;
      for (const edit of edits.values()) await judgeEdit(edit);
    },
  };

  /** What went with its version is nobody's loss. */
  async function judgeEdit(edit: Edit): Promise<void> {
    const { environment, process, digest, text, isThere } = edit;
    if (!isThere()) return;
    const { installed } = await outside.engine(environment).inventory();
    const what = `${environment}/${process}, which was edited: ${text}`;
    const isPutBack = installed.find((one) => one.digest === digest)?.drift === null;
    if (!isPutBack && !hasVariablesOfNow(edit)) return judgeLeft(edit, what);
    trace.expect(isPutBack, "what was edited by hand is put back", what);
    const kept = await journal.handEdits(environment, process);
    const own = kept.find((one) => JSON.stringify(one.changes).includes(text));
    trace.expect(own !== undefined, "what was edited by hand is kept in the history", what);
    const undone = own?.undone ?? null;
    const isSaid = undone !== null && (undone.deployment !== null || (await mayBeNameless(environment, process, undone.at)));
    trace.expect(isSaid, "self-healing says what it took away", what);
  }

  /** A version that the next one with new variables could not replace: nobody can make it again, and that is said. */
  async function judgeLeft({ environment, process, digest }: Edit, what: string): Promise<void> {
    const routes = await outside.router.routes(environment);
    // What was given up, and serves nobody, is not kept in order.
    if (weightOf(routes.find((route) => route.process === process) ?? null, digest) === 0) return;
    const { processes } = await journal.state(environment);
    const isSaid = processes.get(process)?.status?.reason.code === "NotRestored";
    trace.expect(isSaid, "what was edited by hand and cannot be put back is told", what);
  }

  function hasVariablesOfNow({ environment, revision }: Edit): boolean {
    return revision === readEnvironmentFiles(git.head.files, environment).revision;
  }

  /** What serves without being what is pinned is put back without a deployment of its own: then the last one says it, where the history still has one. */
  async function mayBeNameless(environment: EnvironmentName, process: ProcessId, at: Instant): Promise<boolean> {
    if (!plan.store || plan.store.keepDeployments > few) return false;
    const all = await journal.wholeHistory({ environment, process, limit: 1_000 });
    const isUnderWay = all.some(({ startedAt, endedAt }) => startedAt <= at && (endedAt === null || at <= endedAt));
    return plan.sourceErrors.setsClock || !isUnderWay;
  }
}
