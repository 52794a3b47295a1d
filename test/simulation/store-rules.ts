/** What must hold of the product's own store: what it reads back is what it remembers, and its stories are the ones that it was told. */

import type { Connection } from "../../src/adapters/store/sqlite/database.ts";
import { loadEnvironment } from "../../src/adapters/store/sqlite/load.ts";
import { atOnce } from "../../src/domain/slices.ts";
import { actionKey, processOf } from "../../src/domain/journal/actions.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import type { Deployment, EnvironmentState } from "../../src/domain/journal/state.ts";
import type { Journal, DeploymentCount } from "../../src/ports/journal.ts";
import type { Log } from "../../src/ports/log.ts";
import { createFakeJournal } from "../fakes/journal.ts";
import type { Plan } from "./plan.ts";
import { differenceOf } from "./sameness.ts";
import type { Trace } from "./trace.ts";

export interface StoreRules {
  /** Keeps the same stories in its own way. */
  readonly mirror: Journal;
  /** Looks now and then, and whenever a call has failed, at the rows of all environments that calls were about since the last look; null: about none. */
  afterCall(journal: Journal, about: EnvironmentName | null, hasFailed: boolean): Promise<void>;
  /** Looks at what a controller begins with. */
  beforeRestart(journal: Journal): Promise<void>;
  /** Looks at everything. */
  judge(journal: Journal): Promise<void>;
}

export interface StoreRuleParts {
  readonly plan: Plan;
  readonly trace: Trace;
  readonly connection: Connection;
  readonly log: Log;
  readonly keepDeployments: number;
}

/** The rows are looked at after so many calls. */
const lookEvery = 10;
const all = 1_000;

export function createStoreRules(parts: StoreRuleParts): StoreRules {
  const { plan, trace, connection, log } = parts;
  const fake = createFakeJournal();
  const owed = new Map<number, string>();
  const given = new Map<string, EnvironmentName>();
  const touched = new Set<EnvironmentName>();
  let calls = 0;

  /** A late answer must not settle what somebody else owes. */
  function judgeId(id: number, what: string): void {
    trace.expect(
      (owed.get(id) ?? what) === what,
      "the id of what is owed is never given again",
      `${id}: ${owed.get(id) ?? ""}, and ${what}`,
    );
    owed.set(id, what);
  }

  async function judgeState(environment: EnvironmentName, journal: Journal): Promise<void> {
    const [remembered, read] = [await journal.state(environment), atOnce(loadEnvironment({ connection, log }, environment))];
    same(trace, "what is read back is what was remembered", listed(remembered), listed(read));
    for (const { id, action } of read.owed) judgeId(id, `${environment}/${processOf(action)} ${actionKey(action)}`);
  }

  async function judgeMail(journal: Journal): Promise<void> {
    same(trace, "pending events are kept", await fake.pendingEvents(all), await journal.pendingEvents(all));
    for (const [id, environment] of given)
      same(trace, "what was answered is kept", await fake.result(environment, id), await journal.result(environment, id));
  }

  async function judgeStories(journal: Journal): Promise<void> {
    judgeHistory(parts, await fake.history({ limit: all }), await journal.history({ limit: all }));
    for (const process of plan.processes.keys()) {
      const [known] = await journal.history({ process, limit: 1 });
      if (!known) continue;
      const { environment, id } = known;
      const [whole, read] = [await fake.history({ environment, id }), await journal.history({ environment, id })];
      same(trace, "a deployment is found by its id", whole[0], read[0]);
    }
    same(trace, "what is over is counted", inOrder(await fake.deploymentCounts()), inOrder(await journal.deploymentCounts()));
  }

  const judgeStates = async (journal: Journal): Promise<void> => {
    for (const { name } of plan.environments) await judgeState(name, journal);
  };
  return {
    mirror: {
      ...fake,
      recordCommand: (command) => {
        given.set(command.id, command.environment);
        return fake.recordCommand(command);
      },
    },
    async afterCall(journal, about, hasFailed) {
      calls += 1;
      if (about !== null) touched.add(about);
      if (!hasFailed && calls % lookEvery !== 0) return;
      for (const environment of touched) await judgeState(environment, journal);
      touched.clear();
    },
    async beforeRestart(journal) {
      await judgeStates(journal);
      await judgeMail(journal);
    },
    async judge(journal) {
      await judgeStates(journal);
      await judgeMail(journal);
      await judgeStories(journal);
    },
  };
}

/** In an order of its own: that of processes and deployments means nothing. */
function listed(state: EnvironmentState): Readonly<Record<string, unknown>> {
  const sorted = <T>(map: ReadonlyMap<string, T>): readonly unknown[] => [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { ...state, processes: sorted(state.processes), validationResults: sorted(state.validationResults) };
}

/** The newest are there, and all that are under way; of the older ones not more than can have been under way when the last one began. */
function judgeHistory({ plan, trace, keepDeployments }: StoreRuleParts, told: readonly Deployment[], read: readonly Deployment[]): void {
  const kept = new Set(read.map(({ id }) => id));
  const expected = told.filter(({ id, endedAt }, index) => index < keepDeployments || endedAt === null || kept.has(id));
  same(trace, "the history is what was recorded", expected, read);
  const most = keepDeployments + plan.processes.size * plan.environments.length;
  trace.expect(read.length <= most, "old history goes", `${read.length} deployments are kept, not ${most}`);
}

function same(trace: Trace, invariant: string, told: unknown, read: unknown): void {
  const difference = differenceOf(told, read);
  if (difference !== null) trace.violate(invariant, difference);
}

function inOrder(deploymentCounts: readonly DeploymentCount[]): readonly string[] {
  return deploymentCounts
    .map(({ environment, process, kind, strategy, phase, trigger, count, durationMs }) =>
      JSON.stringify([environment, process, kind, strategy, phase, trigger, count, Math.round(durationMs)]),
    )
    .toSorted();
}
