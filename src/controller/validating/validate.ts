/** The validations of a phase, asked one after the other until one does not pass. */

import { type Action, validationScope } from "../../domain/journal/actions.ts";
import { overAt } from "../../domain/strategies/deadline.ts";
import { PinionError } from "../../domain/errors.ts";
import type { ValidationResult } from "../../domain/validation-result.ts";
import type { EnvironmentName, Instant } from "../../domain/names.ts";
import type { Rollout } from "../../domain/journal/rollout.ts";
import type { Ports } from "../ports.ts";
import { EngineWentAway } from "./placements.ts";
import { Failure, messageOf, type Question, SaysNothing, type Subject, unanswerable } from "./question.ts";
import { questionsOf } from "./questions.ts";

/** Lets a question be asked when it is its turn. */
export type InTurn = <T>(ask: () => Promise<T>) => Promise<T>;

/** Requests are many at a time; loads one, because two would measure each other. */
export type Turns = Readonly<Record<NonNullable<Question["turn"]>, InTurn>>;

type Validate = Extract<Action, { kind: "ensure-validated" }>;

/** Stops early when the deployment is not under way any more: the rest is not needed. */
export async function validate(
  environment: EnvironmentName,
  action: Validate,
  ports: Ports,
  turns: Turns,
): Promise<readonly ValidationResult[]> {
  const results: ValidationResult[] = [];
  const subject = await subjectOf(environment, action, ports);
  for (const question of "spec" in subject ? await questionsOf(subject) : [subject]) {
    const rollout = await rolloutOf(environment, action, ports);
    if (rollout === null) break;
    const isLate = ports.clock.now() >= deadlineNow(environment, rollout, ports);
    // The proof of a rollback is asked however late it is.
    const timely = isLate && !action.isRollback ? tooLate(question) : question;
    const ask = () => answer(timely, action, ports);
    const result = await (question.turn ? turns[question.turn](ask) : ask());
    if (result) results.push(result);
    if (result && result.result !== "passed") break;
  }
  return results;
}

async function subjectOf(environment: EnvironmentName, action: Validate, ports: Ports): Promise<Subject | Question> {
  const spec = ports.wanted(environment)?.environment.spec;
  if (!spec) {
    const unusable = new PinionError("environment/unusable", `environment ${environment} cannot be used at the moment`);
    return unanswerable("process_validation", "", unusable);
  }
  const { unit, phase, deployment, on, isRollback } = action;
  const { validationResults } = await ports.journal.state(environment);
  const rollout = await rolloutOf(environment, action, ports);
  return {
    environment,
    unit,
    ports,
    spec,
    phase,
    scope: validationScope(action),
    on: on ?? null,
    isRollback: isRollback === true,
    validationResults: validationResults.get(deployment) ?? [],
    deadline: isRollback || !rollout ? null : deadlineNow(environment, rollout, ports),
    isUnderWay: async () => (await rolloutOf(environment, action, ports)) !== null,
  };
}

/** Null if it goes on with something else: the result about a candidate that was rejected meanwhile is not needed. */
async function rolloutOf(environment: EnvironmentName, { unit, deployment, isRollback }: Validate, ports: Ports): Promise<Rollout | null> {
  const { processes } = await ports.journal.state(environment);
  const rollout = processes.get(unit.process)?.rollout ?? null;
  const isOver = rollout?.state.kind === "rejected" && !isRollback;
  return rollout?.deployment === deployment && !isOver ? rollout : null;
}

/** The row may be older than the last standstill. */
function deadlineNow(environment: EnvironmentName, rollout: Rollout, { clock, awake, unrecorded }: Ports): Instant {
  return overAt(rollout, { now: clock.now(), lostMs: awake.lostMs(), unrecordable: unrecorded.stretches(environment) });
}

function tooLate({ validation, subject }: Question): Question {
  return unanswerable(validation, subject, new Error("the time of the deployment was over before it was asked"));
}

/** Null when there is nothing to record. */
async function answer({ validation, subject, ask }: Question, action: Validate, ports: Ports): Promise<ValidationResult | null> {
  const at = ports.clock.now();
  const finish = (result: ValidationResult["result"], detail: string): ValidationResult => ({
    phase: action.phase,
    scope: validationScope(action),
    validation,
    subject,
    result,
    detail,
    at,
    durationMs: ports.clock.now() - at,
  });
  try {
    return finish("passed", await ask());
  } catch (error) {
    if (error instanceof SaysNothing) return null;
    // A process that stood still has let the time run out by itself: its own clock goes off before it hears the answer.
    if (ports.awake.since() > at) return finish("unknown", `${messageOf(error)}; asked again, for this controller stood still meanwhile`);
    const result = finish(isFailure(error) ? "failed" : "unknown", messageOf(error));
    return error instanceof EngineWentAway ? { ...result, engineWentAway: true } : result;
  }
}

/** What the repository says by now, such as half an edit in the version's file, says nothing about what was deployed. */
function isFailure(error: unknown): boolean {
  if (error instanceof PinionError) return error.retry === "never" && error.code !== "manifest/invalid";
  return error instanceof Failure;
}
