/** The journal of a run: in memory, or the product's own store over a database in memory, loaded anew by every controller. */

import { onDisk } from "../../src/adapters/store/sqlite/database.ts";
import { createJournal } from "../../src/adapters/store/sqlite/journal.ts";
import type { EnvironmentName } from "../../src/domain/names.ts";
import type { Journal } from "../../src/ports/journal.ts";
import type { Log } from "../../src/ports/log.ts";
import { createFakeJournal } from "../fakes/journal.ts";
import { fillUp } from "./disk.ts";
import { inMemory as path, takeDatabase } from "./kept-database.ts";
import type { Plan, StorePlan } from "./plan.ts";
import type { Random } from "./random.ts";
import { createStoreRules } from "./store-rules.ts";
import type { VirtualTime } from "./time.ts";
import type { Trace } from "./trace.ts";

export interface SimJournal extends Journal {
  /** The history with all that was ever recorded, also where the store keeps only the newest. */
  readonly wholeHistory: Journal["history"];
  /** A controller starts: it knows what is on the disk, and nothing else. */
  restart(): Promise<void>;
  /** Judges what is on the disk. */
  judge(): Promise<void>;
  /** From now on the disk has room. */
  calm(): void;
  close(): void;
}

export interface JournalParts {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly random: Random;
}

export function createSimJournal(parts: JournalParts): SimJournal {
  const { store } = parts.plan;
  if (store) return createStoredJournal(parts, store);
  const nothing = (): Promise<void> => Promise.resolve();
  const fake = createFakeJournal();
  return { ...fake, wholeHistory: fake.history, restart: nothing, judge: nothing, calm: () => undefined, close: () => undefined };
}

function createStoredJournal({ plan, time, trace, random }: JournalParts, { keepDeployments }: StorePlan): SimJournal {
  const connection = takeDatabase();
  let disk = plan.faults.disk * 2;
  if (disk > 0) fillUp(connection, () => disk > 0 && random.chance(disk));
  const log: Log = {
    info: () => undefined,
    warn: ({ cause: _, ...fields }, message) => trace.violate("whatever was written can be read", `${message} ${JSON.stringify(fields)}`),
    error: (_fields, message) => trace.violate("nothing is a bug", message),
  };
  const room = { write: <T>(_isUrgent: boolean, work: () => T): T => onDisk(path, work), trouble: () => null };
  const open = (): Journal => createJournal({ connection, path, log, keepDeployments, room });
  const rules = createStoreRules({ plan, trace, connection, log, keepDeployments });
  let journal = open();
  let busy = 0;
  time.isWaitingForReal = () => busy > 0;

  /** Time stands still until it is on the disk. */
  async function change(about: EnvironmentName | null, work: () => Promise<void>): Promise<void> {
    busy += 1;
    let hasFailed = true;
    try {
      await work();
      hasFailed = false;
    } finally {
      busy -= 1;
      await rules.afterCall(journal, about, hasFailed);
    }
  }

  return {
    ...changing(() => journal, change, rules.mirror),
    state: (environment) => journal.state(environment),
    result: (environment, id) => journal.result(environment, id),
    pendingEvents: (limit) => journal.pendingEvents(limit),
    deploymentCounts: () => journal.deploymentCounts(),
    history: (query) => journal.history(query),
    wholeHistory: (query) => rules.mirror.history(query),
    historyPage: (query) => journal.historyPage(query),
    handEdits: (environment, process) => journal.handEdits(environment, process),
    async restart() {
      await rules.beforeRestart(journal);
      journal = open();
    },
    judge: () => rules.judge(journal),
    calm: () => {
      disk = 0;
    },
    close: () => void connection.close(),
  };
}

type Changing = Pick<
  Journal,
  | "record"
  | "acknowledged"
  | "refused"
  | "recordValidation"
  | "recordChanges"
  | "recordPlan"
  | "recordHandEdit"
  | "recordCommand"
  | "reverted"
  | "dispatched"
>;

type ChangeAbout = (about: EnvironmentName | null, work: () => Promise<void>) => Promise<void>;

/** What succeeds is also told to the mirror, which keeps the same stories in its own way; owed actions have ids of their own there. */
function changing(journal: () => Journal, change: ChangeAbout, mirror: Journal): Changing {
  const both = (about: EnvironmentName | null, work: (to: Journal) => Promise<void>): Promise<void> =>
    change(about, async () => {
      await work(journal());
      await work(mirror);
    });
  return {
    record: (decision) => both(decision.environment, (to) => to.record(decision)),
    acknowledged: (environment, ids) => change(environment, () => journal().acknowledged(environment, ids)),
    refused: (environment, id, stuck, notBefore) => change(environment, () => journal().refused(environment, id, stuck, notBefore)),
    recordValidation: (environment, deployment, results) =>
      both(environment, (to) => to.recordValidation(environment, deployment, results)),
    recordChanges: (environment, deployment, changes) => both(environment, (to) => to.recordChanges(environment, deployment, changes)),
    recordPlan: (environment, deployment, plan) => both(environment, (to) => to.recordPlan(environment, deployment, plan)),
    recordHandEdit: (edit) => both(edit.environment, (to) => to.recordHandEdit(edit)),
    recordCommand: (command) => both(command.environment, (to) => to.recordCommand(command)),
    reverted: (request, outcome, step) => both(request.environment, (to) => to.reverted(request, outcome, step)),
    dispatched: (ids) => both(null, (to) => to.dispatched(ids)),
  };
}
