/** What happens to processes at rest without anybody's commit: a router loses routes, and somebody edits or removes by hand what runs. */

import type { DeploymentUnit } from "../../src/domain/desired/unit.ts";
import type { Digest, EnvironmentName, ProcessId } from "../../src/domain/names.ts";
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

interface Edit {
  readonly environment: EnvironmentName;
  readonly process: ProcessId;
  readonly digest: Digest;
  readonly text: string;
}

export function createLosses({ plan, outside, trace, journal }: SimWorld, random: Random): Losses {
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
      for (const { digest, definition } of unitsOf(environment, process)) {
        const text = `by hand ${(count += 1)}`;
        say(environment, process, `is edited: ${text}`);
        const nodes = definition.nodes.map((node) => (node.id === "answer" ? { ...node, config: { template: text } } : node));
        outside.engine(environment).editByHand(digest, text, { ...definition, nodes });
        edits.set(digest, { environment, process, digest, text });
      }
    },
    (environment, process) => {
      for (const { digest } of unitsOf(environment, process)) {
        say(environment, process, "is removed by hand");
        outside.engine(environment).removeByHand(digest);
        edits.delete(digest);
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
  async function judgeEdit({ environment, process, digest, text }: Edit): Promise<void> {
    const { installed } = await outside.engine(environment).inventory();
    const unit = installed.find((one) => one.digest === digest);
    if (!unit) return;
    const what = `${environment}/${process}, which was edited: ${text}`;
    trace.expect(unit.drift === null, "what was edited by hand is put back", what);
    const kept = await journal.handEdits(environment, process);
    const own = kept.find((one) => JSON.stringify(one.changes).includes(text));
    trace.expect(own !== undefined, "what was edited by hand is kept in the history", what);
    trace.expect((own?.undone?.deployment ?? null) !== null, "self-healing says what it took away", what);
  }
}
