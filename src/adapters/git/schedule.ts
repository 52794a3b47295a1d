/** Cron expressions that wake the poll at set times. */

import { createTask, validate } from "node-cron";
import { PinionError } from "../../domain/errors.ts";

export interface Schedule {
  /** Nothing is called from now on. */
  stop(): void;
}

export interface ScheduleOptions {
  /** Five fields, or six with seconds in front. */
  readonly expressions: readonly string[];
  /** An IANA name; default the machine's zone. */
  readonly timezone?: string;
  readonly onDue: () => void;
}

/** Calls back at every time that any of the expressions names. @throws `config/invalid` for one that names none. */
export function startSchedule({ expressions, timezone, onDue }: ScheduleOptions): Schedule {
  const wrong = expressions.find((expression) => !validate(expression));
  if (wrong !== undefined)
    throw new PinionError("config/invalid", `repository.schedule: ${JSON.stringify(wrong)} is not a cron expression`);
  const options = { suppressMissedWarning: true, ...(timezone === undefined ? {} : { timezone }) };
  const tasks = expressions.map((expression) => createTask(expression, () => onDue(), options));
  for (const task of tasks) void task.start();
  return {
    stop: () => {
      for (const task of tasks) void task.destroy();
    },
  };
}
